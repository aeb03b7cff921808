"""Why the silence of a list agrees to nothing: it never got the text, or somebody on it objects.

The rules import this module, so it knows the models only by what it is handed.
"""

from typing import TYPE_CHECKING

from django.utils.text import Truncator
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from liaisons.models import Circulation


def lost(circulation: "Circulation") -> list[str]:
    """Say that the list has not got the text, and what brings it there."""
    mail = circulation.messages.lost_to_a_list().first() if circulation.ended_at is None else None
    if mail is None:
        return []
    if mail.state != "bounced":
        return [
            _(
                "The mail to the list did not leave, and nobody agrees by silence to what nobody could read. "
                "The secretariat sends it again, and the days for comments begin then."
            )
        ]
    said = _(
        "The mail to the list came back%(why)s, and nobody agrees by silence to what nobody could read. "
        "The secretariat sends it again, and the days for comments begin anew; or notes that it has arrived, "
        "where the list has it all the same."
    )
    return [said % {"why": f" ({Truncator(mail.answer).chars(150)})" if mail.answer else ""}]


def objections(circulation: "Circulation") -> list[str]:
    """Name who objects still, and what lifts an objection."""
    lifted = _(
        "%(name)s objects. A chair overrules the objection with a reason, or it is referred to the next meeting, "
        "or its author withdraws it; or take the text back to draft."
    )
    standing = circulation.comments.standing_objections().select_related("author")
    return [lifted % {"name": comment.who} for comment in standing]
