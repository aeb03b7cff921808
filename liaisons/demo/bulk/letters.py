"""What the letters of a load say: words in an order that means nothing, to bodies that chance picks."""

from datetime import date
from random import Random

from contacts.models import Group
from liaisons.letter import Addressed, Asked, Contact, Letter, Purpose

from .people import SECRETARY, Scene

ADDRESSEES = 10
FOR_ACTION, FOR_COMMENT = 4, 2  # all the others are addressed for information

_CONTACT = Contact("Secretary of the load", "Load", "Switzerland", "+41 22 730 0000", SECRETARY)
_VOCABULARY = (
    "architecture avatar catalogue codec coordination deliverable device federation framework gateway glossary "
    "guideline identity interoperability inventory latency mapping measurement ontology overlap platform protocol "
    "quality registry requirement roadmap scenario schedule security semantics sensor service simulation standard "
    "stream terminology topology transport twin vocabulary"
)
_WORDS = _VOCABULARY.split()


def letter(scene: Scene, source: Group, deadline: date | None, chance: Random) -> Letter:
    """A letter to ten bodies; one of another body goes to our desk first. Without a deadline it asks for nothing."""
    incoming = source != scene.desk.group
    bodies = [body for body in chance.sample(scene.bodies, ADDRESSEES + 1) if body != source]
    to = [scene.desk.group, *bodies][:ADDRESSEES] if incoming else bodies[:ADDRESSEES]
    return Letter(
        title=f"LS on the {_words(5, chance)}",
        source=source.designation,
        questions="N/A",
        abstract=_sentence(chance),
        body="".join(f"<p>{_sentence(chance)} {_sentence(chance)} {_sentence(chance)}</p>" for _ in range(2)),
        deadline=deadline,
        addressees=tuple(
            Addressed(body.designation, _purpose(at) if deadline else "information", body.designation)
            for at, body in enumerate(to)
        ),
        requests=(Asked("1", "comment", f"Comments on the {_words(3, chance)}"),) if deadline else (),
        contacts=(_CONTACT,),
    )


def _purpose(position: int) -> Purpose:
    if position < FOR_ACTION:
        return "action"
    return "comment" if position < FOR_ACTION + FOR_COMMENT else "information"


def _sentence(chance: Random) -> str:
    return f"The {_words(10, chance)}."


def _words(number: int, chance: Random) -> str:
    return " ".join(chance.choices(_WORDS, k=number))
