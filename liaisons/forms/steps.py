"""One form for each step a person takes with a statement: what it asks, and the words on its button."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from contacts.forms import DayField
from contacts.models.person import validate_one_line
from liaisons.details import Answer, Closing, Details, MeetingApproval, Nominee
from liaisons.forms.kept import FilesForm
from liaisons.forms.links import Address
from liaisons.forms.theirs import OfTheirsForm
from liaisons.models import Addressee, Meeting, Reply, Request, Statement
from liaisons.replies import extensions
from liaisons.rules import CHAIRS


class StepForm(forms.Form):
    """`seen` is the revision the person has before them; what the step needs beside a reason is in details()."""

    label: StrOrPromise
    wants_reason: ClassVar[bool] = True
    reason_label: ClassVar[StrOrPromise] = gettext_lazy("Reason")
    style: str = ""
    tells: ClassVar[bool] = False  # whether mails leave with the step

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, statement: Statement, roles: frozenset[str], *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"seen": statement.revision_id})
        kwargs.setdefault("auto_id", f"id_{type(self).__name__.lower()}_%s")
        super().__init__(*args, **kwargs)
        self.statement = statement
        self.roles = roles
        if self.wants_reason:
            self.fields["reason"] = forms.CharField(
                label=self.reason_label, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
            )

    @property
    def says(self) -> str:
        """What will happen, in a sentence above the button."""
        return ""

    def details(self) -> Details | None:
        return None


class CirculateForm(StepForm):
    label = gettext_lazy("Circulate")
    wants_reason = False
    style = "primary"
    tells = True

    @property
    def says(self) -> str:
        desk = self.statement.desk
        if desk is None:
            return ""
        return ngettext(
            "It becomes a numbered document and goes to %(list)s as PDF and Word. Comments are open for %(days)d day "
            "from the moment the list's server takes the mail.",
            "It becomes a numbered document and goes to %(list)s as PDF and Word. Comments are open for %(days)d days "
            "from the moment the list's server takes the mail.",
            desk.window_days,
        ) % {"list": desk.mailing_list or _("the list"), "days": desk.window_days}


class ApproveForm(StepForm):
    """A chair declares what the list approved by silence; what a meeting approved is recorded with its clause."""

    label: StrOrPromise = gettext_lazy("Approve")
    wants_reason = False
    style = "primary"
    tells = True

    meeting = forms.ModelChoiceField(Meeting.objects.none(), label=gettext_lazy("Approved at the meeting"))
    clause = forms.CharField(label=gettext_lazy("Clause of its report"), max_length=10, validators=[validate_one_line])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        meeting = self.fields["meeting"]
        assert isinstance(meeting, forms.ModelChoiceField)
        desk = self.statement.desk
        meeting.queryset = Meeting.objects.filter(group=desk.group) if desk else Meeting.objects.none()
        meeting.required = self.fields["clause"].required = not self.by_silence
        if self.by_silence:
            meeting.help_text = _("Leave it empty when the list approved by silence.")
        else:
            self.label, self.style = _("Approved at a meeting"), ""

    @property
    def by_silence(self) -> bool:
        """Whether this person may declare that nobody objected."""
        return bool(self.roles & CHAIRS) and self.statement.state == Statement.State.CIRCULATED

    @property
    def says(self) -> str:
        if self.by_silence:
            return _("You approve the revision shown here. The last approval needed gives the statement its number.")
        return _("A meeting has approved it: the statement gets its number now.")

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or {}
        if given.get("meeting") and not given.get("clause"):
            self.add_error("clause", _("Name the clause of the report that says so."))
        return given

    def details(self) -> Details | None:
        meeting = self.cleaned_data.get("meeting")
        return MeetingApproval(meeting, self.cleaned_data["clause"]) if meeting else None


class ReviseForm(StepForm):
    label = gettext_lazy("Back to draft")
    tells = True

    @property
    def says(self) -> str:
        return _("The window ends, approvals given so far no longer count, and the text can be changed again.")


class CompleteForm(StepForm):
    label = gettext_lazy("Declare replied")

    @property
    def says(self) -> str:
        return _("Requests that are still open are no longer asked, and reminders stop. Late replies can be recorded.")


class CloseForm(StepForm):
    label = gettext_lazy("Close")

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[(one.value, one.label) for one in (Statement.Outcome.PARTLY_ANSWERED, Statement.Outcome.LAPSED)],
    )

    @property
    def says(self) -> str:
        return _("Nothing is waited for any more: open requests are no longer asked, and reminders stop.")

    def details(self) -> Details | None:
        return Closing(self.cleaned_data["outcome"])


class CorrectForm(StepForm):
    label = gettext_lazy("Correct")
    reason_label = gettext_lazy("What is wrong")

    @property
    def says(self) -> str:
        return _("A draft with the same number takes its place; when it is sent, those who had the first are told.")


class WithdrawForm(StepForm):
    label = gettext_lazy("Withdraw")
    style = "danger"
    tells = True

    @property
    def says(self) -> str:
        if self.statement.state == Statement.State.SENT:
            return _("Mails that have not left are cancelled, those who had the statement are told, the number stays.")
        return _("The statement is given up for good. A number it has stays, shown as withdrawn.")


FORMS: dict[str, type[StepForm]] = {
    "circulate": CirculateForm,
    "approve": ApproveForm,
    "revise": ReviseForm,
    "complete": CompleteForm,
    "close": CloseForm,
    "correct": CorrectForm,
    "withdraw": WithdrawForm,
}

# Steps that have a page of their own instead of a form behind a button.
PAGES = {
    "amend": gettext_lazy("Editorial change"),
    "send": gettext_lazy("Send"),
    "recall": gettext_lazy("Take back"),
}


class SettleForm(OfTheirsForm, FilesForm):
    """What came back from an addressee by another way than its link, as the secretary records it."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("What came"), choices=Reply.Kind.choices)
    settles = forms.MultipleChoiceField(
        label=gettext_lazy("It settles"), required=False, widget=forms.CheckboxSelectMultiple
    )
    declines = forms.MultipleChoiceField(
        label=gettext_lazy("It declines"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(label=gettext_lazy("What it says"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    reference = forms.CharField(
        label=gettext_lazy("Their reference"), required=False, max_length=80, validators=[validate_one_line]
    )
    until = DayField(
        label=gettext_lazy("Asks for time until"),
        required=False,
        help_text=gettext_lazy("Only when they ask for more time."),
    )
    for_whom = forms.CharField(
        label=gettext_lazy("It is for which body"),
        required=False,
        max_length=200,
        validators=[validate_one_line],
        help_text=gettext_lazy("Only when it is not for them."),
    )
    name = forms.CharField(
        label=gettext_lazy("From whom"), required=False, max_length=200, validators=[validate_one_line]
    )
    email = Address(label=gettext_lazy("Their e-mail"), required=False)
    nominee_name = forms.CharField(
        label=gettext_lazy("Name"), required=False, max_length=200, validators=[validate_one_line]
    )
    nominee_email = Address(label=gettext_lazy("E-mail"), required=False)
    nominee_organization = forms.CharField(
        label=gettext_lazy("Organization"), required=False, max_length=200, validators=[validate_one_line]
    )
    nominee_country = forms.CharField(
        label=gettext_lazy("Country"), required=False, max_length=100, validators=[validate_one_line]
    )

    NOMINEE = ("nominee_name", "nominee_email", "nominee_organization", "nominee_country")

    def __init__(self, addressee: Addressee, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.addressee = addressee
        requests = list(addressee.requests.all())
        # What the same page, sent a moment before, has settled can still be named.
        ticked = self.fields["settles"].widget.value_from_datadict(self.data, self.files, "settles") or []
        requests = [one for one in requests if one.outcome != Request.Outcome.SETTLED or one.key in ticked]
        open_ = [(request.key, str(request)) for request in requests]
        for name in ("settles", "declines"):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = open_
            if not open_:
                del self.fields[name]
        if not any(request.kind == Request.Kind.NOMINATION for request in requests):
            for name in self.NOMINEE:
                del self.fields[name]

    def clean_until(self) -> date | None:
        """A day that comes with anything but a request for time is left out."""
        until: date | None = self.cleaned_data["until"]
        if until is None or self.cleaned_data.get("kind") != Reply.Kind.MORE_TIME:
            return None
        if sentence := extensions.asks_for_nothing(self.addressee, until):
            raise ValidationError(sentence)
        return until

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or {}
        both = set(given.get("settles", [])) & set(given.get("declines", []))
        if both:
            self.add_error("declines", _("A request is settled or declined, not both. Tick it once."))
        if given.get("nominee_email") and not given.get("nominee_name"):
            self.add_error("nominee_name", _("Give the name of the person they nominate."))
        if self.lacks_a_number():
            self.add_error("reference", _("Give the number of their statement, or attach it: that is how it is filed."))
        return given

    def answer(self) -> Answer:
        given = self.cleaned_data
        name = given.get("nominee_name", "").strip()
        return Answer(
            kind=given["kind"],
            settles=tuple(given.get("settles", [])),
            declines=tuple(given.get("declines", [])),
            text=given["text"],
            reference=given["reference"],
            for_whom=given["for_whom"],
            until=given["until"],
            name=given["name"],
            email=given["email"],
            nominee=Nominee(name, given["nominee_email"], given["nominee_organization"], given["nominee_country"])
            if name
            else None,
            files=tuple(given["files"]),
        )
