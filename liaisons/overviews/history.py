"""What happened, in words: events as the pages tell them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import Person
from liaisons.models import Comment, Event, Registration, Reply, Statement
from liaisons.rules import day_text
from liaisons.silence import Outcome

# What anybody may know of a statement that left; the rest is for the desk. A correction is known when it has left too.
PUBLIC = frozenset({"approve", "send", "complete", "close", "withdraw", "record"})
# Of these only the last: what was taken back before counts for nobody else.
LAST = frozenset({"approve", "send"})
JOINED = ("person", "user", "link__comment", "addressee", "revision", "circulation__document", "registration__document")


@dataclass(frozen=True)
class Told:
    """One line of a history, as _events.html wants it."""

    at: datetime
    text: str
    who: str = ""
    reason: str = ""
    file: str = ""  # the address of the Word file that was taken in


def of_statement(statement: Statement, *, inside: bool, files: bool = False) -> list[Told]:
    """The statement's events, the latest first; outsiders read neither names nor reasons.

    `files`: the reader may open the Word files of authors.
    """
    events = statement.events.select_related(*JOINED).order_by("-at", "-pk")
    if inside:
        return [
            Told(event.at, text_of(event, statement), event.who, _reason(event), _word(event) if files else "")
            for event in events
        ]
    return [Told(event.at, text_of(event, statement)) for event in _public(events)]


def _reason(event: Event) -> str:
    """Why, and of an approval by silence what the silence was."""
    outcome = Outcome.from_data(event.data["silence"]).sentence if "silence" in event.data else ""
    return " ".join(filter(None, (event.reason, outcome)))


def _word(event: Event) -> str:
    if "word" not in event.data or event.revision is None:
        return ""
    return reverse("statement-word-taken", args=[event.statement_id, event.revision.number])


def _public(events: Iterable[Event]) -> Iterator[Event]:
    """Those for anybody, of events the latest of which comes first."""
    seen: set[str] = set()
    for event in filter(_is_public, events):
        if event.verb not in LAST & seen:
            yield event
        seen.add(event.verb)


def _is_public(event: Event) -> bool:
    """Of what was imported only where it ended up, of several approvals only the last: the way there is the desk's."""
    if event.private or event.verb not in PUBLIC:
        return False
    if event.verb == "approve":
        return event.target_state == Statement.State.APPROVED
    states = Statement.State
    before = (states.DRAFT, states.CIRCULATED, states.APPROVED, "")
    return event.verb != "record" or event.target_state not in before


def told(events: Iterable[Event]) -> list[Told]:
    """Events of one registration or circulation, in the order given."""
    return [Told(event.at, text_of(event, event.statement), event.who, _reason(event)) for event in events]


def text_of(event: Event, statement: Statement | None) -> str:
    words = WORDS.get(event.verb)
    if words is not None:
        return words(event, statement)
    return event.verb.replace("_", " ").capitalize()


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


def _approved(event: Event, statement: Statement | None) -> str:
    if event.target_state != Statement.State.APPROVED:
        return _("Revision %(number)s approved; others are still asked") % {"number": _number(event)}
    if statement is not None and statement.reference:
        return _("Approved as %(reference)s") % {"reference": statement.reference}
    return _("Approved")


def _as_it_is(event: Event, statement: Statement | None) -> str:
    return _("Revision %(number)s goes as it is: gaps for %(characters)s") % {
        "number": _number(event),
        "characters": event.data.get("characters", ""),
    }


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


def _withdrawn(event: Event, statement: Statement | None) -> str:
    told_ = event.data.get("told", 0)
    if not told_:
        return _("Withdrawn")
    return ngettext("Withdrawn; %(count)d mail tells of it", "Withdrawn; %(count)d mails tell of it", told_) % {
        "count": told_
    }


def _settled(event: Event, statement: Statement | None) -> str:
    kind = str(event.data.get("kind", ""))
    return f"{event.addressee}: {dict(Reply.Kind.choices).get(kind, kind)}"


def _forwarded(event: Event, statement: Statement | None) -> str:
    reply = Reply.objects.select_related("forwarded_to").get(pk=event.data["reply"])
    if reply.forwarded_to is None:
        return _("%(addressee)s: it is for another body, and left at that") % {"addressee": event.addressee}
    return _("%(addressee)s: passed on to %(body)s") % {"addressee": event.addressee, "body": reply.forwarded_to}


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


def _report_circulated(event: Event, statement: Statement | None) -> str:
    return _("Circulated for comment")


def _report_approved(event: Event, statement: Statement | None) -> str:
    return _("Declared approved")


def _report_revised(event: Event, statement: Statement | None) -> str:
    return _("Ended: its next revision circulates")


def _report_taken_back(event: Event, statement: Statement | None) -> str:
    return _("Taken back")


def _kind_corrected(event: Event, statement: Statement | None) -> str:
    before = str(event.data.get("before", ""))
    return _("%(before)s counts as: %(kind)s") % {
        "before": str(dict(Comment.Kind.choices).get(before, before)).capitalize(),
        "kind": _comment_kind(event),
    }


def _window_moved(event: Event, statement: Statement | None) -> str:
    if event.data.get("at_once"):
        return _("The window for comments was closed at once")
    return _("The window for comments now closes on %(day)s") % {"day": _day(event, "to")}


def _handed_over(event: Event, statement: Statement | None) -> str:
    return _("%(addressee)s: handed over on %(day)s") % {"addressee": event.addressee, "day": _day(event, "on")}


def _link_made(event: Event, statement: Statement | None) -> str:
    return _("%(addressee)s: a link to answer by was made") % {"addressee": event.addressee}


def _sent_again(event: Event, statement: Statement | None) -> str:
    return _("%(mail)s: to be sent once more") % {"mail": _mail_to(event)}


def _arrived(event: Event, statement: Statement | None) -> str:
    return _("%(mail)s: its recipient has it") % {"mail": _mail_to(event)}


def _given_up(event: Event, statement: Statement | None) -> str:
    return _("%(mail)s: will not be sent again") % {"mail": _mail_to(event)}


def _one_taken_back(event: Event, statement: Statement | None) -> str:
    return _("%(mail)s: taken back before it left") % {"mail": _mail_to(event)}


def _readdressed(event: Event, statement: Statement | None) -> str:
    return _("%(mail)s: put to this address before it left") % {"mail": _mail_to(event)}


def _bounced(event: Event, statement: Statement | None) -> str:
    return _("%(mail)s: it came back") % {"mail": _mail_to(event)}


def _tied(event: Event, statement: Statement | None) -> str:
    return _("A mail that came in belongs here")


def _taken(event: Event, statement: Statement | None) -> str:
    return _("A mail that came in was taken up")


def _put_aside(event: Event, statement: Statement | None) -> str:
    return _("A mail that came in was set aside")


def _waits_again(event: Event, statement: Statement | None) -> str:
    return _("A mail that came in waits again")


def _registered(event: Event, statement: Statement | None) -> str:
    document = event.registration.document if event.registration else None
    return _("Registered as %(document)s") % {"document": document} if document else _("Registered")


def _assigned(event: Event, statement: Statement | None) -> str:
    given = event.data
    people = dict(Person.objects.filter(pk__in=_people_of(given)).values_list("pk", "name"))
    words = [given.get("questions"), people.get(given.get("assignee"))]
    text = _("Assigned to %(whom)s") % {"whom": ", ".join(filter(None, words))} if any(words) else _("Assigned")
    if given.get("due_on"):
        text += _(", until %(day)s") % {"day": _day(event, "due_on")}
    if deputy := people.get(given.get("deputy")):
        text += _("; deputy: %(deputy)s") % {"deputy": deputy}
    told_ = [given.get("informed_questions"), *(people.get(key) for key in given.get("informed", []))]
    if any(told_):
        text += _("; for information to %(whom)s") % {"whom": ", ".join(filter(None, told_))}
    return text


def _people_of(given: dict[str, Any]) -> list[int]:
    """Whom the data of an assignment names, by key."""
    return [key for key in (given.get("assignee"), given.get("deputy"), *given.get("informed", [])) if key]


def _answered(event: Event, statement: Statement | None) -> str:
    return _("Answered by a statement of ours")


def _noted(event: Event, statement: Statement | None) -> str:
    clause = event.data.get("clause")
    return _("Noted at a meeting, clause %(clause)s") % {"clause": clause} if clause else _("Noted")


def _reopened(event: Event, statement: Statement | None) -> str:
    return _("Reopened")


def _recorded(event: Event, statement: Statement | None) -> str:
    states = dict(Statement.State.choices) | dict(Registration.State.choices)
    state = states.get(event.target_state, event.target_state)
    if not state:
        return _("Entered from the records")
    return _("Entered from the records as %(state)s") % {"state": state}


def _related(event: Event, statement: Statement | None) -> str:
    return _("Answers a statement of ours")


def _relation_confirmed(event: Event, statement: Statement | None) -> str:
    return _("Link to another statement confirmed")


def _relation_rejected(event: Event, statement: Statement | None) -> str:
    return _("Link to another statement rejected")


def _nomination_confirmed(event: Event, statement: Statement | None) -> str:
    return _("%(addressee)s: the representative it nominates is appointed") % {"addressee": event.addressee}


def _nomination_set_aside(event: Event, statement: Statement | None) -> str:
    return _("%(addressee)s: nomination set aside") % {"addressee": event.addressee}


def _number(event: Event) -> object:
    return event.revision.number if event.revision else "–"


def _mail_to(event: Event) -> str:
    return _("Mail to %(addressee)s") % {"addressee": event.addressee} if event.addressee else _("Mail")


def _comment_kind(event: Event) -> str:
    kind = str(event.data.get("kind", ""))
    return str(dict(Comment.Kind.choices).get(kind, kind))


def _day(event: Event, name: str) -> str:
    return str(day_text(date.fromisoformat(event.data[name])))


def _time_decided(event: Event, statement: Statement | None) -> str:
    words = {"addressee": event.addressee, "day": _day(event, "granted") if event.data.get("granted") else ""}
    if event.data.get("granted"):
        return _("More time for %(addressee)s, until %(day)s") % words
    return _("No more time for %(addressee)s") % words


def _put_off(event: Event, statement: Statement | None) -> str:
    if event.data.get("to") is None:
        return _("No day any more to look at it again")
    return _("To be looked at again on %(day)s") % {"day": _day(event, "to")}


def _stages_set(event: Event, statement: Statement | None) -> str:
    return _("It is reminded of on other days")


WORDS: dict[str, Callable[[Event, Statement | None], str]] = {
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
    "withdraw": _withdrawn,
    "settle": _settled,
    "forward": _forwarded,
    "comment": _commented,
    "confirm": _confirmed,
    "withdraw_comment": _comment_withdrawn,
    "decide_time": _time_decided,
    "look_again": _put_off,
    "stages": _stages_set,
    "confirm_nomination": _nomination_confirmed,
    "set_aside_nomination": _nomination_set_aside,
    "dispose": _disposed,
    "correct_kind": _kind_corrected,
    "circulate_report": _report_circulated,
    "approve_report": _report_approved,
    "revise_report": _report_revised,
    "take_back_report": _report_taken_back,
    "move_window": _window_moved,
    "hand_over": _handed_over,
    "make_link": _link_made,
    "send_again": _sent_again,
    "mark_arrived": _arrived,
    "give_up": _given_up,
    "take_back": _one_taken_back,
    "readdress": _readdressed,
    "bounce": _bounced,
    "tie_mail": _tied,
    "take_mail": _taken,
    "set_aside_mail": _put_aside,
    "reopen_mail": _waits_again,
    "register": _registered,
    "assign": _assigned,
    "answer": _answered,
    "note": _noted,
    "reopen": _reopened,
    "record": _recorded,
    "relate": _related,
    "confirm_relation": _relation_confirmed,
    "reject_relation": _relation_rejected,
}
