"""What the secretary fills in about a statement that came in, and about each step taken with it."""

from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from contacts.designations import read
from contacts.forms import DayField, DirectoryMixin, GroupField
from contacts.models import Desk, Person
from contacts.models.person import validate_one_line
from liaisons.details import Answered, Assignment, Details, Noted, Received
from liaisons.forms.kept import FilesForm
from liaisons.models import Addressee, Meeting, Registration, Statement
from liaisons.models.statement import StatementQuerySet
from liaisons.received import prefilling

MOST_CHOICES = 200


def sent_by(desk: Desk) -> StatementQuerySet:
    """What of ours has left and can have been answered, the latest first."""
    return Statement.objects.issued_by(desk).posted().order_by("-posted_at", "-pk")


class StatementsChoice(forms.ModelMultipleChoiceField[Statement]):
    """Statements of ours by number and title."""

    def label_from_instance(self, obj: object) -> str:
        assert isinstance(obj, Statement)
        return f"{obj.reference}: {obj.title}"


class StatementChoice(forms.ModelChoiceField[Statement]):
    """A statement of ours by number and title; one that has no number yet by its title alone."""

    def label_from_instance(self, obj: object) -> str:
        assert isinstance(obj, Statement)
        return f"{obj.reference}: {obj.title}" if obj.reference else obj.title


class RegistrationForm(DirectoryMixin, FilesForm):
    """A statement as it came in."""

    source = forms.CharField(
        label=gettext_lazy("From"),
        max_length=200,
        validators=[validate_one_line],
        widget=forms.TextInput(attrs={"list": "designations", "autocomplete": "off"}),
        help_text=gettext_lazy("As you would write it to an addressee: SG21, JTC1 SC24. What nobody knows stays text."),
    )
    reference = forms.CharField(
        label=gettext_lazy("Its number"),
        required=False,
        max_length=80,
        validators=[validate_one_line],
        help_text=gettext_lazy("The number its source gave it: SG21-LS76."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=500, validators=[validate_one_line])
    dated = DayField(label=gettext_lazy("Date of the statement"), required=False)
    received_on = DayField(label=gettext_lazy("Received on"))
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose for us"),
        required=False,
        choices=[("", gettext_lazy("not said")), *Addressee.Purpose.choices],
    )
    deadline = DayField(
        label=gettext_lazy("Answer due on"),
        required=False,
        help_text=gettext_lazy("The last day, as the statement says it."),
    )
    forwarded_by = GroupField(label=gettext_lazy("Forwarded by"), required=False)
    watched = forms.BooleanField(
        label=gettext_lazy("It passes between two other bodies"),
        required=False,
        help_text=gettext_lazy("It is registered and watched; nothing is owed."),
    )
    replies_to = StatementsChoice(
        Statement.objects.none(),
        label=gettext_lazy("It answers our"),
        required=False,
        help_text=gettext_lazy("Choose one or several; what each addressee settled is asked on the next page."),
    )
    speaks_for = forms.CharField(
        label=gettext_lazy("It speaks also for"),
        required=False,
        max_length=500,
        validators=[validate_one_line],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Other bodies whose answer it is: ITU-T SGs 2, 3 and TSAG. What nobody knows stays as written."
        ),
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Where it is worth being found and quoted; the file is kept anyway."),
    )

    field_order = [
        *("source", "reference", "title", "dated", "received_on", "kept", "files", "purpose", "deadline"),
        *("forwarded_by", "watched", "replies_to", "speaks_for", "body"),
    ]

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.desk = desk
        choice = cast("StatementsChoice", self.fields["replies_to"])
        choice.queryset = sent_by(desk).select_related("revision")
        choice.widget.attrs["size"] = 5

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        received, dated = given.get("received_on"), given.get("dated")
        if received and received > self.directory.on:
            self.add_error("received_on", _("This day has not come yet. Give the day on which it was received."))
        if received and dated and dated > received:
            self.add_error("dated", _("It was received before it was written. Look at the two dates."))
        return given

    def received(self) -> Received:
        """What the form says. A source that nobody knows, or that names several bodies, stays text."""
        given = self.cleaned_data
        mentions = read(given["source"], self.directory)
        return Received(
            source_text=given["source"],
            source=mentions[0].group if len(mentions) == 1 else None,
            title=given["title"],
            reference=given["reference"],
            received_on=given["received_on"],
            forwarded_by=given["forwarded_by"],
            speaks_for=given["speaks_for"],
            watched=given["watched"],
            purpose=given["purpose"],
            dated=given["dated"],
            body=prefilling.body(given["body"]),
            deadline=given["deadline"],
            replies_to=tuple(given["replies_to"]),
            files=tuple(given["files"]),
        )


class RegistrationStep(forms.Form):
    """A step of a registration; `seen` is the state the person had before them."""

    label: ClassVar[StrOrPromise]
    says: ClassVar[StrOrPromise]

    seen = forms.CharField(max_length=12, widget=forms.HiddenInput)

    def __init__(self, registration: Registration, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"seen": registration.state, **self.before(registration)})
        kwargs.setdefault("auto_id", f"id_{type(self).__name__.lower()}_%s")
        super().__init__(*args, **kwargs)
        self.registration = registration

    def before(self, registration: Registration) -> dict[str, object]:
        return {}

    @property
    def has_choices(self) -> bool:
        """Whether it can be filled in at all."""
        return True

    def details(self) -> Details | None:
        return None


class AssignForm(RegistrationStep):
    """Questions or a person take it on."""

    label = gettext_lazy("Assign")
    says = gettext_lazy(
        "Questions or a person take it on until a day; a deputy stands in. Others get it for information. "
        "All of them are told by mail, the rapporteurs for their Questions."
    )

    questions = forms.CharField(
        label=gettext_lazy("Questions, for action"), required=False, max_length=200, validators=[validate_one_line]
    )
    assignee = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("Or a person"), required=False, empty_label=gettext_lazy("nobody")
    )
    deputy = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("Deputy"), required=False, empty_label=gettext_lazy("nobody")
    )
    due_on = DayField(label=gettext_lazy("Answer due on"), required=False)
    informed_questions = forms.CharField(
        label=gettext_lazy("Questions, for information"), required=False, max_length=200, validators=[validate_one_line]
    )
    informed = forms.ModelMultipleChoiceField(
        Person.objects.none(),
        label=gettext_lazy("People, for information"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("assignee", "deputy", "informed"):
            choice = cast("forms.ModelChoiceField[Person]", self.fields[name])
            choice.queryset = Person.objects.known_at(self.registration.desk.group)

    def before(self, registration: Registration) -> dict[str, object]:
        names = ("questions", "assignee", "deputy", "due_on", "informed_questions")
        return {
            **{name: getattr(registration, name) for name in names},
            "informed": list(registration.informed.values_list("pk", flat=True)),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("deputy") and given.get("deputy") == given.get("assignee"):
            self.add_error("deputy", _("Somebody else stands in. Choose another person, or none."))
        return given

    def details(self) -> Details:
        given = self.cleaned_data
        return Assignment(
            questions=given["questions"],
            assignee=given["assignee"],
            deputy=given["deputy"],
            due_on=given["due_on"],
            informed_questions=given["informed_questions"],
            informed=tuple(given["informed"]),
        )


class NoteForm(RegistrationStep):
    """A meeting has noted it."""

    label = gettext_lazy("Note")
    says = gettext_lazy("It was noted, and nothing more is to be done. It can be reopened.")

    meeting = forms.ModelChoiceField(
        Meeting.objects.none(), label=gettext_lazy("At the meeting"), required=False, empty_label=gettext_lazy("none")
    )
    clause = forms.CharField(
        label=gettext_lazy("Clause of its report"), required=False, max_length=10, validators=[validate_one_line]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[Meeting]", self.fields["meeting"])
        choice.queryset = Meeting.objects.filter(group=self.registration.desk.group)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("clause") and not given.get("meeting") and "meeting" not in self.errors:
            self.add_error("meeting", _("Choose the meeting to whose report the clause belongs."))
        return given

    def details(self) -> Details:
        return Noted(self.cleaned_data["meeting"], self.cleaned_data["clause"])


class AnsweredForm(RegistrationStep):
    """It was answered by a statement that has left."""

    label = gettext_lazy("It is answered")
    says = gettext_lazy("A draft begun with the button above marks it by itself when it has left for good.")

    statement = StatementChoice(Statement.objects.none(), label=gettext_lazy("Answered by our"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("StatementChoice", self.fields["statement"])
        choice.queryset = sent_by(self.registration.desk).select_related("revision")

    @property
    def has_choices(self) -> bool:
        return sent_by(self.registration.desk).exists()

    def details(self) -> Details:
        return Answered(self.cleaned_data["statement"])


class ReopenForm(RegistrationStep):
    """It is to be dealt with after all."""

    label = gettext_lazy("Reopen")
    says = gettext_lazy("It waits to be assigned again.")

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


FORMS: dict[str, type[RegistrationStep]] = {
    "assign": AssignForm,
    "answer": AnsweredForm,
    "note": NoteForm,
    "reopen": ReopenForm,
}


class RelateForm(forms.Form):
    """Which of our statements it answers."""

    statement = StatementChoice(Statement.objects.none(), label=gettext_lazy("It answers our"))

    def __init__(self, registration: Registration, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = registration.statement.relations.filter(kind="replies_to", inferred=False).values("to")
        choice = cast("StatementChoice", self.fields["statement"])
        choice.queryset = sent_by(registration.desk).exclude(pk__in=named).select_related("revision")


class IncomingFilter(forms.Form):
    """Any of the filters may be empty; a value that does not exist is left out."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=200, widget=forms.SearchInput)
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        required=False,
        choices=[("", gettext_lazy("any")), *Addressee.Purpose.choices],
    )
    assignee = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("Assigned to"), required=False, empty_label=gettext_lazy("anybody")
    )

    def __init__(self, given: object, desk: Desk) -> None:
        super().__init__(given)  # type: ignore[arg-type]
        choice = cast("forms.ModelChoiceField[Person]", self.fields["assignee"])
        choice.queryset = Person.objects.filter(assignments__desk=desk).distinct()
