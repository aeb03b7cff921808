"""Who is meant by a name on a certain day."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Self

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import Alias, Group, Succession

from .shorthand import LONGEST, has_joint
from .spelling import glue, key, words

SECTOR = "ITU-T"  # whose study groups a bare "SG16" or "Q9/21" means where nothing else is said
MOST_WORDS = 16


@dataclass
class Directory:
    """All groups with their spellings on one day, seen from one group: what "WG1" means depends on who reads it."""

    on: date
    within: Group | None = None
    _groups: dict[int, Group] = field(default_factory=dict, repr=False)
    _designations: dict[str, Group] = field(default_factory=dict, repr=False)
    _aliases: dict[tuple[int | None, str], Group] = field(default_factory=dict, repr=False)
    _joint_names: set[str] = field(default_factory=set, repr=False)

    @classmethod
    def load(cls, on: date, within: Group | None = None) -> Self:
        directory = cls(on, within)
        for group in Group.objects.order_by("pk"):
            directory._enter(group)
        for group in directory._groups.values():
            if group.parent_id is not None:
                group.parent = directory._groups[group.parent_id]
        for alias in Alias.objects.only("key", "text", "group_id", "within_id"):
            directory._aliases[alias.within_id, alias.key] = directory._groups[alias.group_id]
            directory._enter_joint(alias.text)
        return directory

    def _enter(self, group: Group) -> None:
        self._groups[group.pk] = group
        folded = key(group.designation)
        known = self._designations.get(folded)
        if known is None or self._rank(group) > self._rank(known):
            self._designations[folded] = group
        self._enter_joint(group.designation)

    def _rank(self, group: Group) -> tuple[bool, bool, date]:
        """Of two groups of one name the one in force counts, else the one that was there last."""
        begun = group.valid_from or date.min
        return group.is_in_force(self.on), begun <= self.on, begun

    def _enter_joint(self, text: str) -> None:
        if has_joint(text):
            self._joint_names.add(key(text))

    def find(self, text: str) -> Group | None:
        """The group that a name stands for by itself."""
        if len(text) > LONGEST:
            return None
        return self._named(key(text)) or self._step_by_step(text)

    def _named(self, folded: str) -> Group | None:
        if not folded:
            return None
        if group := self._designations.get(folded):
            return group
        for context in self.chain(self.within):
            if group := self._below(context, folded):
                return group
        return self._aliases.get((None, folded)) or self._designations.get(glue((key(SECTOR), folded)))

    def _below(self, above: Group, folded: str) -> Group | None:
        full = glue((key(above.designation), folded))
        return self._aliases.get((above.pk, folded)) or self._designations.get(full) or self._aliases.get((None, full))

    def _step_by_step(self, text: str) -> Group | None:
        """Read the name of a body and then of one below it: "JTC1 SC27 WG2", "ITU-T SCV", "SG21 AHG-MV"."""
        parts = words(text)
        if not 1 < len(parts) <= MOST_WORDS:
            return None
        reached: list[Group | None] = [None]
        for end in range(1, len(parts) + 1):
            group = self._named(glue(parts[:end]))
            for start in range(1, end):
                above = reached[start]
                group = group or (above and self._descendant(above, glue(parts[start:end])))
            reached.append(group)
        return reached[-1]

    def _descendant(self, above: Group, folded: str) -> Group | None:
        group = self._below(above, folded) or self._named(folded)
        return group if group and above != group and above in self.chain(group) else None

    def chain(self, group: Group | None) -> list[Group]:
        """The group and what it stands under, nearest first."""
        chain: list[Group] = []
        while group is not None and group not in chain:
            chain.append(group)
            group = self._groups.get(group.parent_id) if group.parent_id else None
        return chain

    def find_after(self, context: Group, text: str) -> tuple[Group, Group] | None:
        """What a short name means after another body was named, and the body that it was found below."""
        folded = key(text[:LONGEST])
        if not folded or folded in self._designations:
            return None
        for above in self.chain(context):
            if group := self._below(above, folded):
                return group, above
        return None

    def is_joint_name(self, text: str) -> bool:
        """Whether the text is a name with a comma or an "and" inside."""
        return bool(self._joint_names) and key(text) in self._joint_names

    @cached_property
    def study_groups(self) -> list[Group]:
        """What "All SGs" means on the day."""
        return [self._groups[pk] for pk in Group.objects.study_groups(self.on).values_list("pk", flat=True)]

    @cached_property
    def _followers(self) -> dict[int, list[int]]:
        followers: dict[int, list[int]] = {}
        rows = Succession.objects.filter(taken_effect_on__lte=self.on).values_list("predecessor_id", "successor_id")
        for predecessor, successor in rows:
            followers.setdefault(predecessor, []).append(successor)
        return followers

    def heirs(self, group: Group) -> list[Group]:
        """The groups in force that carry on the work of one that is not: Group.successors() without its queries."""
        heirs: list[Group] = []
        waiting, seen = [group.pk], set[int]()
        for pk in waiting:  # grows while it is walked
            if pk in seen:
                continue
            seen.add(pk)
            if self._groups[pk].is_in_force(self.on):
                heirs.append(self._groups[pk])
            else:
                waiting += self._followers.get(pk, [])
        return heirs

    def note(self, group: Group) -> str:
        """What an author should know who names this group on this day."""
        if group.valid_from and group.valid_from > self.on:
            return _("%(group)s begins on %(day)s.") % {"group": group, "day": date_format(group.valid_from, "j F Y")}
        if group.valid_to is None or group.is_in_force(self.on):
            return ""
        said = {"group": group, "day": date_format(group.valid_to, "j F Y")}
        if heirs := ", ".join(heir.designation for heir in self.heirs(group)):
            return _("%(group)s ended on %(day)s; its work went to %(heirs)s.") % {**said, "heirs": heirs}
        return _("%(group)s ended on %(day)s.") % said
