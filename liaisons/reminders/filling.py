"""Rows for what has come: one statement for each kind, whatever the number of deadlines."""

from datetime import datetime

from contacts.models import Desk

from . import answers, circulated, undertaken
from .people import Office


def fill(now: datetime) -> int:
    """Enter a row for every stage that has come of what is awaited; returns how many are new.

    Of several stages that were missed the latest counts, and none from before the thing left or was asked for.
    """
    desks = list(Desk.objects.select_related("group"))
    if not desks:
        return 0
    office = Office.load(desks, now)
    return sum(
        enter(office, now)
        for enter in (
            answers.enter,
            answers.enter_prompts,
            circulated.enter_windows,
            circulated.enter_approvals,
            undertaken.enter_assignments,
            undertaken.enter_actions,
        )
    )
