"""A mail as people may look at it before it leaves and after: links masked, its files attached or to be fetched."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from liaisons import links
from liaisons.models import Message, MessageFile, Rendition
from liaisons.outbox import Draft, File, enclosures, name_of, reserved

_LANGUAGE = re.compile(r'<html lang="([^"]+)"')


@dataclass(frozen=True)
class Seen:
    """A mail with the names of its files and their size in bytes together, as far as they are made."""

    message: Message
    names: tuple[str, ...]
    size: int

    @classmethod
    def of(cls, mail: Draft | Message) -> "Seen":
        if isinstance(mail, Draft):
            return cls(mail.message, tuple(name_of(file) for file in mail.files), size_of(mail.files))
        files = list(mail.files.select_related("rendition__blob", "blob"))
        return cls(mail, tuple(file.name for file in files), sum(_stored(file) for file in files))

    @cached_property
    def attached(self) -> bool:
        up_to = self.message.desk.attach_up_to_mb
        # Files that are still to be made are taken for small ones, unless the desk attaches none at all.
        return enclosures.are_attached(self.message.text, self.size or min(up_to, 1), up_to)

    @property
    def text(self) -> str:
        return self._masked(self.message.text)

    @property
    def html(self) -> str:
        return self._masked(self.message.html)

    @property
    def language(self) -> str:
        """The code of the language it is written in; empty for a mail without HTML."""
        found = _LANGUAGE.search(self.message.html)
        return found[1] if found else ""

    def _masked(self, written: str) -> str:
        size = self.size or int(bool(self.names))
        return masked(enclosures.settle(written, size, attached=self.attached))


def masked(written: str) -> str:
    """Words of a mail as others than its reader may see them."""
    return links.mask(reserved.mask(written))


def size_of(files: Iterable[File]) -> int:
    """Bytes of all of them together; a file that was only named counts when it has been made before."""
    files = list(files)
    stored = sum(file[0].size for file in files if isinstance(file, tuple))
    return stored + sum(_made(file) for file in files if isinstance(file, Rendition))


def _made(rendition: Rendition) -> int:
    found = Rendition.objects.filter(
        revision=rendition.revision, kind=rendition.kind, masthead_sha256=rendition.masthead_sha256
    )
    return sum(found.filter(blob__isnull=False).values_list("blob__size", flat=True))


def _stored(file: MessageFile) -> int:
    blob = file.rendition.blob if file.rendition else file.blob
    return blob.size if blob else 0
