"""Comments out of a Word file that somebody sent back: each remark in it becomes one, of a kind that is proposed."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from liaisons.intake.remarks import Remark
from liaisons.models import Comment

from .saying import Said

_NO_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Proposed:
    """A remark with the kind of comment that it looks like; "" for one that its authors have settled themselves."""

    remark: Remark
    kind: str

    def said(self, kind: str, name: str) -> Said:
        """The comment it becomes in the name of whoever sends the file."""
        remark = self.remark
        said = [_in_words(remark), remark.text]
        if remark.author and remark.author.casefold() != name.casefold():
            said.append(_("(%(author)s, in the file)") % {"author": remark.author})
        return Said(
            kind=kind,
            text="\n".join(filter(None, said)),
            clause=remark.clause[:100],
            quoted=remark.quoted,
            proposed=remark.proposed if remark.kind != "comment" else "",
        )


def proposed(remark: Remark) -> Proposed:
    return Proposed(remark, "" if remark.resolved else kind_of(remark))


def kind_of(remark: Remark) -> str:
    """A change of signs, spaces and capitals alone is editorial; what a word means, a machine does not know."""
    if remark.kind == "comment":
        return Comment.Kind.QUESTION if remark.text.rstrip().endswith("?") else Comment.Kind.TECHNICAL
    was, becomes = (_NO_WORDS.sub("", words).casefold() for words in (remark.quoted, remark.instead))
    return Comment.Kind.EDITORIAL if was == becomes else Comment.Kind.TECHNICAL


def _in_words(remark: Remark) -> str:
    words = {"quoted": remark.quoted, "instead": remark.instead}
    if remark.quoted and remark.instead:
        return _("Replace “%(quoted)s” by “%(instead)s”.") % words
    if remark.instead:
        return _("Insert “%(instead)s”.") % words
    if remark.quoted and remark.kind != "comment":
        return _("Delete “%(quoted)s”.") % words
    return ""
