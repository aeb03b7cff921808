"""Who is rapporteur of the Questions that are named in words, as in "Q6, 7/21"."""

from collections.abc import Iterable
from datetime import date

from contacts.designations import Directory, read
from contacts.models import Appointment, Group, Person


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


def _questions(text: str, directory: Directory) -> set[int]:
    named = (mention.group for mention in read(text, directory))
    return {group.pk for group in named if group is not None and group.kind == Group.Kind.QUESTION}


def named_to(person: Person, named: Iterable[str], within: Group, on: date) -> list[str]:
    """Those of these texts that name a Question of which the person is rapporteur."""
    if not person.appointments.in_force(on).filter(role=Appointment.Role.RAPPORTEUR).exists():
        return []
    return [text for text, people in rapporteurs(named, within, on).items() if person in people]
