"""What became of mails and letters that left, and of mails that came in."""

from django.utils.translation import gettext as _

from liaisons.models import Event, Statement

from .words import Words, day


def _handed_over(event: Event, statement: Statement | None) -> str:
    return _("%(addressee)s: handed over on %(day)s") % {"addressee": event.addressee, "day": day(event, "on")}


def _handed_over_no_more(event: Event, statement: Statement | None) -> str:
    return _("%(addressee)s: not handed over any more") % {"addressee": event.addressee}


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


def _mail_to(event: Event) -> str:
    return _("Mail to %(addressee)s") % {"addressee": event.addressee} if event.addressee else _("Mail")


WORDS: Words = {
    "hand_over": _handed_over,
    "give_up_handing": _handed_over_no_more,
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
}
