"""What somebody says of a text by sending back its Word file: tracked changes, margin comments, and silent changes.

    remarks = reader.remarks(content, circulated)  # in the process with limits; read() is what it does there
    for row in remarks.rows: …

`circulated` is the Word file that went to the list, byte for byte: paragraphs have the numbers they bear there, and
what differs from it without being tracked is found against it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Literal, NoReturn

from django.utils.translation import gettext as _

from liaisons.documents.difference import words
from liaisons.intake.alignment import Alignment, Where, where_of
from liaisons.intake.margin import Thread
from liaisons.intake.marked import Change, Line, Stretch, WholeRow
from liaisons.intake.package import said_plainly
from liaisons.intake.places import Place, places_of
from liaisons.intake.returned import Returned, returned
from liaisons.refusals import Refused

Kind = Literal["insertion", "deletion", "replacement", "comment"]

MOST_REMARKS = 500
MOST_SPACES = 4 * MOST_REMARKS  # changes of nothing but spaces, which are no remarks
_LINES_QUOTED = 100
_WORDS_AROUND = 5
LONGEST_QUOTE = 2_000  # characters of what one remark shows of the text
_UNTRACKED = Change("")


@dataclass(frozen=True)
class Remark:
    """One place in the text and what somebody wants there, or says of it.

    `paragraph` is its number as circulated ("3", "A1.2"), whatever came or went above it; "" where there is none, and
    then `place` may say what it stands beside ("Title", "Annex 2: …"). `quoted` are the words it is about as they
    circulated, `instead` those in their place, `proposed` the sentences as they then read, `text` what the margin says,
    answers below. `before` and `after` are the paragraph with none and with all changes of this author.
    `at` is by the clock of the author's machine, in no zone. Not `tracked`: found by comparing, and nobody's by name.
    """

    kind: Kind
    paragraph: str
    place: str = ""
    author: str = ""
    at: datetime | None = None
    quoted: str = ""
    instead: str = ""
    proposed: str = ""
    text: str = ""
    before: str = ""
    after: str = ""
    tracked: bool = True
    resolved: bool = False

    @property
    def clause(self) -> str:
        """Where it belongs in one field of a form."""
        return self.paragraph or self.place


@dataclass(frozen=True)
class Remarks:
    """The remarks in the order of the text; `sentences` tell what was not looked for or left out."""

    rows: tuple[Remark, ...]
    sentences: tuple[str, ...] = ()


def remarks_to_json(remarks: Remarks) -> bytes:
    return json.dumps(asdict(remarks), ensure_ascii=False, default=datetime.isoformat).encode()


def remarks_from_json(content: bytes) -> Remarks:
    plain = json.loads(content)
    rows = ({**row, "at": datetime.fromisoformat(row["at"]) if row["at"] else None} for row in plain["rows"])
    return Remarks(tuple(Remark(**row) for row in rows), tuple(plain["sentences"]))


@dataclass
class _Row:
    """A remark while the others are sought: in which line it begins, and how many characters into it."""

    line: int
    offset: int
    remark: Remark
    stretches: range = range(0)
    moves: frozenset[tuple[str, bool]] = field(default_factory=frozenset)


def read(content: bytes, circulated: bytes) -> Remarks:
    """Read a file without storing anything. Raises Refused with a sentence for one that cannot be read or says nothing.

    No remark is dropped: where the file cannot be laid beside the text, they have no paragraph.
    """
    with said_plainly(content):
        return _Finder(returned(content), returned(circulated)).remarks()


class _Finder:
    def __init__(self, file: Returned, sent: Returned) -> None:
        self._file = file
        self._lines = file.lines
        self._same_text = not (file.letter and sent.letter) or file.letter == sent.letter
        self._alignment = Alignment(sent.lines, file.lines, same_text=self._same_text)
        self._rows: list[_Row] = []
        self._left_out_spaces = 0

    def remarks(self) -> Remarks:
        if len(self._file.threads) > MOST_REMARKS:
            _too_many()
        self._add_all(self._tracked())
        self._add_all(self._whole_rows())
        if self._alignment.is_related and self._same_text:
            self._add_all(self._untracked())
        for thread in self._file.threads:
            self._add_thread(thread)
        self._rows.sort(key=lambda row: (row.line, row.offset))
        self._say_moves()
        if not self._rows:
            raise Refused([self._nothing()])
        return Remarks(tuple(row.remark for row in self._rows), tuple(self._sentences()))

    def _add_all(self, rows: Iterable[_Row]) -> None:
        for row in rows:
            self._rows.append(row)
            if len(self._rows) > MOST_REMARKS:
                _too_many()

    def _tracked(self) -> Iterator[_Row]:
        for number, line in enumerate(self._lines):
            for place in places_of(line.stretches):
                if line.row is not None and line.row.change.author == place.author:
                    continue  # it is told with the row
                if not place.says_anything:
                    self._left_out_spaces += 1
                    if self._left_out_spaces > MOST_SPACES:
                        _too_many()
                    continue
                remark = _remark(place, self._alignment.where[line], line.before, line.after(place.author))
                stretches = range(place.first, place.last + 1)
                yield _Row(number, place.offset, remark, stretches, place.moves)

    def _whole_rows(self) -> Iterator[_Row]:
        """Rows of a table that came or went, those that follow one another as one remark."""
        for key, group in groupby(enumerate(self._lines), key=lambda numbered: _row_key(numbered[1])):
            if key is None:
                continue
            numbered = list(group)
            number, first = numbered[0]
            row = first.row
            assert row is not None  # as its key says
            shown = _shown([line for _number, line in numbered], row)
            if not shown:
                continue
            where = self._alignment.where[first]
            remark = Remark("deletion", where.paragraph, where.place, row.change.author, row.change.at)
            if row.came:
                remark = replace(remark, kind="insertion", instead=shown, proposed=shown, after=shown)
            else:
                remark = replace(remark, quoted=shown, before=shown)
            yield _Row(number, 0, remark)

    def _untracked(self) -> Iterator[_Row]:
        """What reads otherwise than it circulated, before any tracked change."""
        numbers = {line: number for number, line in enumerate(self._lines)}
        here = 0
        for (was_there, is_there, where), group in groupby(self._alignment.pairs, key=self._kind_of_pair):
            pairs = list(group)
            olds, news = [old for old, _new in pairs if old], [new for _old, new in pairs if new]
            if was_there and is_there:
                for old, new in zip(olds, news, strict=True):
                    here = numbers[new]
                    yield from self._reworded(here, old, new)
                continue
            here = numbers[news[0]] if news else here
            remark = Remark("deletion", where.paragraph, where.place, tracked=False)
            if is_there:
                text = _bounded("\n".join(line.key for line in news))
                yield _Row(here, 0, replace(remark, kind="insertion", instead=text, proposed=text, after=text))
                here = numbers[news[-1]]
            elif self._alignment.is_whole:
                text = _bounded("\n".join(line.key for line in olds))
                yield _Row(here, len(self._lines[here].before), replace(remark, quoted=text, before=text))

    def _kind_of_pair(self, pair: tuple[Line | None, Line | None]) -> tuple[bool, bool, Where]:
        """Neighbours that came, or that went from one paragraph, are one remark."""
        old, new = pair
        if old is not None and new is not None:
            return True, True, Where()
        where = where_of(old) if old is not None else self._alignment.where[new] if new is not None else Where()
        return old is not None, new is not None, where

    def _reworded(self, number: int, old: Line, new: Line) -> Iterator[_Row]:
        if old.key == new.key:
            return
        changed = {"deleted": {"went": _UNTRACKED}, "inserted": {"came": _UNTRACKED}, "same": {}}
        stretches = [Stretch(piece.text, **changed[piece.state]) for piece in words(old.key, new.key)]
        for place in places_of(stretches):
            remark = _remark(place, self._alignment.where[new], old.key, new.key)
            offset = sum(len(one.text) for one in stretches[: place.first] if one.went is None)
            yield _Row(number, offset, replace(remark, tracked=False))

    def _add_thread(self, thread: Thread) -> None:
        places = self._file.ranges.get(thread.key, [])
        if not places or not self._lines:
            said = Remark("comment", "", "", thread.author, thread.at, text=thread.text, resolved=thread.resolved)
            self._add_all([_Row(len(self._lines), 0, said)])
            return
        (begin, first), (end, last) = min(places), max(places)
        begin, end = min(begin, len(self._lines) - 1), min(end, len(self._lines) - 1, begin + _LINES_QUOTED)
        if begin == end and (row := self._explained(thread, begin, range(first, last))):
            row.remark = replace(row.remark, text=thread.text, resolved=thread.resolved)
            return
        quotes = list(self._quotes(begin, first, end, last))
        line = self._lines[next((number for number, words in quotes if words), begin)]
        where = self._alignment.where[line]
        remark = Remark(
            "comment",
            where.paragraph,
            where.place,
            thread.author,
            thread.at,
            quoted=_bounded("\n".join(words for _number, words in quotes if words)),
            text=thread.text,
            before=_bounded(line.before.strip()),
            after=_bounded(line.before.strip()),
            resolved=thread.resolved,
        )
        offset = sum(len(one.text) for one in self._lines[begin].stretches[:first] if one.came is None)
        self._add_all([_Row(begin, offset, remark)])

    def _explained(self, thread: Thread, line: int, commented: range) -> _Row | None:
        """The one change of its author that a comment touches: the comment says why, and is no row of its own.

        Unless it stands on much more than the change.
        """
        touched = [
            row
            for row in self._rows
            if row.line == line
            and row.stretches
            and row.remark.author == thread.author
            and not row.remark.text
            and row.stretches.start <= commented.stop
            and commented.start <= row.stretches.stop
        ]
        if len(touched) != 1:
            return None
        [row] = touched
        stretches = self._lines[line].stretches
        around = "".join(stretches[at].text for at in commented if at not in row.stretches)
        return row if len(around.split()) <= _WORDS_AROUND else None

    def _quotes(self, begin: int, first: int, end: int, last: int) -> Iterator[tuple[int, str]]:
        """The words a comment stands on as they circulated, or as they are where all of them are new."""
        for number in range(begin, end + 1):
            stretches = self._lines[number].stretches
            inside = stretches[first if number == begin else 0 : last if number == end else len(stretches)]
            was = "".join(one.text for one in inside if one.came is None)
            yield number, (was.strip() or "".join(one.text for one in inside).strip())

    def _say_moves(self) -> None:
        """Say at both ends of a move where the other one is."""
        ends = {move: row for row in self._rows for move in row.moves}
        for (name, came), row in ends.items():
            if (other := ends.get((name, not came))) is None:
                continue
            clause = other.remark.clause
            if came:
                said = _("Moved here from %(clause)s.") % {"clause": clause} if clause else _("Moved here.")
            else:
                said = _("Moved to %(clause)s.") % {"clause": clause} if clause else _("Moved.")
            row.remark = replace(row.remark, text="\n".join(filter(None, (row.remark.text, said))))

    def _nothing(self) -> str:
        if self._alignment.is_related:
            return _("The file says what circulated. Change it with “Track changes” on, or comment in its margin.")
        return _("This is another text than the one that circulates. Take the Word file that came with the mail.")

    def _sentences(self) -> Iterator[str]:
        if not self._alignment.is_related:
            yield _(
                "The text of the file is not the one that circulated: its tracked changes and comments were taken "
                "without the numbers of paragraphs."
            )
        elif not self._same_text:
            yield _(
                "The file was made from another revision: what was changed without tracking was not looked for. Check "
                "the numbers of paragraphs."
            )
        elif not self._alignment.is_whole:
            yield _("Only a part of the text stands in the file: what is missing was not taken as deleted.")
        if self._left_out_spaces or self._file.changes_formatting:
            yield _("Changes of spaces and of formatting were left out.")


def _remark(place: Place, where: Where, before: str, after: str) -> Remark:
    quoted, instead = place.quoted, place.instead
    kind: Kind = "replacement" if quoted and instead else "insertion" if instead else "deletion"
    text = ""
    if place.marks_only:
        came = len(before) < len(after)
        kind = "insertion" if came else "deletion"
        text = _("A new paragraph begins here.") if came else _("The next paragraph goes on here.")
    elif place.struck and not quoted and not instead:
        text = _("Takes out again what %(names)s put in.") % {"names": ", ".join(filter(None, place.struck))}
    return Remark(
        kind,
        where.paragraph,
        where.place,
        place.author,
        place.at,
        quoted=_bounded(quoted),
        instead=_bounded(instead),
        proposed=_bounded(place.sentence),
        text=text,
        before=_bounded(before.strip()),
        after=_bounded(after.strip()),
    )


def _row_key(line: Line) -> tuple[int, str, bool] | None:
    return (line.row.table, line.row.change.author, line.row.came) if line.row is not None else None


def _shown(lines: Sequence[Line], row: WholeRow) -> str:
    """Rows on lines, cells with a bar between them."""

    def text(line: Line) -> str:
        return (line.after(row.change.author) if row.came else line.before).strip()

    rows = []
    for _row, group in groupby(lines, key=lambda line: line.row and line.row.row):
        cells = [
            " ".join(filter(None, map(text, cell)))
            for _cell, cell in groupby(group, lambda line: line.row and line.row.cell)
        ]
        rows.append(" | ".join(cells).rstrip() if any(cells) else "")
    return _bounded("\n".join(filter(None, rows)))


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"


def _too_many() -> NoReturn:
    raise Refused(
        [
            _("The file says more than %(count)d things. Attach it to a comment that says what it proposes.")
            % {"count": MOST_REMARKS}
        ]
    )
