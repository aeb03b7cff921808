"""What happened to a text, from its draft to its end."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from liaisons.models import Event, Registration, Statement

from .words import Words, day


def _begun(event: Event, statement: Statement | None) -> str:
    if "word" in event.data:
        return _("Draft begun from the Word file %(file)s") % {"file": event.data.get("file_name", "")}
    return _("Correction begun") if "corrects" in event.data else _("Draft begun")


def _written(event: Event, statement: Statement | None) -> str:
    if "word" in event.data:
        return _("Revision %(number)s taken from the Word file %(file)s") % {
            "number": _number(event),
            "file": event.data.get("file_name", ""),
        }
    return _("Saved as revision %(number)s") % {"number": _number(event)}


def _circulated(event: Event, statement: Statement | None) -> str:
    return _("Circulated for comment as %(document)s") % {"document": event.circulation or "–"}


def _amended(event: Event, statement: Statement | None) -> str:
    return _("Editorial change, now revision %(number)s; the window goes on") % {"number": _number(event)}


def _revised(event: Event, statement: Statement | None) -> str:
    return _("Back to draft, as revision %(number)s") % {"number": _number(event)}


def _as_it_is(event: Event, statement: Statement | None) -> str:
    return _("Revision %(number)s goes as it is: gaps for %(characters)s") % {
        "number": _number(event),
        "characters": event.data.get("characters", ""),
    }


def _approved(event: Event, statement: Statement | None) -> str:
    if event.target_state != Statement.State.APPROVED:
        return _("Revision %(number)s approved; others are still asked") % {"number": _number(event)}
    if statement is not None and statement.reference:
        return _("Approved as %(reference)s") % {"reference": statement.reference}
    return _("Approved")


def _sent(event: Event, statement: Statement | None) -> str:
    mails = event.data.get("messages", 0)
    text = ngettext("Sent in %(count)d mail", "Sent in %(count)d mails", mails) % {"count": mails}
    if others := len(event.data.get("left_out", [])):
        text += ngettext(
            "; %(count)d addressee to be served otherwise", "; %(count)d addressees to be served otherwise", others
        ) % {"count": others}
    return text


def _recalled(event: Event, statement: Statement | None) -> str:
    return _("Dispatch taken back before anything had left")


def _completed(event: Event, statement: Statement | None) -> str:
    waived = event.data.get("waived", 0)
    if not waived:
        return _("All that was owed has come")
    return ngettext(
        "Declared replied; %(count)d request is no longer asked",
        "Declared replied; %(count)d requests are no longer asked",
        waived,
    ) % {"count": waived}


def _closed(event: Event, statement: Statement | None) -> str:
    outcome = str(event.data.get("outcome", ""))
    return _("Closed: %(outcome)s") % {"outcome": dict(Statement.Outcome.choices).get(outcome, outcome)}


def _corrected(event: Event, statement: Statement | None) -> str:
    return _("A correction was begun")


def _marked_corrected(event: Event, statement: Statement | None) -> str:
    return _("Its correction has left and takes its place")


def _withdrawn(event: Event, statement: Statement | None) -> str:
    told_ = event.data.get("told", 0)
    if not told_:
        return _("Withdrawn")
    return ngettext("Withdrawn; %(count)d mail tells of it", "Withdrawn; %(count)d mails tell of it", told_) % {
        "count": told_
    }


def _put_off(event: Event, statement: Statement | None) -> str:
    if event.data.get("to") is None:
        return _("No day any more to look at it again")
    return _("To be looked at again on %(day)s") % {"day": day(event, "to")}


def _stages_set(event: Event, statement: Statement | None) -> str:
    return _("It is reminded of on other days")


def _recorded(event: Event, statement: Statement | None) -> str:
    states = dict(Statement.State.choices) | dict(Registration.State.choices)
    state = states.get(event.target_state, event.target_state)
    if not state:
        return _("Entered from the records")
    return _("Entered from the records as %(state)s") % {"state": state}


def _number(event: Event) -> object:
    return event.revision.number if event.revision else "–"


WORDS: Words = {
    "begin": _begun,
    "write": _written,
    "circulate": _circulated,
    "amend": _amended,
    "revise": _revised,
    "as_it_is": _as_it_is,
    "approve": _approved,
    "send": _sent,
    "recall": _recalled,
    "complete": _completed,
    "close": _closed,
    "correct": _corrected,
    "mark_corrected": _marked_corrected,
    "withdraw": _withdrawn,
    "look_again": _put_off,
    "stages": _stages_set,
    "record": _recorded,
}
