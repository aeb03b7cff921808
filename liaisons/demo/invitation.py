"""The JCA-MV invitation: the letter that the demo's desk drafts and the walk takes the whole way."""

import json
from datetime import date
from pathlib import Path

from contacts.designations import Directory, read
from liaisons.letter import Addressed, Annex, Asked, Contact, Letter, Purpose

HERE = Path(__file__).parent


def invitation(source: str, on: date) -> Letter:
    """Read the letter as somebody at the desk `source` would write it on that day, its addressees in shorthand."""
    facts = json.loads((HERE / "invitation.json").read_text(encoding="utf-8"))
    directory = Directory.load(on)
    return Letter(
        title=facts["title"],
        source=source,
        body="".join(facts["body"]),
        questions=facts["questions"],
        venue_date=facts["venue_date"],
        abstract=facts["abstract"],
        deadline=date.fromisoformat(facts["deadline"]),
        addressees=(
            *addressed(facts["to"]["action"], "action", directory),
            *addressed(facts["to"]["information"], "information", directory),
        ),
        requests=tuple(Asked(**row) for row in facts["requests"]),
        contacts=tuple(Contact(**row) for row in facts["contacts"]),
        annexes=tuple(Annex(row["title"], "".join(row["body"])) for row in facts["annexes"]),
    )


def addressed(shorthand: str, purpose: Purpose, directory: Directory) -> list[Addressed]:
    return [Addressed(mention.text, purpose, mention.designation) for mention in read(shorthand, directory)]
