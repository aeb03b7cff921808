"""What came too late to stop an approval, in sentences for whoever sends the statement."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from liaisons.models import Circulation, Statement


def warnings(statement: "Statement") -> list[str]:
    circulation = statement.circulation if statement.state == "approved" else None
    if circulation is None:
        return []
    came = list(circulation.comments.since_the_end().select_related("author"))
    objected = _(
        "%(name)s objected after the approval. That stops nothing by itself: ask the chairs whether the text goes "
        "back to draft before you send it."
    )
    sentences = [objected % {"name": comment.who} for comment in came if comment.kind == "objection"]
    if others := len(came) - len(sentences):
        told = ngettext(
            "%(count)d comment came after the approval. Read it before you send the statement.",
            "%(count)d comments came after the approval. Read them before you send the statement.",
            others,
        )
        sentences.append(told % {"count": others})
    return sentences + _came_back(statement, circulation)


def _came_back(statement: "Statement", circulation: "Circulation") -> list[str]:
    """Say that the list never got what its silence approved; a meeting had the text before it."""
    by_meeting = statement.approvals.filter(revision=statement.approved_revision, meeting__isnull=False)
    lost = circulation.messages.lost_to_a_list().filter(state="bounced")  # one still held was cancelled by the approval
    if not circulation.takes_comments or by_meeting.exists() or not lost.exists():
        return []
    return [
        _(
            "The mail to the list came back, which was not known when the text was approved by its silence: ask the "
            "chairs whether it goes back to draft, and before the list again, before you send it."
        )
    ]
