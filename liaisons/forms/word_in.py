"""A Word file to be read, and its name between the page that takes it and the one that shows what it says."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaisons.documents.naming import safe_name
from liaisons.forms.kept import KEPT_FOR
from liaisons.forms.uploads import KINDS, Upload
from liaisons.models import Blob

SALT = "liaisons.forms.word_in"


class WordForm(forms.Form):
    """Takes any file, so that one of another kind is answered with how to make a Word file of it."""

    file = forms.FileField(
        label=gettext_lazy("Word file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx"}),
        help_text=gettext_lazy(
            "A .docx: the ITU form with its table, formatted or not, or any text. Tracked changes count as accepted."
        ),
    )

    def clean_file(self) -> Upload:
        file = self.cleaned_data["file"]
        assert isinstance(file, UploadedFile)
        if file.size is None or file.size > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(
                _("The file is larger than %(limit)s. Take large pictures out of it, and attach them instead.")
                % {"limit": filesizeformat(settings.UPLOAD_MAX_BYTES)}
            )
        return Upload(safe_name(file.name or ""), KINDS["docx"].media_type, file.read())


@dataclass(frozen=True)
class Kept:
    """A file that was taken in to be read: for one desk, and for one draft or (0) a new one."""

    blob: Blob
    name: str
    desk: int
    statement: int
    shown: str = ""  # the hash of the letter that the person was shown

    def seal(self) -> str:
        return signing.dumps([self.blob.pk, self.name, self.desk, self.statement, self.shown], salt=SALT)


def unseal(text: str, *, desk: int, statement: int) -> Kept | None:
    """The file a page names; None when it was meant for something else, or a day has passed."""
    try:
        pk, name, for_desk, for_statement, shown = signing.loads(text, salt=SALT, max_age=KEPT_FOR)
    except (signing.BadSignature, ValueError):
        return None
    blob = Blob.objects.filter(pk=pk).first()
    if blob is None or (for_desk, for_statement) != (desk, statement):
        return None
    return Kept(blob, name, desk, statement, shown)
