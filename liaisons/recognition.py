"""Names that nobody knew when they were written, and that a new spelling explains."""

from datetime import datetime

from contacts.designations import Directory, read
from contacts.models import Desk, Group
from liaisons.models import Addressee, Statement

# A draft is read again when it is saved; what is beyond it keeps its text and only learns who is meant.
NOT_YET_SENT = (Statement.State.DRAFT, Statement.State.CIRCULATED, Statement.State.APPROVED)


def recognize(now: datetime) -> int:
    """Name the groups of addressees and sources that are read as one group by now; returns how many were."""
    found = 0
    for desk in Desk.objects.select_related("group"):
        addressees = Addressee.objects.filter(
            group__isnull=True, statement__desk=desk, statement__state__in=NOT_YET_SENT
        )
        received = Statement.objects.filter(
            source__isnull=True, state=Statement.State.ELSEWHERE, registrations__desk=desk
        )
        waiting, letters = list(addressees), list(received)
        if waiting or letters:
            directory = Directory.load(desk.today(now), within=desk.group)
            found += _name_addressees(waiting, directory) + _name_sources(letters, directory)
    return found


def _name_addressees(waiting: list[Addressee], directory: Directory) -> int:
    named = []
    for addressee in waiting:
        if group := _one(addressee.text, directory):
            addressee.group, addressee.designation = group, group.designation
            named.append(addressee)
    Addressee.objects.bulk_update(named, ["group", "designation"])
    return len(named)


def _name_sources(letters: list[Statement], directory: Directory) -> int:
    named = 0
    for letter in letters:
        if group := _one(letter.source_text, directory):
            named += Statement.objects.filter(pk=letter.pk, source__isnull=True).update(source=group)
    return named


def _one(text: str, directory: Directory) -> Group | None:
    mentions = read(text, directory)
    return mentions[0].group if len(mentions) == 1 else None
