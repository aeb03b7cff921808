"""What the secretary fills in about documents and meetings."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.designations import read
from contacts.forms import DayField, DirectoryMixin
from contacts.models import Desk, Person
from contacts.models.person import validate_one_line
from liaisons.filing import Paper
from liaisons.forms.kept import FilesForm
from liaisons.forms.seen import SeenForm
from liaisons.models import Action, AgendaItem, Decision, Document, ItemDocument, Meeting

# These come into the register by themselves: with a letter, a circulation, an edition of the roadmap.
BY_THEMSELVES = (Document.Kind.INCOMING, Document.Kind.DRAFT, Document.Kind.EDITION)
BY_HAND = [(kind.value, kind.label) for kind in Document.Kind if kind not in BY_THEMSELVES]


class DocumentChoice(forms.ModelChoiceField[Document]):
    """A document by number and title."""

    def label_from_instance(self, obj: object) -> str:
        assert isinstance(obj, Document)
        return f"{obj.reference}: {obj.title}"


class DocumentForm(DirectoryMixin, FilesForm):
    """A document for the register."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=BY_HAND)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=500, validators=[validate_one_line])
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=200,
        validators=[validate_one_line],
        widget=forms.TextInput(attrs={"list": "designations", "autocomplete": "off"}),
        help_text=gettext_lazy("A group in shorthand, or whoever wrote it, in words."),
    )
    revises = DocumentChoice(
        Document.objects.none(),
        label=gettext_lazy("It is the next revision of"),
        required=False,
        empty_label=gettext_lazy("No other: it gets a number of its own"),
    )
    late = forms.BooleanField(label=gettext_lazy("It came after the deadline for contributions"), required=False)

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("DocumentChoice", self.fields["revises"])
        own = Document.objects.of_desk(desk).exclude(kind__in=BY_THEMSELVES)
        choice.queryset = own.order_by("-number", "-revision")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("files") and not self.earlier and "files" not in self.errors:
            self.add_error("files", _("Choose the file: a document without one cannot be read."))
        return given

    def paper(self) -> Paper:
        given = self.cleaned_data
        mentions = read(given["source"], self.directory)
        return Paper(
            kind=given["kind"],
            title=given["title"],
            source_text=given["source"],
            source=mentions[0].group if len(mentions) == 1 else None,
            late=given["late"],
            revises=given["revises"],
            files=tuple(given["files"]),
        )


class MeetingForm(SeenForm[Meeting]):
    """A meeting of the desk's group; `instance.group` is set by the caller."""

    starts_on = DayField(label=gettext_lazy("Begins"))
    ends_on = DayField(label=gettext_lazy("Ends"))

    class Meta:
        model = Meeting
        fields = ["name", "place", "starts_on", "ends_on", "times", "collocated", "participants", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        begins, ends = given.get("starts_on"), given.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", _("It ends before it begins. Look at the two dates."))
        if begins:
            same = Meeting.objects.filter(group=self.instance.group, name=given.get("name", ""), starts_on=begins)
            if same.exclude(pk=self.instance.pk).exists():
                self.add_error("name", _("A meeting of this name begins on that day already."))
        return given


class ItemForm(SeenForm[AgendaItem]):
    """An item of the agenda; `instance.meeting` is set by the caller."""

    class Meta:
        model = AgendaItem
        fields = ["clause", "title"]

    def clean_clause(self) -> str:
        clause: str = self.cleaned_data["clause"].strip()
        if self.instance.meeting.items.filter(clause=clause).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("The agenda has this clause already."))
        return clause


class ItemTextForm(ItemForm):
    """An item with what was said at it."""

    class Meta(ItemForm.Meta):
        fields = ["clause", "title", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 10})}
        help_texts = {"text": gettext_lazy("It stands in the report under this clause, a paragraph for each line.")}


class ItemDocumentForm(forms.ModelForm[ItemDocument]):
    """A document at an item of the agenda of `meeting`."""

    document = DocumentChoice(Document.objects.none(), label=gettext_lazy("Document"))

    class Meta:
        model = ItemDocument
        fields = ["item", "document", "presenter_text", "disposition"]

    def __init__(self, *args: Any, meeting: Meeting, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[AgendaItem]", self.fields["item"]).queryset = meeting.items.all()
        documents = Document.objects.of_desk(desk).order_by("-number", "-revision")
        cast("DocumentChoice", self.fields["document"]).queryset = documents

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        item, document = given.get("item"), given.get("document")
        if item and document and item.documents.filter(document=document).exists():
            self.add_error("document", _("It stands at this item already. Set its disposition there."))
        return given


class DecisionForm(SeenForm[Decision]):
    """What the meeting decided; `instance.meeting` is set by the caller."""

    class Meta:
        model = Decision
        fields = ["text", "item"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[AgendaItem]", self.fields["item"])
        choice.queryset = self.instance.meeting.items.all()
        choice.empty_label = _("none")


class ActionForm(SeenForm[Action]):
    """What somebody undertook; `instance.meeting` is set by the caller."""

    due_on = DayField(label=gettext_lazy("Due on"), required=False)

    class Meta:
        model = Action
        fields = ["text", "owner", "owner_text", "due_on"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[Person]", self.fields["owner"])
        choice.queryset = Person.objects.known_at(self.instance.meeting.group)
        choice.empty_label = _("nobody known here")


class DocumentFilter(forms.Form):
    """Any of the filters may be empty; a value that does not exist is left out."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=200, widget=forms.SearchInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("any")), *Document.Kind.choices]
    )
    meeting = forms.ModelChoiceField(
        Meeting.objects.none(), label=gettext_lazy("At the meeting"), required=False, empty_label=gettext_lazy("Any")
    )

    def __init__(self, given: object, desk: Desk) -> None:
        super().__init__(given)  # type: ignore[arg-type]
        choice = cast("forms.ModelChoiceField[Meeting]", self.fields["meeting"])
        choice.queryset = Meeting.objects.filter(group=desk.group)
