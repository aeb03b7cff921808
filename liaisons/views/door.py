"""The ways to a text in circulation by which several comments come in one go, and how they are kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.actor import Actor
from contacts.http import DeskRequest
from liaisons import comments
from liaisons.comments import Said
from liaisons.models import Blob, Circulation, Comment
from liaisons.rules import Refused
from liaisons.views.circulation import say

WHO = ("name", "email", "group_text")


@dataclass(frozen=True)
class Door:
    """How somebody came to the circulation: at the desk, or by a link, which is a person's or everybody's."""

    circulation: Circulation
    actor: Actor
    back: str

    @property
    def is_open(self) -> bool:
        return self.actor.person is None

    @property
    def obstacles(self) -> list[str]:
        if self.circulation.takes_comments:
            return []
        return [_("This circulation has ended: comments are no longer taken.")]


def keep(
    request: DeskRequest,
    door: Door,
    form: forms.Form,
    said: Sequence[Said],
    now: datetime,
    *,
    way: Comment.Way,
    sent: str,
    files: Iterable[tuple[Blob, str]] = (),
) -> bool:
    """Keep all of them; what the rules refuse becomes a sentence in the form.

    `sent` tells somebody nobody knows yet that a mail has gone to their %(email)s.
    """
    who = {name: form.cleaned_data.get(name, "") for name in WHO}
    try:
        rows = comments.comment_together(door.circulation, said, by=door.actor, now=now, way=way, files=files, **who)
    except Refused as refused:
        say(form, refused)
        return False
    if door.is_open:
        messages.warning(request, sent % who)
    else:
        told = ngettext("%(count)d comment is kept.", "%(count)d comments are kept.", len(rows))
        messages.success(request, told % {"count": len(rows)})
    return True
