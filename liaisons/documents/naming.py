"""Names of files: of those made from letters, and safe ones for those that people hand in."""

import re
import unicodedata

LONGEST = 110  # characters
MAX_NAME = 120  # characters; headers of mails and old file systems take no more
MAX_EXTENSION = 20  # what is longer is no extension


def stem(number: str, correction: int = 0) -> str:
    """The number as the name of a file without its ending, safe on every system; "" for a letter without a number."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", number).strip("-.")
    return f"{plain}-Corr{correction}"[:LONGEST] if plain and correction else plain[:LONGEST]


def safe_name(name: str) -> str:
    """The last part of the name on one line, without what steers a terminal, a header, a path or the reading order."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    for sign in '<>:"|?*;':
        name = name.replace(sign, "-")
    stem, dot, extension = " ".join(name.split()).rpartition(".")
    if len(extension) > MAX_EXTENSION:
        stem, dot, extension = f"{stem}{dot}{extension}", "", ""
    stem = (stem if dot else stem or extension).strip(". ")[: MAX_NAME - len(extension)] or "file"
    return f"{stem}.{extension}" if dot else stem
