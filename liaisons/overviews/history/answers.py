"""What came from those addressed, and what the desk did about it."""

from django.utils.translation import gettext as _

from liaisons.models import Document, Event, Reply, Statement

from .words import Words, day


def _settled(event: Event, statement: Statement | None) -> str:
    kind = str(event.data.get("kind", ""))
    words = f"{event.addressee}: {dict(Reply.Kind.choices).get(kind, kind)}"
    if "replaces" not in event.data:
        return words
    return words + _(", in place of %(document)s") % {"document": Document.objects.get(pk=event.data["replaces"])}


def _forwarded(event: Event, statement: Statement | None) -> str:
    reply = Reply.objects.select_related("forwarded_to").get(pk=event.data["reply"])
    if reply.forwarded_to is None:
        return _("%(addressee)s: it is for another body, and left at that") % {"addressee": event.addressee}
    return _("%(addressee)s: passed on to %(body)s") % {"addressee": event.addressee, "body": reply.forwarded_to}


def _time_decided(event: Event, statement: Statement | None) -> str:
    words = {"addressee": event.addressee, "day": day(event, "granted") if event.data.get("granted") else ""}
    if event.data.get("granted"):
        return _("More time for %(addressee)s, until %(day)s") % words
    return _("No more time for %(addressee)s") % words


def _reminded_no_more(event: Event, statement: Statement | None) -> str:
    return _("%(addressee)s wants no reminders") % {"addressee": event.addressee}


def _reminded_again(event: Event, statement: Statement | None) -> str:
    return _("%(addressee)s wants to be reminded again") % {"addressee": event.addressee}


def _nomination_confirmed(event: Event, statement: Statement | None) -> str:
    return _("%(addressee)s: the representative it nominates is appointed") % {"addressee": event.addressee}


def _nomination_set_aside(event: Event, statement: Statement | None) -> str:
    return _("%(addressee)s: nomination set aside") % {"addressee": event.addressee}


WORDS: Words = {
    "settle": _settled,
    "forward": _forwarded,
    "decide_time": _time_decided,
    "remind_no_more": _reminded_no_more,
    "remind": _reminded_again,
    "confirm_nomination": _nomination_confirmed,
    "set_aside_nomination": _nomination_set_aside,
}
