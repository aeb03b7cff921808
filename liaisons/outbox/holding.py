"""After a restore nobody knows what has left since the backup was made: a person looks before anything does."""

from datetime import datetime

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from liaisons.models import Message


def hold_for_review(backup_of: datetime, now: datetime) -> int:
    """Put in doubt what was due or made by now; returns how many. What leaves later than now stays in the queue.

    Every message that waits here waited when the backup was made, or was made from what it holds.
    """
    may_have_left = Q(state=Message.State.SENDING) | Q(state=Message.State.QUEUED, not_before__lte=now)
    made_since = Q(state=Message.State.QUEUED, queued_at__gte=now)
    return Message.objects.filter(may_have_left | made_since).update(
        state=Message.State.IN_DOUBT,
        claimed_by="",
        claimed_at=None,
        answer=_("The desk was restored from a backup of %(time)s UTC: this mail may have left since.")
        % {"time": date_format(backup_of, "j F Y, H:i")},
    )
