"""Files that people hand in: taken when they are what their name says, under a name that is safe in mails."""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from liaisons.documents.naming import safe_name
from liaisons.documents.pictures import whole_picture_type
from liaisons.models import Blob

MAX_FILES = 10
PICTURE_MAX_BYTES = 4 * 1024 * 1024
MAX_ENTRIES = 5_000
MAX_UNPACKED = 10  # times the largest upload

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROGRAMS = (b"MZ", b"\x7fELF", b"%PDF-", b"PK\x03\x04", _OLE)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."


@dataclass(frozen=True)
class Kind:
    """A kind of file people may hand in: its type, and how it is known by its bytes."""

    media_type: str
    is_so: Callable[[bytes], bool]


def _begins(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _text(content: bytes) -> bool:
    """Letters in some encoding: no control characters, and nothing that is another kind of file."""
    controls = set(content) & (set(range(32)) - set(b"\t\n\x0b\x0c\r\x1b"))
    return not controls and not content.startswith(_PROGRAMS)


def _holds(entry: str) -> Callable[[bytes], bool]:
    """A zip archive that holds this entry (or any, when it is "")."""

    def holds(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return not entry or entry in archive.namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return False

    return holds


KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", _begins(b"%PDF-")),
    "docx": Kind(_OFFICE + "wordprocessingml.document", _holds("word/document.xml")),
    "xlsx": Kind(_OFFICE + "spreadsheetml.sheet", _holds("xl/workbook.xml")),
    "pptx": Kind(_OFFICE + "presentationml.presentation", _holds("ppt/presentation.xml")),
    "odt": Kind(_OPEN + "text", _holds("content.xml")),
    "ods": Kind(_OPEN + "spreadsheet", _holds("content.xml")),
    "doc": Kind("application/msword", _begins(_OLE)),
    "xls": Kind("application/vnd.ms-excel", _begins(_OLE)),
    "ppt": Kind("application/vnd.ms-powerpoint", _begins(_OLE)),
    "rtf": Kind("application/rtf", _begins(b"{\\rtf")),
    "txt": Kind("text/plain", _text),
    "csv": Kind("text/csv", _text),
    "eml": Kind("message/rfc822", _text),
    "png": Kind("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": Kind("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": Kind("image/jpeg", _begins(b"\xff\xd8\xff")),
    "zip": Kind("application/zip", _holds("")),
}


@dataclass(frozen=True)
class Upload:
    """A file that passed; nothing is stored before keep()."""

    name: str
    media_type: str
    content: bytes

    def keep(self) -> tuple[Blob, str]:
        """Store it; returns the stored file and the name it came with, as details and forms want them."""
        return Blob.objects.keep(self.content, self.media_type), self.name


def check(file: UploadedFile[bytes]) -> Upload:
    """Raises ValidationError with a sentence for the person when the file cannot be taken."""
    name = safe_name(file.name or "")
    if file.size is None or file.size > settings.UPLOAD_MAX_BYTES:
        raise ValidationError(
            _("%(name)s is larger than %(limit)s. Send it in parts, or write where it can be read.")
            % {"name": name, "limit": filesizeformat(settings.UPLOAD_MAX_BYTES)}
        )
    extension = name.rpartition(".")[2].lower()
    kind = KINDS.get(extension)
    if kind is None:
        raise ValidationError(
            _("%(name)s cannot be taken. Files may be: %(kinds)s.") % {"name": name, "kinds": ", ".join(KINDS)}
        )
    content = file.read()
    if not content:
        raise ValidationError(_("%(name)s is empty. Choose the file again.") % {"name": name})
    if not kind.is_so(content):
        raise ValidationError(
            _("%(name)s is not what its name says (%(kind)s). Save it in that format, or give it its right name.")
            % {"name": name, "kind": extension}
        )
    if content.startswith(b"PK") and unpacks_to_too_much(content):
        raise ValidationError(_("%(name)s unpacks to too much. Send the files one by one.") % {"name": name})
    return Upload(name, kind.media_type, content)


def check_picture(file: UploadedFile[bytes]) -> Upload:
    """A picture for a page; raises ValidationError with a sentence for the person when it cannot be one."""
    name = safe_name(file.name or "")
    if file.size is None or file.size > PICTURE_MAX_BYTES:
        raise ValidationError(
            _("%(name)s is larger than %(limit)s. Save it with fewer pixels: 300 in each inch are enough for paper.")
            % {"name": name, "limit": filesizeformat(PICTURE_MAX_BYTES)}
        )
    content = file.read()
    try:
        return Upload(name, whole_picture_type(content), content)
    except ValueError as error:
        if b"<svg" in content[:4096].lower():
            sentence = _("%(name)s is a drawing (SVG), which a Word file cannot hold. Save it as PNG.")
        elif "too large" in str(error):
            sentence = _("%(name)s has more than 25 million pixels. Save it with fewer.")
        else:
            sentence = _("%(name)s is not a whole PNG or JPEG. Save it as one of them, then choose it again.")
        raise ValidationError(sentence % {"name": name}) from error


def unpacks_to_too_much(archive: bytes) -> bool:
    """Judge by the directory of the archive, before anything reads its entries."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        entries = opened.infolist()
    size = sum(entry.file_size for entry in entries)
    return len(entries) > MAX_ENTRIES or size > MAX_UNPACKED * settings.UPLOAD_MAX_BYTES


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": ",".join(f".{extension}" for extension in KINDS), **(attrs or {})})


class FilesField(forms.FileField):
    """Any number of files; cleans to a list of Upload."""

    widget = FilesInput
    default_error_messages = {"max_files": gettext_lazy("Send at most %(count)d files at a time.")}

    def clean(self, data: object, initial: object = None) -> list[Upload]:
        files: Sequence[object] = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not files:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(files) > MAX_FILES:
            raise ValidationError(self.error_messages["max_files"] % {"count": MAX_FILES}, code="max_files")
        taken, errors = [], []
        for file in files:
            assert isinstance(file, UploadedFile)
            try:
                taken.append(check(file))
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return taken


def files_help() -> str:
    return ngettext(
        "PDF, Word, a sheet, text or pictures; one file of at most %(size)s.",
        "PDF, Word, a sheet, text or pictures; up to %(count)d files of at most %(size)s each.",
        MAX_FILES,
    ) % {"count": MAX_FILES, "size": filesizeformat(settings.UPLOAD_MAX_BYTES)}
