"""Files handed in with a form that was refused: they are not asked for again."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from django import forms
from django.core import signing
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from liaisons.forms.uploads import FilesField, files_help
from liaisons.models import Blob

if TYPE_CHECKING:
    from django.http import QueryDict

SALT = "liaisons.forms.kept"
KEPT_FOR = 24 * 3600  # seconds

KeptFile = tuple[Blob, str]


def seal(files: Sequence[KeptFile]) -> str:
    """Name stored files in a form."""
    return signing.dumps([(blob.pk, name) for blob, name in files], salt=SALT) if files else ""


def unseal(text: str) -> list[KeptFile]:
    """The files a form names; none when somebody else wrote that, or a day has passed."""
    try:
        named = signing.loads(text, salt=SALT, max_age=KEPT_FOR) if text else []
    except signing.BadSignature:
        return []
    blobs = Blob.objects.in_bulk([pk for pk, _name in named])
    return [(blobs[pk], name) for pk, name in named if pk in blobs]


class FilesForm(forms.Form):
    """A form with files; `earlier` are those that it has already, to be shown beside the field for more."""

    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    # Django's own attribute of that name is the form's uploads; a declared field leaves it alone.
    files = FilesField(label=_("Files"), required=False, help_text=lazy(files_help, str)())  # type: ignore[assignment]

    earlier: tuple[KeptFile, ...] = ()

    def clean_kept(self) -> str:
        self.earlier = tuple(unseal(self.cleaned_data["kept"]))
        return seal(self.earlier)

    def clean_files(self) -> list[KeptFile]:
        """All files, whether they came now or with an earlier try at this form."""
        uploads = self.cleaned_data["files"]
        self.earlier = tuple(apart([*self.earlier, *(upload.keep() for upload in uploads)]))
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("kept")] = seal(self.earlier)
        self.data = data
        return list(self.earlier)


def apart(files: list[KeptFile]) -> list[KeptFile]:
    """Each file under a name of its own: the same one twice is one, another one of that name gets a number."""
    named: dict[str, Blob] = {}
    for blob, name in files:
        parts, other, count = PurePath(name), name, 1
        while other in named and named[other] != blob:
            count += 1
            other = f"{parts.stem} ({count}){parts.suffix}"
        named[other] = blob
    return [(blob, name) for name, blob in named.items()]
