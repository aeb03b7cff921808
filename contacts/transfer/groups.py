"""The table of groups: one line each, with where they stand, their spellings and channels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.designations import key
from contacts.models import Alias, Channel, Group

from . import table
from .plan import Changed, Line, NotTaken, Plan, Verdict, check_days, check_fields, day_of, put

COLUMNS = (
    *("designation", "name", "kind", "number", "parent", "also_under"),
    *("valid_from", "valid_to", "valid_text", "note", "spellings", "channels"),
)
TEXTS = ("name", "valid_text", "note")


@dataclass
class _Work:
    """A line on its way: the group as it would be, and the rows that would come with it."""

    row: table.Row
    group: Group
    changes: list[Changed] = field(default_factory=list)
    also: list[Group] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    sentence: str = ""

    @property
    def is_new(self) -> bool:
        return self.group._state.adding

    def line(self) -> Line:
        if self.sentence:
            verdict = Verdict.REFUSED
        elif self.is_new:
            verdict = Verdict.NEW
        else:
            verdict = Verdict.CHANGED if self.changes else Verdict.UNCHANGED
        changes = () if self.sentence else tuple(self.changes)
        return Line(self.row.number, self.group.designation, verdict, changes, self.sentence)


class GroupsTable:
    """A file of groups against the groups that are there.

    A group is found by its designation (and, of several, by the day it begins). A column that is not in the file
    is left alone, an empty cell empties the field; spellings, channels and bodies it is also under are added,
    never taken away.
    """

    columns = COLUMNS

    def __init__(self, text: str) -> None:
        self.rows = table.read(text, COLUMNS, ["designation"])
        self._load()
        self.work = [self._begin(row) for row in self.rows]
        self._complete()
        self.plan = Plan(tuple(one.line() for one in self.work))

    @staticmethod
    def export() -> bytes:
        groups = Group.objects.select_related("parent").prefetch_related(
            "also_under", "aliases__within", "channels__via"
        )
        return table.write(COLUMNS, (_cells(group) for group in groups.order_by("designation", "valid_from", "pk")))

    def apply(self) -> None:
        """Do what the plan says, within the caller's transaction."""
        taken = [one for one in self.work if not one.sentence and (one.is_new or one.changes)]
        parents = [(one.group, one.group.parent) for one in taken if one.is_new]
        there = [one.group for one in taken if not one.is_new]
        for group, _parent in parents:
            group.parent = None  # it may stand further down in the file
        Group.objects.bulk_create(group for group, _parent in parents)
        for group, parent in parents:
            if parent is not None:
                group.parent = parent
                group.save(update_fields=["parent"])
        for group in there:
            group.save()
        for one in taken:
            if one.also:
                one.group.also_under.add(*one.also)
        Alias.objects.bulk_create(alias for one in taken for alias in one.aliases)
        Channel.objects.bulk_create(channel for one in taken for channel in one.channels)

    def _load(self) -> None:
        groups = Group.objects.prefetch_related("also_under", "aliases__within", "channels__via")
        by_pk = {group.pk: group for group in groups.order_by("valid_from", "pk")}
        self.by_designation: dict[str, list[Group]] = {}
        self.by_key: dict[str, Group] = {}
        self.begun: dict[tuple[str, date | None], _Work] = {}
        self.spelled: dict[tuple[str, int | None], str] = {}
        for group in by_pk.values():
            if group.parent_id is not None:
                group.parent = by_pk[group.parent_id]  # one object for each, so that a circle is seen
            self.by_designation.setdefault(group.designation, []).append(group)
            self.by_key[key(group.designation)] = group
        for alias in Alias.objects.select_related("group"):
            self.spelled[alias.key, alias.within_id] = alias.group.designation

    def _begin(self, row: table.Row) -> _Work:
        """Everything of a line that needs no other group."""
        designation = " ".join(row.cells["designation"].split())
        one = _Work(row, Group(designation=designation))
        try:
            if not designation:
                raise NotTaken(_("The designation is missing."))
            begins = day_of(row.cells.get("valid_from", ""))
            one.group = self._find(designation, begins, "valid_from" in row.cells) or one.group
            self._fill(one, begins)
            again = self.begun.setdefault((designation, one.group.valid_from), one)
            if again is not one:
                raise NotTaken(_("This group stands in line %(line)d already.") % {"line": again.row.number})
            check_fields(one.group)
            check_days(one.group.valid_from, one.group.valid_to)
        except NotTaken as refusal:
            one.sentence = refusal.sentence
        return one

    def _find(self, designation: str, begins: date | None, knows_day: bool) -> Group | None:  # noqa: FBT001
        found = self.by_designation.get(designation, [])
        if len(found) == 1 and (not knows_day or found[0].valid_from in (begins, None) or begins is None):
            return found[0]
        same_day = [group for group in found if group.valid_from == begins]
        if len(found) > 1 and not knows_day:
            raise NotTaken(_("Several groups are called so. Give the day from which it exists (valid_from)."))
        return same_day[0] if same_day else None

    def _fill(self, one: _Work, begins: date | None) -> None:
        cells, group = one.row.cells, one.group
        if "kind" in cells or one.is_new:
            put(group, "kind", _kind(cells.get("kind", "")), one.changes)
        for name in TEXTS:
            if name in cells:
                put(group, name, cells[name], one.changes)
        if "number" in cells:
            put(group, "ordinal", _number(cells["number"]), one.changes)
        if "valid_from" in cells:
            put(group, "valid_from", begins, one.changes)
        if "valid_to" in cells:
            put(group, "valid_to", day_of(cells["valid_to"]), one.changes)

    def _complete(self) -> None:
        """Tie lines to the groups they name; a line that names a refused one is refused, and so on."""
        self.new = {one.group.designation: one for one in self.work if one.is_new and not one.sentence}
        waiting = [one for one in self.work if not one.sentence]
        for one in waiting:
            self._try(one)
        while refused := {one.group.designation for one in self.new.values() if one.sentence}:
            for designation in refused:
                del self.new[designation]
            for one in waiting:
                if not one.sentence and (lost := refused & set(_named(one))):
                    one.sentence = _("%(group)s is refused in another line.") % {"group": min(lost)}

    def _try(self, one: _Work) -> None:
        try:
            self._tie(one)
            self._refuse_circle(one.group)
        except NotTaken as refusal:
            one.sentence = refusal.sentence

    def _tie(self, one: _Work) -> None:
        cells, group = one.row.cells, one.group
        if "parent" in cells:
            put(group, "parent", self._named(cells["parent"], group.parent) if cells["parent"] else None, one.changes)
        there = list(group.also_under.all()) if not one.is_new else []
        for text in table.many(cells.get("also_under", "")):
            above = self._named(text, *there)
            if above not in there:
                one.also.append(above)
        self._spell(one, table.many(cells.get("spellings", "")))
        self._channel(one, table.many(cells.get("channels", "")))
        for name, added in (("also_under", one.also), ("spellings", one.aliases), ("channels", one.channels)):
            if added:
                one.changes.append(Changed(name, "", "+ " + table.BETWEEN.join(str(thing) for thing in added)))

    def _named(self, text: str, *first: Group | None) -> Group:
        """The group that a cell names: one of `first` when it is called so, else one that is there, else a new one."""
        for group in first:
            if group is not None and group.designation == text:
                return group
        if found := self.by_designation.get(text):
            return found[-1]
        if text in self.new:
            return self.new[text].group
        if group := self.by_key.get(key(text)):
            return group
        raise NotTaken(_("Nobody here knows “%(text)s”. Add a line for it, or write its designation.") % {"text": text})

    def _spell(self, one: _Work, texts: list[str]) -> None:
        own = {} if one.is_new else {alias.text: alias for alias in one.group.aliases.all()}
        for written in texts:
            text, _at, context = written.partition(" @ ")
            known = own.get(text)
            within = self._named(context, known.within if known else None) if context else None
            folded = key(text)
            holder = self.spelled.get((folded, within.pk if within else None))
            if holder == one.group.designation and not one.is_new:
                continue
            if not folded or len(text) > 200:
                raise NotTaken(_("“%(text)s” cannot be a spelling. Write letters or digits.") % {"text": text})
            other = self.by_key.get(folded)
            called = other is not None and other.designation != one.group.designation and within is None
            if holder or called:
                raise NotTaken(
                    _("The spelling “%(text)s” stands for %(group)s.") % {"text": text, "group": holder or other}
                )
            self.spelled[folded, within.pk if within else None] = one.group.designation
            one.aliases.append(Alias(group=one.group, text=text, key=folded, within=within))

    def _channel(self, one: _Work, texts: list[str]) -> None:
        there = set() if one.is_new else {_channel_text(channel) for channel in one.group.channels.all()}
        for text in texts:
            kind, _colon, value = (part.strip() for part in text.partition(":"))
            channel = Channel(group=one.group, kind=kind)
            if kind == Channel.Kind.MAIL:
                channel.email = _valid(validate_email, value)
            elif kind == Channel.Kind.WEB_FORM:
                channel.url = _valid(URLValidator(), value)
            elif kind == Channel.Kind.VIA:
                channel.via = self._named(value)
            elif kind != Channel.Kind.BY_HAND:
                raise NotTaken(
                    _("“%(text)s” is no channel. Write mail:, web_form: or via: with an address or a body, or by_hand.")
                    % {"text": text}
                )
            if _channel_text(channel) not in there:
                there.add(_channel_text(channel))
                one.channels.append(channel)

    def _refuse_circle(self, group: Group) -> None:
        above, seen = group.parent, set[int]()
        while above is not None and id(above) not in seen:
            if above is group:
                raise NotTaken(_("It would stand under itself. Look at its parent."))
            seen.add(id(above))
            above = above.parent


@transaction.atomic
def apply(text: str, fingerprint: str) -> Plan | None:
    """Do what the plan with that fingerprint says; None, and nothing done, when the file means something else now."""
    groups = GroupsTable(text)
    if groups.plan.fingerprint() != fingerprint:
        return None
    groups.apply()
    return groups.plan


def _named(one: _Work) -> Iterator[str]:
    """The groups that a line's rows point to."""
    pointed: list[Group | None] = [one.group.parent, *one.also]
    pointed += [alias.within for alias in one.aliases]
    pointed += [channel.via for channel in one.channels]
    return (group.designation for group in pointed if group is not None and group._state.adding)


def _kind(text: str) -> str:
    words = text.lower().replace(" ", "_").replace("-", "_")
    if words in Group.Kind.values:
        return words
    for kind in Group.Kind:
        if str(kind.label).lower() == text.lower():
            return kind.value
    kinds = ", ".join(Group.Kind.values)
    raise NotTaken(_("“%(text)s” is no kind of group. Write one of: %(kinds)s.") % {"text": text, "kinds": kinds})


def _number(text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise NotTaken(_("“%(text)s” is not a number.") % {"text": text})
    return int(text) if text else None


def _valid(check: Callable[[str], None], value: str) -> str:
    try:
        check(value)
    except ValidationError as error:
        raise NotTaken(_("“%(text)s” is not a valid address.") % {"text": value}) from error
    return value


def _channel_text(channel: Channel) -> str:
    address = channel.email or channel.url or (channel.via.designation if channel.via else "")
    return f"{channel.kind}: {address}" if address else channel.kind


def _alias_text(alias: Alias) -> str:
    return f"{alias.text} @ {alias.within.designation}" if alias.within else alias.text


def _cells(group: Group) -> list[str]:
    return [
        group.designation,
        group.name,
        group.kind,
        "" if group.ordinal is None else str(group.ordinal),
        group.parent.designation if group.parent else "",
        table.BETWEEN.join(above.designation for above in group.also_under.all()),
        group.valid_from.isoformat() if group.valid_from else "",
        group.valid_to.isoformat() if group.valid_to else "",
        group.valid_text,
        group.note,
        table.BETWEEN.join(_alias_text(alias) for alias in group.aliases.all()),
        table.BETWEEN.join(_channel_text(channel) for channel in group.channels.all()),
    ]
