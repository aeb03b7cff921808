"""How mail reaches a body: at its own mailbox, or at that of another body which passes letters on."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from contacts.models import Channel, Group
from liaisons.models import Addressee


@dataclass(frozen=True)
class Way:
    """A mailbox; `via` is the body it belongs to where that is not the one addressed."""

    email: str
    attention: str = ""
    via: str = ""

    def name(self, addressee: Addressee) -> str:
        """Whom a mail is to that takes this way, in the language that is active."""
        return _("%(body)s, for %(group)s") % {"body": self.via, "group": addressee} if self.via else str(addressee)


def by_mail(group: Group | None) -> Way | None:
    """The first mailbox of the group, as for reminders; else the first of a body through which it takes letters."""
    channels = sorted(group.channels.all(), key=lambda channel: channel.pk) if group else []
    for channel in channels:
        if channel.kind == Channel.Kind.MAIL:
            return Way(channel.email, channel.attention)
    for channel in channels:
        if channel.kind == Channel.Kind.VIA and channel.via and (way := _own(channel.via)):
            return Way(way.email, channel.attention or way.attention, str(channel.via))
    return None


def _own(group: Group) -> Way | None:
    mailboxes = [channel for channel in group.channels.all() if channel.kind == Channel.Kind.MAIL]
    if not mailboxes:
        return None
    first = min(mailboxes, key=lambda channel: channel.pk)
    return Way(first.email, first.attention)
