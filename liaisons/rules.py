"""Who may take a step and what must hold for it: asked by the machine, the buttons and the refusals alike.

The models import this module, so it knows them only by what it is handed.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_stubs_ext import StrPromise

from contacts.rights import CHAIRS as CHAIRS
from liaisons import printed, too_late, unheard
from liaisons.refusals import Moved as Moved
from liaisons.refusals import Refused as Refused
from liaisons.unfilled import doubtful, merge_fields

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser, PermissionsMixin
    from django.db.models import Model, QuerySet

    from contacts.actor import Actor
    from contacts.models import Desk
    from liaisons.models import Addressee, Approval, Registration, Revision, Statement

    # django-fsm's words for them; our "user" is an Actor.
    Permission = Callable[[Model, AbstractUser | AnonymousUser | PermissionsMixin], bool]
    Condition = Callable[[Model], bool]

SECRETARIAT = frozenset({"secretariat"})
AUTHORS = SECRETARIAT | CHAIRS | {"rapporteur", "editor"}

# Verb → the roles in the desk's group that may take the step.
ROLES: dict[str, frozenset[str]] = {
    "circulate": SECRETARIAT | CHAIRS,
    "amend": SECRETARIAT,
    "revise": SECRETARIAT | CHAIRS,
    "approve": SECRETARIAT | CHAIRS,  # the secretariat only records what a meeting approved
    "send": SECRETARIAT,
    "recall": SECRETARIAT,
    "complete": SECRETARIAT,
    "close": SECRETARIAT,
    "correct": SECRETARIAT,
    "withdraw": SECRETARIAT | CHAIRS,
    "settle": SECRETARIAT,
    "forward": SECRETARIAT,
    "assign": SECRETARIAT,
    "answer": SECRETARIAT,
    "note": SECRETARIAT,
    "reopen": SECRETARIAT,
}

# Steps the system takes by itself when what they wait for has come.
BY_ITSELF = frozenset({"complete", "close", "answer"})

# Answers of one addressee by its links within a day: each gets a number, and mails follow it.
MOST_BY_LINK = 20


class Stepping(Protocol):
    """What has steps: a Statement, an Addressee or a Registration. `as_of` is when conditions are judged; None: now."""

    as_of: datetime | None

    @property
    def stepping_desk(self) -> "Desk | None": ...


def may(step: str) -> "Permission":
    """Make the permission of a transition: a role, held on that day, that may take the step."""

    def permitted(thing: Stepping, actor: "Actor") -> bool:
        return permits(thing, step, actor)

    return cast("Permission", permitted)


def is_open(step: str) -> "Condition":
    """Make the condition of a transition: nothing but the actor stands against the step."""

    def open_(thing: Stepping) -> bool:
        return not broken(thing, step)

    return cast("Condition", open_)


def permits(thing: Stepping, step: str, actor: "Actor") -> bool:
    if actor.is_system:
        return step in BY_ITSELF
    desk = thing.stepping_desk
    if desk is None:
        return False
    if step == "settle" and actor.kind == "link":
        links = cast("Addressee", thing).links.filter(purpose="answer")
        return actor.link_id in links.values_list("pk", flat=True)
    return bool(ROLES[step] & actor.roles_at(desk.group, desk.today(judged_at(thing))))


def may_write(desk: "Desk", actor: "Actor", now: datetime) -> bool:
    """Tell whether the actor begins and changes drafts at that desk."""
    return bool(AUTHORS & actor.roles_at(desk.group, desk.today(now)))


def may_read_letter(registration: "Registration", actor: "Actor", now: datetime) -> bool:
    """Everybody at the desk that received it, and whoever it is allocated to, as the rapporteurs of its Questions."""
    on = registration.desk.today(now)
    return bool(actor.roles_at(registration.desk.group, on)) or actor.person in registration.holders(on)


def broken(thing: Stepping, step: str) -> list[str]:
    """What does not hold yet, each a sentence that says what to do."""
    check = CHECKS.get(step)
    return check(thing) if check else []


def judged_at(thing: Stepping) -> datetime:
    return thing.as_of or timezone.now()


# What must hold, verb by verb


def to_circulate(statement: "Statement") -> list[str]:
    sentences = to_be_complete(statement)
    if statement.revision:
        sentences += printed.obstacles(statement.revision)
    if statement.desk and not statement.desk.mailing_list:
        sentences.append(_("The desk has no mailing list. An administrator sets it in the settings of the desk."))
    return sentences


def to_be_complete(statement: "Statement") -> list[str]:
    """Name what is missing of that which every liaison statement carries (A.1, 1.5.1)."""
    revision = statement.revision
    if revision is None:
        return [_("Nothing has been written yet. Write a title, a body and addressees.")]
    sentences = []
    if not revision.title.strip():
        sentences.append(_("The title is missing. Give the statement a concise title."))
    if not re.sub(r"<[^>]*>|&nbsp;|\s", "", revision.body):
        sentences.append(_("The body is empty. Write what the statement has to say."))
    if not statement.addressees.exists():
        sentences.append(_("Nobody is addressed. Name at least one addressee with its purpose."))
    sentences += merge_fields(revision) + past_deadlines(statement, revision)
    return sentences


def to_approve(statement: "Statement") -> list[str]:
    if statement.state == "draft":
        return to_be_complete(statement)
    circulation = statement.circulation
    if circulation is None:
        return [_("The draft has not been circulated.")]
    sentences = []
    if circulation.distributed_at is None:
        not_begun = _("The list's server has not taken the draft yet: the window for comments has not begun.")
        sentences += unheard.lost(circulation) or [not_begun]
    elif not circulation.is_over(judged_at(statement)):
        sentences.append(
            _("Comments are open until %(day)s. The statement can be approved after that day.")
            % {"day": day_text(circulation.closes_on)}
        )
    sentences += unheard.objections(circulation)
    if not sentences and statement.revision:
        sentences += merge_fields(statement.revision)
    return sentences


def to_send(statement: "Statement") -> list[str]:
    revision = statement.revision
    if revision is None or revision != statement.approved_revision:
        return [_("The text changed after the approval. Have this revision approved.")]
    sentences = merge_fields(revision) + past_deadlines(statement, revision)
    asks_action = statement.addressees.filter(purpose="action", due_on__isnull=True)
    if asks_action.exists() and not revision.deadline_text:
        sentences.append(
            _("Action is asked for without a deadline (A.1, 1.5.1). Set one, or write in its place why there is none.")
        )
    if not any(contact.email for contact in revision.letter.contacts):
        sentences.append(_("No contact has an e-mail address. Give at least one contact an address."))
    if not statement.addressees.with_a_channel().exists():
        sentences.append(
            _("Nobody has said how any of the addressees takes letters. Give at least one of the groups a channel.")
        )
    return sentences + printed.obstacles(revision)


def to_correct(statement: "Statement") -> list[str]:
    if statement.corrections.exclude(state="withdrawn").exists():
        return [_("A correction of this statement exists already. Go on with that one.")]
    return []


def to_recall(statement: "Statement") -> list[str]:
    if statement.addressees.filter(posted_at__isnull=False).exists():
        return [_("It was handed over to somebody already. Correct or withdraw the statement instead.")]
    if statement.addressees.filter(replies__isnull=False).exists():
        return [_("Somebody has answered already. Correct or withdraw the statement instead.")]
    mails = statement.messages.of_dispatch(statement)
    if not mails.exists():  # it was sent before Liaise
        return [_("It did not leave by mail from here: there is nothing to take back.")]
    gone = mails.exclude(state__in=["queued", "cancelled"]).count()
    if gone:
        sentence = ngettext(
            "%(count)d mail has begun to leave. Correct or withdraw the statement instead.",
            "%(count)d mails have begun to leave. Correct or withdraw the statement instead.",
            gone,
        )
        return [sentence % {"count": gone}]
    return []


def to_settle(addressee: "Addressee") -> list[str]:
    if addressee.statement.state not in ("sent", "replied", "closed"):
        return [_("The statement is %(state)s: no answer is waited for.") % {"state": state_text(addressee.statement)}]
    return []


def to_settle_by_link(addressee: "Addressee", actor: "Actor") -> list[str]:
    """Name what keeps whoever has the link from going on: its holder may be a machine."""
    since = judged_at(addressee) - timedelta(days=1)
    if actor.kind != "link" or not addressee.statement.desk:
        return []
    if addressee.events.filter(verb="settle", actor_kind="link", at__gt=since).count() < MOST_BY_LINK:
        return []
    mailbox = {"mailbox": addressee.statement.desk.mailbox}
    return [_("Many answers came from here within a day. Send this one by mail to %(mailbox)s.") % mailbox]


def to_forward(addressee: "Addressee") -> list[str]:
    statement = addressee.statement
    if statement.state != "sent":
        return [
            _("The statement is %(state)s and asks nobody any more. Write a new statement to the body that is meant.")
            % {"state": state_text(statement)}
        ]
    return []


def of_its_own(registration: "Registration") -> list[str]:
    """What one that is only watched is neither allocated nor answered for."""
    if registration.watched:
        return [_("This letter passes between two other bodies. Nothing is owed; it can be noted.")]
    return []


def to_approve_yourself(statement: "Statement", actor: "Actor") -> list[str]:
    """Name what keeps this very person from approving, unless they may record what a meeting approved instead."""
    return [] if _records_meetings(statement, actor) else to_give_your_word(statement, actor)


def _records_meetings(statement: "Statement", actor: "Actor") -> bool:
    if actor.kind == "link" or statement.desk is None:
        return False
    roles = actor.roles_at(statement.desk.group, statement.desk.today(judged_at(statement)))
    return statement.state == "draft" or bool(SECRETARIAT & roles)


def to_give_your_word(statement: "Statement", actor: "Actor") -> list[str]:
    """Name what keeps a chair from saying yes without a meeting; a revision needs one who did not write it.

    A meeting had the text before it: it may approve what the list never got.
    """
    desk, revision = statement.desk, statement.revision
    if desk is None or revision is None or actor.person is None:
        return []
    if not CHAIRS & actor.roles_at(desk.group, desk.today(judged_at(statement))):
        return []
    circulation = statement.circulation
    if circulation is not None and circulation.distributed_at is not None and (lost := unheard.lost(circulation)):
        return lost
    chair = absent_chair(desk, actor, judged_at(statement)) or actor.person.pk
    others = awaited_approvers(statement) - {chair} if desk.approvers == desk.Approvers.ALL else set()
    given = {absent or person for absent, person in _words(revision) if person == actor.person.pk}
    if others and chair in given:
        return [_("You have already approved this revision. The others have been asked.")]
    if others and chair in approvers_so_far(revision):
        return [_("This word was given already, by the chair or in the chair's place. The others have been asked.")]
    if given and chair in awaited_approvers(statement):
        return [_("You have already approved this revision for another chair. Somebody else gives this chair's word.")]
    approving = set(revision.approvals.granted().values_list("person", flat=True)) | {actor.person.pk}
    if not others and approving == {revision.author_id}:
        return [_("You wrote this revision. Somebody else has to approve it.")]
    return []


def absent_chair(desk: "Desk", actor: "Actor", now: datetime) -> int | None:
    """The key of the chair in whose place the actor decides that day; None for somebody with a chair of their own."""
    today = desk.today(now)
    standing_in = desk.group.stand_ins.in_force(today).filter(person=actor.person)
    own = desk.group.appointments.in_force(today).filter(person=actor.person, role__in=CHAIRS)
    return None if own.exists() else standing_in.values_list("chair", flat=True).first()


def approvers_so_far(revision: "Revision") -> set[int]:
    """The keys of the chairs who approved the revision, themselves or by whoever stood in for them."""
    return {absent or person for absent, person in _words(revision)}


def _words(revision: "Revision") -> "QuerySet[Approval, tuple[int | None, int]]":
    """Who approved the revision, each after the chair in whose place they did."""
    return revision.approvals.granted().values_list("in_place_of", "person")


def awaited_approvers(statement: "Statement") -> set[int]:
    """The keys of the chairs whose word the revision in force still needs."""
    desk, revision = statement.desk, statement.revision
    if desk is None or revision is None:
        return set()
    in_office = desk.group.appointments.in_force(desk.today(judged_at(statement))).filter(role__in=CHAIRS)
    chairs = set(in_office.values_list("person", flat=True))
    granted = approvers_so_far(revision)
    if desk.approvers == desk.Approvers.ONE:
        return set() if granted else chairs
    return chairs - granted


CHECKS: dict[str, Callable[..., list[str]]] = {
    "circulate": to_circulate,
    "approve": to_approve,
    "send": to_send,
    "recall": to_recall,
    "correct": to_correct,
    "settle": to_settle,
    "forward": to_forward,
    "assign": of_its_own,
    "answer": of_its_own,
}

# What depends on who asks, beside the role.
PERSONAL: dict[str, Callable[..., list[str]]] = {"approve": to_approve_yourself, "settle": to_settle_by_link}


def past_deadlines(statement: "Statement", revision: "Revision") -> list[str]:
    if statement.desk is None:
        return []
    today = statement.desk.today(judged_at(statement))
    days = {revision.deadline} | set(statement.addressees.values_list("own_deadline", flat=True))
    return [
        _("The deadline %(day)s is in the past. Set a later one.") % {"day": day_text(day)}
        for day in sorted(day for day in days if day and day < today)
    ]


def warnings(statement: "Statement") -> list[str]:
    """Tell an author what looks wrong and may be so: nothing here stops a step."""
    revision = statement.revision
    if revision is None:
        return []
    sentences = printed.warnings(revision) + doubtful(revision)
    if len(revision.abstract.split()) > 200:
        sentences.append(_("The abstract has more than 200 words."))
    if statement.addressees.filter(purpose="comment", due_on__isnull=True).exists() and not revision.deadline_text:
        sentences.append(_("Comments are asked for without a deadline."))
    if statement.addressees.filter(purpose="action", due_on__isnull=True).exists() and not revision.deadline_text:
        sentences.append(
            _("Action is asked for without a deadline: it cannot be sent before it has one, or words in its place.")
        )
    sentences += too_late.warnings(statement)
    for annex in revision.annexes.select_related("document"):
        circulation = getattr(annex.document, "circulation", None)
        if circulation is not None and not circulation.is_over(judged_at(statement)):
            sentences.append(
                _("%(document)s is annexed and still in its own two weeks.") % {"document": annex.document}
            )
        later = (
            annex.document
            and annex.document.series.documents.filter(
                number=annex.document.number, revision__gt=annex.document.revision
            ).first()
        )
        if later:
            sentences.append(
                _("%(later)s is in the register by now; %(document)s is annexed.")
                % {"later": later, "document": annex.document}
            )
    if names := ", ".join(str(addressee) for addressee in statement.addressees.unreachable()):
        sentences.append(_("Not reached by mail, and to be served otherwise: %(names)s.") % {"names": names})
    return sentences


def day_text(day: object) -> StrPromise | str:
    from django.utils.formats import date_format  # needs settings, which this module is imported before

    return date_format(day, "j F Y") if day else ""  # type: ignore[arg-type]


def state_text(statement: "Statement") -> str:
    return str(statement.get_state_display())
