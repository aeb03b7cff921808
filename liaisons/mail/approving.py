"""Mails about an approval: the chairs are asked for it, and the desk is told of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk, Person, StandIn
from liaisons import links, unheard
from liaisons.mail import letterhead, text
from liaisons.mail.circulating import files_of, until_text
from liaisons.mail.letterhead import Recipient
from liaisons.models import Approval, Circulation, Comment, Link, Message, Revision, Statement
from liaisons.outbox import Draft, name_of
from liaisons.silence import Outcome

CHAIRS_LINK = timedelta(days=90)
_SHOWN = 300  # characters of a comment


def ask_approval(circulation: Circulation, chairs: Iterable[Person], now: datetime) -> list[Draft]:
    """The window of a statement or a report has closed: each chair gets a link of their own, and reads what came."""
    desk, statement = circulation.desk, circulation.statement
    revision = statement.revision if statement else None
    title = text.title_of(revision.letter) if revision else circulation.document.title
    comments = list(circulation.comments.counted().select_related("group", "author"))
    files = files_of(circulation, revision)
    standing_in = StandIn.objects.in_force(desk.today(now)).filter(group=desk.group).select_related("chair")
    places = {row.person_id: row.chair for row in standing_in}
    drafts = []
    for chair in chairs:
        link = _door(circulation, chair, now)
        recipient = Recipient.of(chair)
        with recipient.reading():
            enclosed = {
                "names": text.listed(name_of(file) for file in files),
                "address": "",
                "until": text.day_text(desk.today(now + CHAIRS_LINK - timedelta(days=1))),
            }
            words = {**_ballot(circulation, title, comments, places.get(chair.pk)), "enclosed": enclosed}
            draft = letterhead.notice(
                desk,
                recipient,
                now,
                "approve",
                words,
                about=circulation,
                revision=revision,
                link=link,
                files=files,
                kind=Message.Kind.APPROVE,
                key=_key("approve", circulation, revision.pk if revision else 0, chair.pk),
                subject=_("Please approve %(number)s: %(title)s")
                % {"number": circulation.document.reference, "title": title},
            )
        drafts.append(draft)
    return drafts


def approved(statement: Statement, now: datetime) -> list[Draft]:
    """The desk is told that a statement has its number and may leave."""
    desk, revision = statement.desk, statement.revision
    if desk is None or revision is None:
        return []
    recipient = Recipient.desk(desk)
    with recipient.reading():
        circulation = statement.circulation
        outcome = Outcome.of(circulation).sentence if circulation else ""
        words = {
            "facts": text.facts(
                [
                    (_("Number"), statement.reference),
                    (_("Title"), text.title_of(revision.letter)),
                    (_("Approval"), statement.approval_text),
                    (_("Comments"), outcome),
                    (_("Deadline"), text.deadline_text(desk, revision.deadline, revision.deadline_text)),
                ]
            ),
            "addressees": text.purposes(statement.addressees.all()),
            "unreachable": text.listed(str(addressee) for addressee in statement.addressees.unreachable()),
            "address": text.address_of(statement),
        }
        named = {"number": statement.reference, "title": text.title_of(revision.letter)}
        draft = letterhead.notice(
            desk,
            recipient,
            now,
            "approved",
            words,
            about=statement,
            revision=revision,
            key=f"approved:{statement.pk}:{revision.pk}",
            subject=_("%(number)s is approved and can be sent: %(title)s") % named,
        )
    return [draft]


def returned(statement: Statement, by: Actor, reason: str, now: datetime) -> list[Draft]:
    """Who wrote the text, and the secretariat, are told that an approver gives it back, and why."""
    desk, revision = statement.desk, statement.revision
    if desk is None or revision is None:
        return []
    number = str(statement.circulation or "")
    drafts = []
    for recipient in _authors(statement, by, desk):
        with recipient.reading():
            title = text.title_of(revision.letter)
            words = {
                "facts": text.facts(
                    [(_("Document"), number), (_("Title"), title), (_("Revision"), str(revision.number))]
                ),
                "who": str(by),
                "reason": text.quoted(reason),
                "address": text.address_of(statement),
            }
            draft = letterhead.notice(
                desk,
                recipient,
                now,
                "returned",
                words,
                about=statement,
                revision=revision,
                key=f"returned:{revision.pk}:{recipient.email}",
                subject=_("%(number)s was not approved: %(title)s") % {"number": number, "title": title},
            )
        drafts.append(draft)
    return drafts


def called_off(
    circulation: Circulation, revision: Revision | None, by: Actor, reason: str, now: datetime
) -> list[Draft]:
    """Whoever was asked to approve that text, or did, is told that it was taken back; not the one who did so."""
    desk = circulation.desk
    asked = circulation.messages.filter(kind=Message.Kind.APPROVE).exclude(state__in=Message.LOST)
    words_given = set(
        Approval.objects.granted().filter(revision=revision, meeting=None).values_list("person", flat=True)
    )
    people = Person.objects.filter(Q(pk__in=asked.values("person")) | Q(pk__in=words_given)).exclude(email="")
    drafts = []
    for person in people.exclude(pk=by.person.pk if by.person else 0).order_by("pk"):
        recipient = Recipient.of(person)
        with recipient.reading():
            named = {"number": circulation.document.reference, "title": circulation.document.title}
            words = {
                "facts": text.facts([(_("Document"), named["number"]), (_("Title"), named["title"])]),
                "who": str(by),
                "approved": person.pk in words_given,
                "reason": text.quoted(reason),
                "address": text.address_of(circulation),
            }
            draft = letterhead.notice(
                desk,
                recipient,
                now,
                "called_off",
                words,
                about=circulation,
                key=f"called_off:{circulation.pk}:{revision.pk if revision else 0}:{person.pk}",
                subject=_("%(number)s is no longer to be approved: %(title)s") % named,
            )
        drafts.append(draft)
    return drafts


def stopped(circulation: Circulation, chairs: Iterable[Person], now: datetime) -> list[Draft]:
    """A window has closed, and objections keep the chairs from being asked: told to the secretariat and to them.

    Each chair gets a link of their own, by which to overrule what stands.
    """
    desk, document = circulation.desk, circulation.document
    standing = list(circulation.comments.standing_objections().select_related("group", "author"))
    drafts = []
    for chair in (None, *chairs):
        link = _door(circulation, chair, now) if chair else None
        recipient = Recipient.of(chair) if chair else Recipient.desk(desk)
        with recipient.reading():
            objections = text.listed(_said(comment) for comment in standing)
            draft = letterhead.notice(
                desk,
                recipient,
                now,
                "stopped",
                {
                    **_closed(circulation),
                    "objections": objections,
                    "cut": any(_is_long(comment) for comment in standing),
                    "has_link": link is not None,
                },
                about=circulation,
                link=link,
                key=_key("stopped", circulation, chair.pk if chair else "desk"),
                subject=_("%(number)s: the window has closed, and an objection stands")
                % {"number": document.reference},
            )
        drafts.append(draft)
    return drafts


def unasked(circulation: Circulation, chairs: list[Person], now: datetime) -> Draft:
    """The secretariat is told that a window has closed in silence and that these chairs, or none, can be asked."""
    desk, document = circulation.desk, circulation.document
    recipient = Recipient.desk(desk)
    with recipient.reading():
        words = {
            **_closed(circulation),
            "chairs": text.listed(str(chair) for chair in chairs),
            "all": desk.approvers == desk.Approvers.ALL,
            "group": f"{settings.SITE_URL}{desk.group.get_absolute_url()}",
        }
        return letterhead.notice(
            desk,
            recipient,
            now,
            "unasked",
            words,
            about=circulation,
            key=_key("unasked", circulation),
            subject=_("%(number)s: no mail can ask for its approval") % {"number": document.reference},
        )


def report_over(circulation: Circulation, now: datetime) -> Draft:
    """The secretariat is told that a report can be declared approved: by a chair, who has a link, or on its page."""
    desk, document = circulation.desk, circulation.document
    recipient = Recipient.desk(desk)
    with recipient.reading():
        named = {"number": document.reference, "title": document.title}
        return letterhead.notice(
            desk,
            recipient,
            now,
            "report",
            {**_closed(circulation), "asked": circulation.messages.filter(kind=Message.Kind.APPROVE).exists()},
            about=circulation,
            key=_key("report", circulation),
            subject=_("%(number)s can be declared approved: %(title)s") % named,
        )


def lost(circulation: Circulation, now: datetime) -> list[Draft]:
    """The secretariat is told that the list never got the text, and what to do; again when its window is over."""
    desk, document = circulation.desk, circulation.document
    mail = circulation.messages.lost_to_a_list().first()
    if mail is None:
        return []
    over = circulation.is_over(now)
    recipient = Recipient.desk(desk)
    with recipient.reading():
        words = {
            **_closed(circulation),
            "said": " ".join(unheard.lost(circulation)),
            "over": over,
            "begun": circulation.distributed_at is not None,
            "mail": f"{settings.SITE_URL}{mail.get_absolute_url()}",
        }
        draft = letterhead.notice(
            desk,
            recipient,
            now,
            "lost",
            words,
            about=circulation,
            key=f"lost:{circulation.pk}:{circulation.opened_at.timestamp():.0f}:{'over' if over else 'known'}",
            subject=_("%(number)s has not reached the list") % {"number": document.reference},
        )
    return [draft]


def _key(verb: str, circulation: Circulation, *who: object) -> str:
    """One for each time that the window closes: it begins anew where the list had nothing to read."""
    closed_at = f"{circulation.closes_at.timestamp():.0f}" if circulation.closes_at else ""
    return ":".join(map(str, (verb, circulation.pk, *who, closed_at)))


def _door(circulation: Circulation, chair: Person, now: datetime) -> Link:
    """The link by which this chair decides about what has circulated."""
    return links.issue(
        Link.Purpose.APPROVE, statement=circulation.statement, circulation=circulation, person=chair,
        email=chair.email, now=now, expires_at=now + CHAIRS_LINK,
    )  # fmt: skip


def _closed(circulation: Circulation) -> dict[str, Any]:
    """What is told of a window that has closed, and where its comments stand."""
    facts = [
        (_("Document"), circulation.document.reference),
        (_("Title"), circulation.document.title),
        (_("Comments until"), until_text(circulation)),
    ]
    return {
        "facts": text.facts(facts),
        "outcome": Outcome.of(circulation).sentence,
        "address": f"{settings.SITE_URL}{reverse('circulation', args=[circulation.pk])}",
    }


def _authors(statement: Statement, by: Actor, desk: Desk) -> list[Recipient]:
    """The author of the text in force and whoever is responsible for it, then the secretariat; each address once."""
    people = [statement.revision.author if statement.revision else None, statement.responsible]
    once: dict[str, Recipient] = {}
    for person in people:
        if person is not None and person.email and person != by.person:
            once.setdefault(person.email.lower(), Recipient.of(person))
    return [*once.values(), Recipient.desk(desk)]


def _ballot(
    circulation: Circulation, title: str, comments: list[Comment], in_place_of: Person | None
) -> dict[str, Any]:
    desk, statement = circulation.desk, circulation.statement
    revision = statement.revision if statement else None
    distributed = circulation.distributed_at
    answers_due = text.deadline_text(desk, revision.deadline, revision.deadline_text) if revision else ""
    return {
        "facts": text.facts(
            [
                (_("From"), letterhead.secretariat(desk)),
                (_("In place of"), str(in_place_of or "")),
                (_("Document"), circulation.document.reference),
                (_("Title"), title),
                (_("Answers due"), answers_due),
                (_("Distributed"), text.day_text(desk.today(distributed)) if distributed else ""),
                (_("Comments until"), until_text(circulation)),
                (_("Shortened"), circulation.shortened_because),
            ]
        ),
        "report": statement is None,
        "earlier": text.listed(
            f"{earlier.document.reference}: {Outcome.of(earlier).came}"
            for earlier in circulation.earlier().select_related("document")
        ),
        "all": statement is not None and desk.approvers == desk.Approvers.ALL,
        "outcome": Outcome.of(circulation).sentence,
        "address": text.address_of(circulation),
        "addressees": text.purposes(statement.addressees.all()) if statement else "",
        "comments": text.listed(_said(comment) for comment in comments),
        "cut": any(_is_long(comment) for comment in comments),
    }


def _is_long(comment: Comment) -> bool:
    return len(" ".join(comment.text.split())) > _SHOWN


def _said(comment: Comment) -> str:
    """One comment on a few lines: who, for whom, what, and what was done."""
    who = ", ".join(filter(None, (comment.who, comment.speaks_for)))
    words = " ".join(comment.text.split())
    shown = f": {words[: _SHOWN - 1]}…" if _is_long(comment) else f": {words}"
    done = _("withdrawn") if comment.withdrawn_at else comment.get_disposition_display()
    late = f" ({comment.lateness})" if comment.late else ""
    return f"{who}, {comment.get_kind_display()}{late}{shown if words else ''}{f' → {done}' if done else ''}"
