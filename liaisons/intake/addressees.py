"""Whom a file that was read means, at the desk it is read at: shorthand as the form reads it."""

from dataclasses import replace

from django.utils.translation import gettext as _

from contacts.designations import Directory
from liaisons import addressing
from liaisons.intake.fields import dated
from liaisons.intake.reading import Reading
from liaisons.letter import PURPOSES, Addressed, Purpose


def resolved(reading: Reading, directory: Directory) -> Reading:
    """The reading with the bodies that its rows of addressees name, each once."""
    bodies: dict[tuple[str, Purpose], Addressed] = {}
    sentences = list(reading.sentences)
    for purpose in PURPOSES:
        if not (text := reading.named.get(purpose, "")):
            continue
        sentences += addressing.problems(text, directory)
        for one in addressing.addressed(text, purpose, directory, None):
            if (one.name, purpose) in bodies:
                sentences.append(_("%(name)s is addressed twice and was taken once.") % {"name": one.name})
            bodies.setdefault((one.name, purpose), one)
    letter = replace(reading.letter, addressees=dated(bodies.values(), reading.own_deadlines))
    return replace(reading, letter=letter, sentences=tuple(dict.fromkeys(sentences)))
