"""After a restore nobody knows what has left since the backup was made: a person looks before anything does."""

from datetime import datetime

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from liaisons.models import Message


def hold_for_review(backup_of: datetime, now: datetime) -> int:
    """Put in doubt what was due or made by now, and what somebody may have taken back since; returns how many.

    Every message that waits here waited when the backup was made, or was made from what it holds. Reminders for later
    stay in the queue: none leaves that is moot by then.
    """
    for_later = Q(kind=Message.Kind.REMIND, not_before__gt=now, queued_at__lt=now)
    held = Message.objects.waiting().exclude(for_later)
    why = _("The desk was restored from a backup of %(time)s UTC: this mail may have left or been taken back since.")
    answer = why % {"time": date_format(backup_of, "j F Y, H:i")}
    return held.update(state=Message.State.IN_DOUBT, claimed_by="", claimed_at=None, answer=answer)
