"""Two revisions as one page: what came in is marked as inserted, what went out as deleted."""

from liaisons.documents.page import Page
from liaisons.letter import Sheet


class Compared(Page):
    """The later letter with the words of the earlier one that it has no more."""


def page_of(sheet: Sheet) -> Page:
    return Compared(sheet) if sheet.before else Page(sheet)
