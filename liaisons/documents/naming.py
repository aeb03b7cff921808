"""Names of the files that are made from letters."""

import re

LONGEST = 110  # characters


def stem(number: str, correction: int = 0) -> str:
    """The number as the name of a file without its ending, safe on every system; "" for a letter without a number."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", number).strip("-.")
    return f"{plain}-Corr{correction}"[:LONGEST] if plain and correction else plain[:LONGEST]
