"""How a comparison says what came in and what went out.

Rows, titles and lines of a page are plain text; these signs, which no author can write (`printable()` takes them out
of every text), enclose there what changed. Bodies are trees:

- in a paragraph, heading or caption <ins> and <del> stand next to the words, inside links and other inline elements;
- blocks that came or went as a whole stand in an <ins> or <del> that is a block itself, wherever blocks may stand;
- an item that came or went is <li class="inserted"> or "deleted", and its blocks stand in an <ins> or <del> as above;
- a row that came or went is <tr class="inserted"> or "deleted", with nothing marked inside.
"""

import re

INSERTED, END_INSERTED, DELETED, END_DELETED = "\ue000", "\ue001", "\ue002", "\ue003"
SIGNS = INSERTED + END_INSERTED + DELETED + END_DELETED
CAME, WENT = "inserted", "deleted"  # the classes of items and rows

_ELEMENTS = str.maketrans({INSERTED: "<ins>", END_INSERTED: "</ins>", DELETED: "<del>", END_DELETED: "</del>"})
_INSERTIONS = re.compile(f"{INSERTED}[^{END_INSERTED}]*{END_INSERTED}")
_DELETIONS = re.compile(f"{DELETED}[^{END_DELETED}]*{END_DELETED}")
_ANY = re.compile(f"[{SIGNS}]")
_TAG = re.compile(r"<[^<>]*>")


def accepted(text: str) -> str:
    """The later text."""
    return _ANY.sub("", _DELETIONS.sub("", text))


def rejected(text: str) -> str:
    """The earlier text."""
    return _ANY.sub("", _INSERTIONS.sub("", text))


def as_elements(html: str) -> str:
    """Turn the signs into <ins> and <del>; inside tags, as in the address of a link, only one text is left."""
    return _TAG.sub(lambda tag: _in_tag(tag[0]), html).translate(_ELEMENTS)


def _in_tag(tag: str) -> str:
    return accepted(tag) if INSERTED in tag else _ANY.sub("", tag)
