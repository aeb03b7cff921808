"""What was said of a text in circulation, what was done about it, and how its window moved."""

from django.utils.translation import gettext as _

from contacts.models import Person
from liaisons.models import Comment, Event, Statement

from .words import Words, day


def _commented(event: Event, statement: Statement | None) -> str:
    return _comment_kind(event).capitalize()


def _confirmed(event: Event, statement: Statement | None) -> str:
    return _("%(kind)s confirmed by mail") % {"kind": _comment_kind(event).capitalize()}


def _comment_withdrawn(event: Event, statement: Statement | None) -> str:
    return _("%(kind)s withdrawn") % {"kind": _comment_kind(event).capitalize()}


def _disposed(event: Event, statement: Statement | None) -> str:
    disposition = str(event.data.get("disposition", ""))
    label = dict(Comment.Disposition.choices).get(disposition, disposition)
    return f"{_comment_kind(event).capitalize()}: {label}"


def _kind_corrected(event: Event, statement: Statement | None) -> str:
    before = str(event.data.get("before", ""))
    return _("%(before)s counts as: %(kind)s") % {
        "before": str(dict(Comment.Kind.choices).get(before, before)).capitalize(),
        "kind": _comment_kind(event),
    }


def _report_circulated(event: Event, statement: Statement | None) -> str:
    return _("Circulated for comment")


def _report_approved(event: Event, statement: Statement | None) -> str:
    chair = Person.objects.filter(pk=event.data.get("in_place_of") or 0).first()
    if chair is None:
        return _("Declared approved")
    return _("Declared approved in place of %(chair)s") % {"chair": chair}


def _report_revised(event: Event, statement: Statement | None) -> str:
    return _("Ended: its next revision circulates")


def _report_taken_back(event: Event, statement: Statement | None) -> str:
    return _("Taken back")


def _window_moved(event: Event, statement: Statement | None) -> str:
    if event.data.get("at_once"):
        return _("The window for comments was closed at once")
    return _("The window for comments now closes on %(day)s") % {"day": day(event, "to")}


def _comment_kind(event: Event) -> str:
    kind = str(event.data.get("kind", ""))
    return str(dict(Comment.Kind.choices).get(kind, kind))


WORDS: Words = {
    "comment": _commented,
    "confirm": _confirmed,
    "withdraw_comment": _comment_withdrawn,
    "dispose": _disposed,
    "correct_kind": _kind_corrected,
    "circulate_report": _report_circulated,
    "approve_report": _report_approved,
    "revise_report": _report_revised,
    "take_back_report": _report_taken_back,
    "move_window": _window_moved,
}
