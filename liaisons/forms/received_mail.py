"""What the secretary says of a mail that came in, and which mails she looks for."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.models.person import validate_one_line
from liaisons.forms.incoming import StatementChoice
from liaisons.forms.kept import KeptFile, apart
from liaisons.forms.uploads import MAX_FILES, check
from liaisons.models import Addressee, Circulation, ReceivedMail, Statement


class TieForm(forms.Form):
    """Which statement of ours it belongs to, and of one that is out which addressee wrote it; or which report."""

    statement = StatementChoice(
        Statement.objects.none(),
        label=_("It belongs to our"),
        error_messages={"required": _("Choose what it belongs to.")},
    )
    addressee = forms.ModelChoiceField(
        Addressee.objects.none(), label=_("It comes from"), required=False, empty_label=_("somebody else")
    )

    report = forms.ModelChoiceField(
        Circulation.objects.none(), label=_("Or to the report before the list"), required=False
    )

    def __init__(self, row: ReceivedMail, *args: Any, **kwargs: Any) -> None:
        report = row.circulation_id if row.statement_id is None else None
        kwargs.setdefault("initial", {"statement": row.statement_id, "addressee": row.addressee_id, "report": report})
        super().__init__(*args, **kwargs)
        statements = cast("StatementChoice", self.fields["statement"])
        statements.queryset = (
            Statement.objects.issued_by(row.desk)
            .exclude(state__in=[Statement.State.DRAFT, Statement.State.WITHDRAWN])
            .select_related("revision")
            .order_by("-pk")
        )
        addressees = cast("forms.ModelChoiceField[Addressee]", self.fields["addressee"])
        addressees.queryset = Addressee.objects.filter(statement=row.statement_id or 0).order_by("position", "pk")
        if not row.statement_id or not addressees.queryset.exists():
            del self.fields["addressee"]
        reports = cast("forms.ModelChoiceField[Circulation]", self.fields["report"])
        reports.queryset = (
            Circulation.objects.of_desk(row.desk)
            .filter(statement__isnull=True, ended_at__isnull=True)
            .select_related("document")
        )
        statements.required = not reports.queryset.exists()
        if statements.required:
            del self.fields["report"]

    @property
    def has_choices(self) -> bool:
        """Whether there is anything at the desk that it could belong to."""
        statements = cast("StatementChoice", self.fields["statement"]).queryset
        return "report" in self.fields or bool(statements and statements.exists())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "statement" in given and bool(given["statement"]) == bool(given.get("report")):
            self.add_error("statement", gettext("Choose what it belongs to."))
        return given

    def who(self) -> Addressee | None:
        """The addressee that was chosen, unless another statement was chosen with it."""
        chosen: Addressee | None = self.cleaned_data.get("addressee")
        return chosen if chosen and chosen.statement == self.cleaned_data["statement"] else None

    def what(self) -> Statement | Circulation:
        chosen: Statement | Circulation = self.cleaned_data["statement"] or self.cleaned_data["report"]
        return chosen


class SetAsideForm(forms.Form):
    """Why nothing comes of it."""

    note = forms.CharField(label=_("Why"), max_length=300, required=False, validators=[validate_one_line])


class ReceivedFilter(forms.Form):
    """Any of the filters may be empty; a value that does not exist is left out."""

    q = forms.CharField(label=_("Sender or subject"), required=False, max_length=200, widget=forms.SearchInput)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("any")), *ReceivedMail.Kind.choices])


def takeable(row: ReceivedMail) -> list[KeptFile]:
    """Those of its files that people could hand in as well, under names of their own."""
    files: list[KeptFile] = []
    for file in row.received_files.select_related("blob").order_by("pk"):
        try:
            check(SimpleUploadedFile(file.name, file.blob.read()))
        except (ValidationError, FileNotFoundError):
            continue
        files.append((file.blob, file.name))
    return apart(files[:MAX_FILES])
