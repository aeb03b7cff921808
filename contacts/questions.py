"""The Questions that are named in words, as in "Q6, 7/21", and who is their rapporteur."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from contacts.designations import Directory, Mention, read
from contacts.models import Appointment, Group, Person

_QUESTION = re.compile(r".+ Q\d+/\d+")  # as the designation of one that has no group here


def rapporteurs(named: Iterable[str], within: Group, on: date) -> dict[str, list[Person]]:
    """By each of these texts the rapporteurs in office of the Questions in it, as the group understands their names."""
    texts = [text for text in named if text]
    if not texts:
        return {}
    directory = Directory.load(on, within=within)
    meant = {text: _questions(text, directory) for text in texts}
    held = Appointment.objects.in_force(on).filter(
        role=Appointment.Role.RAPPORTEUR, group__in=set().union(*meant.values())
    )
    in_office = list(held.select_related("person").order_by("pk"))
    return {
        text: list(dict.fromkeys(one.person for one in in_office if one.group_id in groups))
        for text, groups in meant.items()
    }


def by_question(named: Iterable[str], within: Group, on: date) -> dict[str, list[str]]:
    """By the designation of each Question, in the order of their numbers, the texts that name it.

    A text that names none stands under itself.
    """
    texts = [text for text in named if text]
    if not texts:
        return {}
    directory = Directory.load(on, within=within)
    found: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        asked = {mention.designation for mention in read(text, directory) if _is_question(mention)}
        for designation in asked or {text}:
            found[designation].append(text)
    return dict(sorted(found.items(), key=lambda item: _by_number(item[0])))


def _by_number(designation: str) -> list[int | str]:
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", designation)]


def _is_question(mention: Mention) -> bool:
    if mention.group is not None:
        return mention.group.kind == Group.Kind.QUESTION
    return bool(_QUESTION.fullmatch(mention.designation))


def _questions(text: str, directory: Directory) -> set[int]:
    named = (mention.group for mention in read(text, directory))
    return {group.pk for group in named if group is not None and group.kind == Group.Kind.QUESTION}


def named_to(person: Person, named: Iterable[str], within: Group, on: date) -> list[str]:
    """Those of these texts that name a Question of which the person is rapporteur."""
    if not person.appointments.in_force(on).filter(role=Appointment.Role.RAPPORTEUR).exists():
        return []
    return [text for text, people in rapporteurs(named, within, on).items() if person in people]
