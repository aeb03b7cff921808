"""Which two texts of a statement are compared, and what each is called: by the document it circulated as, if it did."""

from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from liaisons import sheets
from liaisons.documents.naming import stem
from liaisons.letter import Letter, Masthead, Sheet
from liaisons.models import Circulation, Revision, Statement


@dataclass(frozen=True)
class Pair:
    """An earlier and a later text of a statement; `called` are the numbers they go by."""

    old: Revision
    new: Revision
    called: tuple[str, str]
    masthead: Masthead  # of the later one

    @property
    def letters(self) -> tuple[Letter, Letter]:
        return self.old.letter, self.new.letter

    @property
    def stem(self) -> str:
        """The name of a file that holds the comparison, without its ending."""
        old, new = (stem(name)[:80] for name in self.called)
        return f"{new}-compared-with-{old}"

    def sheet(self) -> Sheet:
        """Raises Refused when the storage has lost a picture."""
        old, new = self.letters
        return sheets.sheet(new, self.masthead, before=old, before_number=self.called[0])

    def shown(self) -> Sheet:
        """The same for a page, which finds the pictures by their addresses."""
        old, new = self.letters
        return Sheet(new, self.masthead, before=old, before_number=self.called[0])


@dataclass(frozen=True)
class Choice:
    """A text that may be compared with another."""

    revision: Revision
    name: str

    def __str__(self) -> str:
        day = date_format(timezone.localtime(self.revision.created_at), "j M Y")
        plain = _("Revision %(number)s") % {"number": self.revision.number}
        return f"{plain}, {day}" if self.name == plain else f"{self.name} ({plain}, {day})"


def choices(statement: Statement) -> list[Choice]:
    """The texts of a statement, the last one first."""
    names = called(statement)
    revisions = statement.revisions.defer("content", "body").order_by("-number")
    return [Choice(revision, names[revision.pk]) for revision in revisions]


def earlier(circulation: Circulation) -> Circulation | None:
    """The circulation of the same statement that reached the list before this one, with another text of it."""
    if circulation.statement_id is None or circulation.revision_id is None:
        return None
    rows = Circulation.objects.filter(statement=circulation.statement_id, opened_at__lt=circulation.opened_at)
    rows = rows.filter(revision__isnull=False, distributed_at__isnull=False).exclude(revision=circulation.revision_id)
    return rows.select_related("document", "revision").order_by("-opened_at", "-pk").first()


def since_earlier(circulation: Circulation) -> Pair | None:
    """What was circulated last, and what circulates now in its place."""
    before = earlier(circulation)
    if before is None or before.revision is None or circulation.revision is None or circulation.statement is None:
        return None
    called = before.document.reference, circulation.document.reference
    return Pair(before.revision, circulation.revision, called, _masthead(circulation.statement, circulation))


def of_revisions(statement: Statement, one: Revision, other: Revision) -> Pair:
    """The two in the order in which they were written."""
    old, new = sorted((one, other), key=lambda revision: revision.number)
    names = called(statement)
    circulation = _circulations(statement).get(new.pk)
    masthead = _masthead(statement, circulation)
    if circulation is None:
        masthead = replace(masthead, number=names[new.pk])
    return Pair(old, new, (names[old.pk], names[new.pk]), masthead)


def called(statement: Statement) -> dict[int, str]:
    """What each revision goes by: the document it circulated as, the number of the statement, or its own number."""
    circulated = _circulations(statement)
    names = {}
    for pk, number in statement.revisions.order_by("number").values_list("pk", "number"):
        if pk in circulated:
            names[pk] = circulated[pk].document.reference
        elif pk == statement.approved_revision_id and statement.reference:
            names[pk] = statement.reference
        else:
            names[pk] = _("Revision %(number)s") % {"number": number}
    return names


def _circulations(statement: Statement) -> dict[int, Circulation]:
    """By the revision that was sent out; of one that was sent out twice the last."""
    rows = statement.circulations.filter(revision__isnull=False).select_related("document", "desk__group")
    return {row.revision_id: row for row in rows.order_by("opened_at", "pk") if row.revision_id}


def _masthead(statement: Statement, circulation: Circulation | None) -> Masthead:
    """A comparison carries no Word file inside it: that would be another comparison."""
    return replace(sheets.masthead_of(statement, circulation=circulation), word_inside=False)
