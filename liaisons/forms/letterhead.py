"""What an administrator sets at the head of an organization's letters."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaisons.forms.uploads import Upload, check_picture

MOST_LINES = 5
LONGEST = 80  # characters


class LetterheadForm(forms.Form):
    """`emblem` cleans to an Upload, or to None where the one in force stays."""

    emblem = forms.FileField(
        label=gettext_lazy("Emblem"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text=gettext_lazy(
            "PNG or JPEG. It is printed 18 mm wide and at most 19.6 mm high: 215 × 232 pixels are 300 in each inch."
        ),
    )
    without = forms.BooleanField(label=gettext_lazy("Print the neutral placeholder instead of it"), required=False)
    lines = forms.CharField(
        label=gettext_lazy("Name at the head of letters"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One line below the other: the union in small letters, then the sector. Empty: that of ITU-T, in the "
            "language of the letter."
        ),
    )

    def clean_emblem(self) -> Upload | None:
        file: UploadedFile[bytes] | None = self.cleaned_data["emblem"]
        return check_picture(file) if file else None

    def clean_lines(self) -> str:
        lines = [" ".join(line.split()) for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES or any(len(line) > LONGEST for line in lines):
            raise ValidationError(
                _("At most %(count)d lines of %(length)d characters fit beside the emblem.")
                % {"count": MOST_LINES, "length": LONGEST}
            )
        return "\n".join(lines)
