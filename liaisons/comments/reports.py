"""A meeting report before the list: put there, approved by its silence, or taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Desk
from liaisons import links, mail, outbox, unheard
from liaisons.models import Circulation, Document, Event
from liaisons.models.circulation import TO_COMMENTERS
from liaisons.models.register import DocumentQuerySet
from liaisons.rules import CHAIRS, SECRETARIAT, Refused, absent_chair, day_text
from liaisons.silence import Outcome

from .holding import locked


def may_circulate(document: Document, desk: Desk, by: Actor, now: datetime) -> bool:
    """Whether it is a report, and the actor one of those who put reports before the list."""
    decides = bool(by.roles_at(desk.group, desk.today(now)) & (SECRETARIAT | CHAIRS))
    return decides and document.kind == Document.Kind.REPORT and document.series.group_id == desk.group_id


def against_circulating(document: Document, desk: Desk) -> list[str]:
    """What keeps the report from the list, each a sentence that says what to do."""
    if Circulation.objects.filter(document=document).exists():
        return [_("It has been before the list already. File its next revision to circulate it again.")]
    sentences = []
    if not document.files.exists():
        sentences.append(_("It has no file that the list could read. File its next revision with one."))
    if later := _revisions(document).filter(revision__gt=document.revision).order_by("-revision").first():
        sentences.append(_("%(later)s has taken its place. Circulate that one.") % {"later": later})
    if not desk.mailing_list:
        sentences.append(_("The desk has no mailing list. An administrator sets it in the settings of the desk."))
    return sentences


def circulate(document: Document, desk: Desk, *, by: Actor, now: datetime) -> Circulation:
    """Put a report before the list for the days of the desk, in place of an earlier revision of it. Raises Refused."""
    if not may_circulate(document, desk, by, now):
        raise Refused([_("Reports are circulated by the secretariat and the chairs.")])
    with transaction.atomic():
        type(document.series).objects.select_for_update().get(pk=document.series_id)
        if sentences := against_circulating(document, desk):
            raise Refused(sentences)
        for earlier in Circulation.objects.filter(document__in=_revisions(document), ended_at__isnull=True):
            _end(earlier, now)
            _record("revise_report", earlier, by, now)
        circulation = Circulation.objects.create(
            desk=desk, document=document, window_days=desk.window_days, zone=desk.zone, opened_at=now
        )
        outbox.queue(mail.to_list(circulation, now))
        _record("circulate_report", circulation, by, now)
    return circulation


def against_deciding(circulation: Circulation, by: Actor, now: datetime) -> list[str]:
    """What keeps the actor from deciding anything about it, each a sentence."""
    desk = circulation.desk
    if circulation.statement_id is not None:
        return [_("This is a statement: its own page has the steps.")]
    if not by.roles_at(desk.group, desk.today(now)) & (SECRETARIAT | CHAIRS):
        return [_("Reports are approved and taken back by the secretariat and the chairs.")]
    if circulation.ended_at is not None:
        return [_("This circulation has ended.")]
    return []


def against_approving(circulation: Circulation, by: Actor, now: datetime) -> list[str]:
    """What keeps the actor from approving the report, each a sentence that says what to do."""
    if sentences := against_deciding(circulation, by, now):
        return sentences
    lost = unheard.lost(circulation)
    if circulation.distributed_at is None:
        return lost or [_("The list's server has not taken the report yet: the window for comments has not begun.")]
    sentences = lost
    if not circulation.is_over(now):
        sentences.append(
            _("Comments are open until %(day)s. The report can be approved after that day.")
            % {"day": day_text(circulation.closes_on)}
        )
    return sentences + unheard.objections(circulation)


def approve(circulation: Circulation, *, by: Actor, now: datetime) -> Circulation:
    """Declare that the list has agreed to the report by its silence. Raises Refused."""
    with transaction.atomic():
        circulation = locked(circulation)
        if sentences := against_approving(circulation, by, now):
            raise Refused(sentences)
        circulation.approved_at = now
        circulation.save(update_fields=["approved_at"])
        _end(circulation, now)
        in_place_of = absent_chair(circulation.desk, by, now)
        silence = Outcome.of(circulation).data()
        _record("approve_report", circulation, by, now, silence=silence, in_place_of=in_place_of)
    return circulation


def take_back(circulation: Circulation, *, reason: str, by: Actor, now: datetime) -> Circulation:
    """End the circulation without an approval; the list is told why. Raises Refused."""
    if not reason.strip():
        raise Refused([_("Give a reason: it is kept with the decision.")])
    with transaction.atomic():
        circulation = locked(circulation)
        if sentences := against_deciding(circulation, by, now):
            raise Refused(sentences)
        _end(circulation, now)
        outbox.queue(mail.taken_back(circulation, reason.strip(), now))
        outbox.queue(mail.called_off(circulation, None, by, reason.strip(), now))
        _record("take_back_report", circulation, by, now, reason=reason.strip())
    return circulation


def _revisions(document: Document) -> DocumentQuerySet:
    return Document.objects.filter(series=document.series_id, number=document.number)


def _end(circulation: Circulation, now: datetime) -> None:
    circulation.ended_at = now
    circulation.save(update_fields=["ended_at"])
    outbox.cancel(circulation.messages.exclude(TO_COMMENTERS))
    links.revoke(circulation.links.all(), now)


def _record(verb: str, circulation: Circulation, by: Actor, now: datetime, *, reason: str = "", **data: object) -> None:
    Event.objects.record(
        verb,
        by=by,
        at=now,
        desk=circulation.desk,
        circulation=circulation,
        reason=reason,
        data={"document": circulation.document_id, **data},
    )
