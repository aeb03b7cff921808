"""Names of files in a folder: fixed by the number of the paper, and safe on every system."""

import re
import unicodedata
from collections.abc import Sequence

LONGEST_OWN = 80  # of the name that a file was handed in with


def of_handed_in(root: str, names: Sequence[str]) -> list[str]:
    """Names for the files of a paper that people handed in.

    Where they are one text, in however many formats, the number alone names it; else each keeps its own name after
    the number, since nobody can tell which of them is the paper.
    """
    if len({_split(name)[0].lower() for name in names}) == 1:
        return [f"{root}{_split(name)[1]}" for name in names]
    return [beside(root, name) for name in names]


def beside(root: str, name: str) -> str:
    """The name of a file that goes with a paper: JCA-MV-LS1_template.docx.

    No number of ours goes on with "_": such a name can never be that of another paper.
    """
    own, extension = _split(name)
    if own.lower().startswith(root.lower()) and not own[len(root) : len(root) + 1].isalnum():
        own = own[len(root) :].strip("-._")
        if not own:
            return f"{root}{extension}"
    return f"{root}_{own or 'file'}{extension}"


def _split(name: str) -> tuple[str, str]:
    """The name in plain letters: é becomes e, what has no such letter "-"; and its extension with the dot."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    found = re.search(r"\.([A-Za-z0-9]{1,8})\s*$", plain)
    own = re.sub(r"[^A-Za-z0-9._-]+", "-", plain[: found.start()] if found else plain).strip("-._")[:LONGEST_OWN]
    return own, f".{found[1].lower()}" if found else ""
