"""The one statement with which a sender notes an answer and that its next mail goes."""

from datetime import datetime

from django.db import connection

from liaisons.models import Message

# By hand, because it runs once for every mail: the same two changes through the ORM took half of a sender's time.
_RECORD_AND_BEGIN = """
    UPDATE liaisons_message SET
        state = CASE WHEN id = %(taken)s THEN %(sent)s ELSE state END,
        sent_at = CASE WHEN id = %(taken)s THEN %(now)s ELSE sent_at END,
        answer = CASE WHEN id = %(taken)s THEN %(answer)s ELSE answer END,
        claimed_at = CASE WHEN id = %(taken)s THEN claimed_at ELSE %(now)s END,
        handed_over_at = CASE WHEN id = %(taken)s THEN handed_over_at ELSE %(now)s END
    WHERE id IN (%(taken)s, %(following)s) AND claimed_by = %(token)s
        AND (state = %(sending)s OR (id = %(taken)s AND state = %(in_doubt)s))
    RETURNING id
"""


def record_and_begin(taken: Message, following: Message | None, token: str, answer: str, now: datetime) -> set[int]:
    """Note that a server took one message and that another is about to be handed over; returns which rows changed.

    The first does not where somebody decided about it in the meantime (an answer resolves a doubt, though), the second
    where its claim took too long and another sender has it.
    """
    fields: dict[str, str | int | None] = {
        "taken": taken.pk,
        "following": following.pk if following else taken.pk,
        "token": token,
        "answer": answer,
        "now": connection.ops.adapt_datetimefield_value(now),
        "sent": Message.State.SENT,
        "sending": Message.State.SENDING,
        "in_doubt": Message.State.IN_DOUBT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_AND_BEGIN, fields)
        return {key for (key,) in cursor.fetchall()}
