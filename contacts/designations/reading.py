"""Reads a line of addressees, body by body, and writes one."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from django.utils.translation import gettext as _

from contacts.models import Group

from .directory import SECTOR, Directory
from .shorthand import LONGEST, Segment, clauses, has_joint, is_exception, plain, segments

_LEAD_IN = re.compile(
    r"(?:[-*\s:]+|for (?:action|comment|information) to\b|(?:copy to|cc|to|also|both)\b"
    r"|(?:especially|including|in particular|such as|e\.g\.)(?!\w))+",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"(?:n\s*/\s*a|n\.\s?a\.?|none|nil)?\W*", re.IGNORECASE)
_CUT = re.compile(r"\s(?:on|for|regarding|concerning|about)\s|\s?\(|\s?:\s|\s-+\s", re.IGNORECASE)
_ALL = re.compile(rf"all(?:\s+(?:the\s+)?(?:(?:{SECTOR}|ITU)\s+)?(?:SGs?|study\s+groups?))?", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<stem>.*[^\W\d_])(?P<gap>\s*-?\s*)(?P<first>\d{1,4})(?:\s*-\s*(?P<last>\d{1,4}))?")
_NUMBERS = re.compile(r"(?P<first>\d{1,4})(?:\s*-\s*(?P<last>\d{1,4}))?")
_PLURAL = re.compile(r"\b(?:(?:SG|TC|SC|WG|TG)s|(?P<words>Study Groups|Working Groups))$", re.IGNORECASE)
_OF = r"(?:\s*/\s*|\s+of\s+)(?:(?P<sector>ITU-[TRD])\s+)?(?:(?:SG|Study Group)\s*)?(?P<study_group>\d{1,2})"
_BARE_QUESTION = re.compile(rf"(?P<number>\d{{1,2}}){_OF}", re.IGNORECASE)
_QUESTION = re.compile(
    r"(?P<scope>(?:.*[\s,/])?)(?P<mark>Questions?|Q\.?|Qs|Working Part(?:y|ies)|WPs?)"
    rf"\s*(?P<number>\d{{1,2}})(?:{_OF})?",
    re.IGNORECASE,
)
_STUDY_GROUP = re.compile(
    r"(?:ITU(?P<sector>-[TRD])?\b\W*)?(?:(?:SG|Study Group)\s*(?P<number>\d{1,2}))?\W*", re.IGNORECASE
)
_PERSON = re.compile(r"(?:(?:Mr|Ms|Mrs|Dr|Prof)\.?\s)?(?P<name>[^\W\d_][\w'’.-]+(?:\s[^\W\d_][\w'’.-]*){1,2})")
_NO_NAMES = re.compile(
    r"agency|alliance|association|authority|board|bureau|cent(?:er|re)|commission|committee|community|company|consortium"
    r"|corporation|council|federation|forum|foundation|groups?|industry|initiative|institute|international|network|open"
    r"|organi[sz]ations?|partnership|party|project|sdos?|secretariat|sector|society|standards|study|team|union|university"
    r"|various|working|world",
    re.IGNORECASE,
)
# A name that would mean another body after a comma: a number, or a short form that goes with what stands before it.
_LEANING = re.compile(
    r"\d+\b(?!\s*\w)|(?:SG|TC|SC|WG|TG|SEG|Study Group|Working Group)s?\W*\d|(?:Q|Question|WP)s?\W*\d+\b(?!\s*/)",
    re.IGNORECASE,
)
_ITU_T = re.compile(r"(?:ITU-T\s)?(?:SG|Study Group)\s?\d+$", re.IGNORECASE)
_OTHER_SECTOR = re.compile(r"ITU-[RD]\b", re.IGNORECASE)


@dataclass(frozen=True)
class Mention:
    """A body as an author named it; `text` is the author's words, with shorthand written out.

    `designation` is empty where nobody knows the body; that of a Question is known even where there is no group.
    `person` is a guess: somebody named after a body. `note` says what the author should know about the body.
    """

    text: str
    group: Group | None
    designation: str
    person: str = ""
    note: str = ""


def read(text: str, directory: Directory) -> list[Mention]:
    """The bodies that a text names, in its order; what nobody knows stays as text. Never raises."""
    reader = _Reader(text, directory)
    for start, end in clauses(reader.plain):
        reader.read_clause(start, end)
    return reader.mentions


def write(mentions: Iterable[Mention | str]) -> str:
    """One line for a form. A semicolon stands where a comma would make another body of what follows."""
    items = [item for item in mentions if (item if isinstance(item, str) else item.text)]
    line = "" if not items else _text(items[0])
    for before, item in pairwise(items):
        line += ("; " if _parted(before, item) else ", ") + _text(item)
    return line


def _parted(before: Mention | str, item: Mention | str) -> bool:
    """Whether a comma would let the first name change what the second means."""
    first, second = _text(before), _text(item)
    if _stands_alone(first) or _stands_alone(second) or _OTHER_SECTOR.match(first):
        return True
    unknown = isinstance(item, Mention) and not item.designation and not item.person
    leans = bool(_LEANING.match(second)) and not (_ITU_T.match(first) and _ITU_T.match(second))
    return unknown or leans


def _text(item: Mention | str) -> str:
    return item if isinstance(item, str) else item.text


def _stands_alone(text: str) -> bool:
    return has_joint(text) or bool(_CUT.search(text))


@dataclass
class _Questions:
    """The Questions being named: of which study group they are may be said only after the last ("Q8, 9, 10/16")."""

    stem: str  # the author's words before the number: "ITU SG 16 Q"
    letter: str  # Q, or WP
    sector: str
    study_group: str = ""
    otherwise: str = ""  # the study group named before them
    waiting: dict[int, str] = field(default_factory=dict)  # place of the mention → number


class _Reader:
    def __init__(self, text: str, directory: Directory) -> None:
        self.text = "".join(" " if unicodedata.category(c) == "Cc" and not c.isspace() else c for c in text)
        self.plain = plain(self.text)
        self.directory = directory
        self.mentions: list[Mention] = []
        self.read_until = 0
        self._forget()

    def _forget(self) -> None:
        """What a new clause does not inherit."""
        self.scope: Group | None = None
        self.series: tuple[str, str] | None = None  # of "ITU-T SG2": the words before a number, and the gap
        self.questions: _Questions | None = None
        self.describing = False

    def read_clause(self, start: int, end: int) -> None:
        self._forget()
        if is_exception(self.plain[start:end]):
            self.mentions.append(
                Mention(self._said(start, end), None, "", note=_("Write out the bodies that are meant."))
            )
            return
        waiting = list(segments(self.plain, start, end))
        while waiting:
            count = self._joined(waiting)
            self._read_segment(waiting[0].start, waiting[count - 1].end, waiting[0].joint)
            del waiting[:count]
        self._close_questions()

    def _joined(self, waiting: list[Segment]) -> int:
        """How many stretches are one name, as in "Conference of Postal and Telecommunications Administrations"."""
        for count in range(min(4, len(waiting)), 1, -1):
            start, end = waiting[0].start, waiting[count - 1].end
            if end - start <= LONGEST and self.directory.is_joint_name(self.plain[start:end]):
                return count
        return 1

    def _read_segment(self, start: int, end: int, joint: str) -> None:
        if lead_in := _LEAD_IN.match(self.plain, start, end):
            start = lead_in.end()
        end = start + len(self.plain[start:end].rstrip(" \t.,"))
        words = self.plain[start:end]
        if len(words) <= LONGEST and _NOTHING.fullmatch(words):
            return
        if not self._read_known(start, end):
            self._read_unknown(start, end, joint)
        self.read_until = end

    def _read_known(self, start: int, end: int) -> bool:
        """The longest beginning that names a body; what follows it describes that body ("… on multimedia")."""
        words = self.plain[start:end]
        cuts = [cut.start() for cut in _CUT.finditer(words[: LONGEST + 1])][:8]
        for cut in ([len(words)] if len(words) <= LONGEST else []) + cuts[::-1]:
            head = " ".join(words[:cut].split())
            if _ALL.fullmatch(head) and self.directory.study_groups:
                self._read_all(self._said(start, end))
                return True
            if head and self._read_body(self._said(start, start + cut), head):
                self._describe(self._said(start + cut, end))
                return True
        return False

    def _read_body(self, said: str, head: str) -> bool:
        return (
            self._read_question(said, head)
            or self._read_bare_question(said, head)
            or self._read_number(head)
            or self._read_several(said, head)
            or self._read_name(said, head)
            or self._read_slashes(said, head)
        )

    def _read_all(self, said: str) -> None:
        self._settle(None)
        for group in self.directory.study_groups:
            self.mentions.append(Mention(group.designation, group, group.designation, note=_("Meant by “%s”.") % said))

    # Questions and working parties

    def _read_question(self, said: str, head: str) -> bool:
        found = _QUESTION.fullmatch(head)
        scope = self._scope_of_question(found["scope"]) if found else None
        if not found or scope is None:
            return False
        sector, otherwise = scope
        plural = found["mark"].lower().endswith(("s", "ies"))
        letter = "WP" if found["mark"][0] in "Ww" else "Q"
        stem = said[: len(found["scope"])] + (letter if plural else found["mark"])
        self._settle(None)
        self.questions = _Questions(stem, letter, found["sector"] or sector, otherwise=otherwise)
        self._ask(found["number"], found["study_group"] or "", "" if plural else said)
        return True

    def _scope_of_question(self, scope: str) -> tuple[str, str] | None:
        """Sector and study group said before a Question; None where the words mean something else."""
        if not scope.strip():
            named = self.scope if self.scope and self.scope.kind == Group.Kind.STUDY_GROUP else None
        elif found := _STUDY_GROUP.fullmatch(scope):
            return f"ITU{(found['sector'] or '-T').upper()}", found["number"] or ""
        else:
            named = self.directory.find(scope.strip(" ,/"))
            if named is None or named.kind != Group.Kind.STUDY_GROUP:
                return None
        if named is None:
            return SECTOR, ""
        return named.parent.designation if named.parent else SECTOR, str(named.ordinal or "")

    def _read_bare_question(self, said: str, head: str) -> bool:
        """A Question without its letter: "45/15", or the "10/16" that ends "Q8, 9, 10/16"."""
        found = _BARE_QUESTION.fullmatch(head)
        if not found:
            return False
        if self.questions is None:
            self._settle(None)
            self.questions = _Questions("", "Q", SECTOR)
        if found["sector"]:
            self.questions.sector = found["sector"]
        self._ask(found["number"], found["study_group"], "" if self.questions.stem else said)
        return True

    def _ask(self, number: str, study_group: str, said: str) -> None:
        asked = self.questions
        if asked is None:
            return
        if not study_group:
            asked.waiting[len(self.mentions)] = number
            self.mentions.append(Mention(f"{asked.stem}{number}", None, ""))
            return
        asked.study_group = study_group
        self._answer_waiting()
        self.mentions.append(self._question(asked, number, said or f"{asked.stem}{number}/{study_group}"))

    def _answer_waiting(self) -> None:
        asked = self.questions
        if asked is not None and asked.study_group:
            for place, number in asked.waiting.items():
                described = self.mentions[place].text.removeprefix(f"{asked.stem}{number}")
                text = f"{asked.stem}{number}/{asked.study_group}{described}"
                self.mentions[place] = self._question(asked, number, text)
            asked.waiting.clear()

    def _question(self, asked: _Questions, number: str, text: str) -> Mention:
        designation = f"{asked.sector} {asked.letter}{int(number)}/{int(asked.study_group)}"
        group = self.directory.find(designation)
        return self._mention(text, group) if group else Mention(text, None, designation)

    def _close_questions(self) -> None:
        if self.questions is not None:
            self.questions.study_group = self.questions.otherwise or self.questions.study_group
            self._answer_waiting()
        self.questions = None

    # Names and series of numbers

    def _read_number(self, head: str) -> bool:
        """A bare number goes on with the series before it: "ITU-T SGs 2, 3"."""
        found = _NUMBERS.fullmatch(head)
        if not found:
            return False
        if self.questions is not None and not found["last"] and len(head) <= 2:
            self._ask(head, "", "")
            return True
        if self.series is None:
            return False
        self._count(*self.series, found)
        return True

    def _count(self, stem: str, gap: str, found: re.Match[str]) -> None:
        """Both ends of "2–5", and of what is between them the bodies that exist."""
        first, last = found["first"], found["last"]
        numbers = [first, last] if last else [first]
        if last and int(first) < int(last) <= int(first) + 100:
            between = (str(number) for number in range(int(first) + 1, int(last)))
            numbers[1:1] = [number for number in between if self._look_up(f"{stem}{gap}{number}")]
        for number in numbers:
            group = self._look_up(f"{stem}{gap}{number}")
            self.mentions.append(self._mention(f"{stem}{gap}{number}", group))
            self.scope = group or self.scope

    def _look_up(self, text: str) -> Group | None:
        found = self.directory.find_after(self.scope, text) if self.scope else None
        return found[0] if found else self.directory.find(text)

    def _read_name(self, said: str, head: str) -> bool:
        group, text = self._named_after_scope(said, head)
        group = (
            group or self.directory.find(head) or self.directory.find(re.sub("^the ", "", head, flags=re.IGNORECASE))
        )
        if group is None:
            return False
        self._settle(group)
        self._go_on_from(text)
        self.mentions.append(self._mention(text, group))
        return True

    def _named_after_scope(self, said: str, head: str) -> tuple[Group | None, str]:
        """What a short name means after the body before it, written out with that body's name."""
        found = self.directory.find_after(self.scope, head) if self.scope else None
        if found is None:
            return None, said
        group, above = found
        text = f"{self._as_written(above, said)} {said}".strip()
        return group, text if self.directory.find(text) == group else said

    def _as_written(self, above: Group, said: str) -> str:
        """The words with which the last mention named that body; nothing where none are needed."""
        last = self.mentions[-1].text[:LONGEST] if self.mentions else ""
        for cut in list(re.finditer(r"[\s/-]+|$", last))[:12]:
            if self.directory.find(last[: cut.start()]) == above:
                return last[: cut.start()]
        found = self.directory.find(said)
        return "" if found and above in self.directory.chain(found) else above.designation

    def _go_on_from(self, text: str) -> None:
        found = _NUMBERED.fullmatch(text[:LONGEST])
        self.series = (found["stem"], found["gap"]) if found and not found["last"] else None

    def _read_several(self, said: str, head: str) -> bool:
        """Write out "ITU-T SGs 2", "SGs11" or "Study Groups 2–5" one by one."""
        found = _NUMBERED.fullmatch(head)
        plural = _PLURAL.search(found["stem"]) if found else None
        if not found or not (plural or found["last"]):
            return False
        stem, gap = said[: len(found["stem"])], found["gap"]
        if plural:
            stem, gap = stem[:-1], " " if plural["words"] else ""
        elif not self._look_up(f"{stem}{gap}{found['first']}"):
            return False
        scope = self.scope
        self._settle(None)
        self.scope, self.series = scope, (stem, gap)
        self._count(stem, gap, found)
        return True

    def _read_slashes(self, said: str, head: str) -> bool:
        """Read "SG20/SG21" as two bodies: each part is one, and the whole is not."""
        parts = [part.strip() for part in said.split("/")]
        if not 2 <= len(parts) <= 12 or len(head.split("/")) != len(parts):
            return False
        groups = [self._look_up(part) for part in parts]
        if None in groups:
            return False
        for part, group in zip(parts, groups, strict=True):
            self._settle(group)
            self.mentions.append(self._mention(part, group))
        return True

    # What describes a body, and what nobody knows

    def _describe(self, description: str) -> None:
        if description:
            last = self.mentions[-1]
            self.mentions[-1] = replace(last, text=_append(last.text, description))
            self.series = None
        self.describing = bool(description) and not description.endswith(")")

    def _read_unknown(self, start: int, end: int, joint: str) -> None:
        said = self._said(start, end)
        last = self.mentions[-1] if self.mentions and joint else None
        unknown = last is not None and not last.designation and not last.person
        if last and (self.describing or (unknown and joint == "and")):
            self.mentions[-1] = replace(last, text=_append(last.text, self._said(self.read_until, end)))
            return
        person = _person(said) if last and not unknown else ""
        self._settle(None)
        self._go_on_from(said)
        self.mentions.append(Mention(said, None, "", person=person))

    def _settle(self, group: Group | None) -> None:
        self._close_questions()
        self.scope, self.series, self.describing = group, None, False

    def _mention(self, text: str, group: Group | None) -> Mention:
        if group is None:
            return Mention(text, None, "")
        return Mention(text, group, group.designation, note=self.directory.note(group))

    def _said(self, start: int, end: int) -> str:
        return " ".join(self.text[start:end].split())


def _append(text: str, more: str) -> str:
    return text + ("" if more.startswith((",", ":")) else " ") + more


def _person(said: str) -> str:
    """The name, where the words look like one: two or three capitalized words, none of them a word for a body."""
    found = _PERSON.fullmatch(said[:LONGEST])
    if not found:
        return ""
    words = found["name"].split()
    named = not words[0].isupper() and all(w[0].isupper() and not _NO_NAMES.fullmatch(w) for w in words)
    return found["name"] if named else ""
