"""The parts of the form in which a statement is written: its fields, and rows of requests, contacts, annexes, files."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prose_editor.fields import ProseEditorFormField  # type: ignore[import-untyped]
from django_stubs_ext import StrOrPromise

from contacts.forms import DayField
from contacts.models import Desk
from contacts.models.person import validate_one_line
from liaisons.documents.sanitize import clean
from liaisons.forms.links import Address
from liaisons.forms.uploads import FilesField, files_help
from liaisons.models import Meeting, Request

ABSTRACT_WORDS = 200
SALT = "liaisons.attached"

# Exactly what liaisons.documents.sanitize lets through: what the editor offers is what stays.
EDITOR: dict[str, object] = {
    "Bold": True,
    "Italic": True,
    "Underline": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Figure": True,
    "Image": True,
    "Caption": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "HTML": True,
}


class OneLine(forms.CharField):
    """A text that may become a header of a mail or a row of the page: line breaks are refused, not swallowed."""

    def to_python(self, value: object) -> str:
        validate_one_line(str(value or ""))  # before the spaces around it, and a break among them, are stripped
        return super().to_python(value) or ""


class Body(ProseEditorFormField):  # type: ignore[misc]  # the package brings no types
    """Rich text; without a script a text area of HTML."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(extensions=EDITOR, sanitize=clean, required=False, max_length=1_000_000, **kwargs)

    def to_python(self, value: str | None) -> str:
        """Take back the line ends that a browser puts into what it sends: an untouched text must stay itself."""
        return str(super().to_python(value)).replace("\r\n", "\n")


class DraftPart(forms.Form):
    """`unchecked` shows what was typed without judging it: a row was asked for, nothing is to be saved."""

    unchecked = False

    @property
    def is_filled(self) -> bool:
        """Whether anything stands in it: an empty row has nothing to be removed."""
        return any(self[name].value() for name in self.fields)

    def full_clean(self) -> None:
        if self.unchecked:
            self._errors = ErrorDict()
            self.cleaned_data: dict[str, Any] = {}
        else:
            super().full_clean()


def shorthand(label: StrOrPromise, purpose: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=10_000,
        widget=forms.Textarea(
            attrs={
                "rows": 2,
                "hx-post": reverse_lazy("statement-resolve"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": f"#resolved-{purpose}",
                "hx-params": f"csrfmiddlewaretoken,{purpose}",
                "hx-sync": "this:replace",
            }
        ),
    )


class DraftForm(DraftPart):
    """`seen` is the revision that was opened, empty for a new statement; `answers` a registration it replies to.

    `reason` is asked for editorial changes only.
    """

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    answers = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("What changes, and why it is editorial only"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    title = OneLine(label=gettext_lazy("Title"), max_length=500)
    questions = OneLine(required=False, max_length=300)
    venue_date = OneLine(
        label=gettext_lazy("Place and date"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Riyadh, 8–9 March 2023")}),
    )
    meeting = forms.ModelChoiceField(
        Meeting.objects.none(),
        label=gettext_lazy("Prepared at"),
        required=False,
        empty_label=gettext_lazy("no meeting"),
    )
    ref = OneLine(
        label=gettext_lazy("Ref."),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "FG-MV-O-001"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        widget=forms.Select(
            attrs={
                "hx-post": reverse_lazy("statement-resolve"),
                "hx-trigger": "change",
                "hx-target": "#unreviewed",
                "hx-params": "csrfmiddlewaretoken,language",
                "hx-sync": "this:replace",
            }
        ),
    )
    action = shorthand(gettext_lazy("For action to"), "action")
    comment = shorthand(gettext_lazy("For comment to"), "comment")
    information = shorthand(gettext_lazy("For information to"), "information")
    deadline = DayField(label=gettext_lazy("Deadline"), required=False)
    deadline_text = OneLine(
        label=gettext_lazy("Or in words, where there is no date"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("“By your next meeting”."),
    )
    abstract = forms.CharField(
        label=gettext_lazy("Abstract"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "hx-post": reverse_lazy("statement-resolve"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": "#words",
                "hx-params": "csrfmiddlewaretoken,abstract",
                "hx-sync": "this:replace",
            }
        ),
    )
    body = Body(label=gettext_lazy("Body"))
    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text=gettext_lazy("PNG or JPEG of at most 4 MB; 300 pixels for each inch of paper make it sharp."),
    )
    picture_kept = forms.CharField(required=False, widget=forms.HiddenInput)
    picture_alt = OneLine(
        label=gettext_lazy("What it shows"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("In a sentence, for readers who hear the letter instead of seeing it."),
    )
    picture_caption = OneLine(
        label=gettext_lazy("Caption"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Stands below it, after “Figure” and its number."),
    )
    upload = FilesField(label=gettext_lazy("Add files"), required=False, help_text=lazy(files_help, str)())

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        meeting = cast("forms.ModelChoiceField[Meeting]", self.fields["meeting"])
        meeting.queryset = Meeting.objects.filter(group=desk.group)
        self.fields["questions"].label = desk.questions_label.rstrip(": ")
        self.fields["deadline"].help_text = _("Until the end of that day in %(place)s.") % {"place": desk.locality}


class AskedForm(DraftPart):
    key = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("", "–"), *Request.Kind.choices], required=False)
    text = OneLine(label=gettext_lazy("What is asked"), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("text") and not given.get("kind"):
            self.add_error("kind", _("Choose what kind of request this is."))
        if given.get("kind") and not given.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write what is asked."))
        return given


class ContactForm(DraftPart):
    name = OneLine(label=gettext_lazy("Name"), max_length=200)
    organization = OneLine(label=gettext_lazy("Organization"), required=False, max_length=200)
    country = OneLine(label=gettext_lazy("Country"), required=False, max_length=100)
    phone = OneLine(label=gettext_lazy("Telephone"), required=False, max_length=50)
    email = Address(label=gettext_lazy("E-mail"), required=False)


class AnnexForm(DraftPart):
    title = OneLine(label=gettext_lazy("Title"), required=False, max_length=300)
    document = forms.ChoiceField(label=gettext_lazy("A document of the register"), required=False)
    body = Body(label=gettext_lazy("Or its text"))

    def __init__(self, *args: Any, documents: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.titles = documents
        document = cast("forms.ChoiceField", self.fields["document"])
        document.choices = [("", _("none")), *((key, f"{key}: {title}") for key, title in documents.items())]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("title") and given.get("document"):
            given["title"] = self.titles[given["document"]][:300]
        if not given.get("title") and given.get("body"):
            self.add_error("title", _("Give the annex a title."))
        if given.get("title") and not given.get("document") and not given.get("body"):
            self.add_error("body", _("Write the annex, or choose a document of the register."))
        return given


class AttachedForm(DraftPart):
    """A file taken in earlier, or just now; `file` is what seal() made of it."""

    file = forms.CharField(widget=forms.HiddenInput)
    title = OneLine(label=gettext_lazy("Title"), required=False, max_length=300)
    reference = OneLine(label=gettext_lazy("Reference"), required=False, max_length=80)

    @property
    def name(self) -> str:
        try:
            return unseal(self["file"].value() or "")[1]
        except ValidationError:
            return ""

    def clean_file(self) -> tuple[str, str]:
        return unseal(self.cleaned_data["file"])


def seal(sha256: str, name: str) -> str:
    """Name a stored file in a form, so that nobody can name one that was not theirs to attach."""
    return signing.dumps([sha256, name], salt=SALT)


def unseal(sealed: str) -> tuple[str, str]:
    """The hash and the name. Raises ValidationError for what we did not seal."""
    try:
        sha256, name = signing.loads(sealed, salt=SALT)
    except signing.BadSignature as bad:
        raise ValidationError(_("This file is not known any more. Choose it again.")) from bad
    return str(sha256), str(name)
