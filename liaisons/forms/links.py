"""What people write who came by a signed link: comments, approvals, answers."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.forms import DayField
from contacts.models.person import validate_one_line
from liaisons.details import Answer, Nominee
from liaisons.documents.paragraphs import named, ranges
from liaisons.forms.kept import FilesForm
from liaisons.forms.theirs import OfTheirsForm
from liaisons.models import Addressee, Comment, Reply, Request
from liaisons.replies import extensions

MOST_TIME = timedelta(days=3 * 365)


class OneLine(forms.CharField):
    """Becomes part of a header or a line of a list."""

    default_validators = [validate_one_line]


class Address(forms.EmailField):
    """An e-mail of no more characters than servers take (RFC 5321, 4.5.3.1.3) and rows hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, **kwargs})


def place(clause: str, paragraphs: Sequence[str]) -> str:
    """The number alone when a paragraph is named; a clause in other words is taken as it is.

    Raises ValidationError for a number that the text does not have.
    """
    clause = clause.strip()
    number = named(clause)
    if not number or not paragraphs:
        return clause
    if number not in paragraphs:
        spans = [
            gettext("%(first)s to %(last)s") % {"first": first, "last": last} if first != last else first
            for first, last in ranges(paragraphs)
        ]
        raise ValidationError(
            gettext(
                "The text has no paragraph %(number)s, only %(ranges)s. "
                "Give the number before the paragraph, or write where it is in words."
            )
            % {"number": number, "ranges": ", ".join(spans)}
        )
    return number


class CommentForm(FilesForm):
    """A word on a text in circulation, from somebody we know. `paragraphs` are the numbers that the text has."""

    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=[
            (Comment.Kind.SUPPORT, _("I support the text")),
            (Comment.Kind.EDITORIAL, _("An editorial comment: wording, spelling, references")),
            (Comment.Kind.TECHNICAL, _("A technical comment: what the text says")),
            (Comment.Kind.QUESTION, _("A question")),
            (Comment.Kind.OBJECTION, _("An objection: the text should not be approved as it stands")),
        ],
        widget=forms.RadioSelect,
    )
    clause = OneLine(
        label=_("Paragraph or clause"),
        max_length=100,
        required=False,
        help_text=_("The number before the paragraph, such as 3 or A1.2. Empty for the whole text."),
    )
    quoted = forms.CharField(
        label=_("The words it is about"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    text = forms.CharField(
        label=_("What you want to say"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    proposed = forms.CharField(
        label=_("Proposed text"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("How the paragraph should read instead."),
    )

    def __init__(self, *args: Any, paragraphs: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paragraphs = paragraphs

    def clean_clause(self) -> str:
        return place(self.cleaned_data["clause"], self.paragraphs)

    def said(self) -> dict[str, Any]:
        """What was written, as comments.comment() wants it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "kept"}


class OpenCommentForm(CommentForm):
    """The same from anybody who has the link that went to the list."""

    name = OneLine(
        label=_("Your name"),
        max_length=200,
        help_text=_("It is shown as you give it, unless the desk knows your address."),
    )
    email = Address(
        label=_("Your e-mail"),
        help_text=_(
            "You get a mail there to confirm the comment; it counts from then on. Only the desk sees the address."
        ),
    )
    group_text = OneLine(
        label=_("The group or organization you speak for"),
        max_length=200,
        required=False,
        help_text=_("Such as ITU-T SG21 or IETF. Empty when you speak for yourself."),
    )


class DecideForm(forms.Form):
    """Approve the revision that the page shows."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ReturnForm(DecideForm):
    """Give it back to its authors."""

    reason = forms.CharField(
        label=_("What has to change before you can approve it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AnswerForm(OfTheirsForm, FilesForm):
    """What the addressee has to say to a statement. `asked` are its requests that are still open."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What do you send?"),
        choices=[
            (Reply.Kind.ANSWER, _("Our answer")),
            (Reply.Kind.ACKNOWLEDGEMENT, _("A note that we have received it; the answer follows")),
            (Reply.Kind.PRELIMINARY, _("A preliminary answer")),
            (Reply.Kind.MORE_TIME, _("We need more time")),
            (Reply.Kind.NOT_FOR_US, _("It is not for us but for another body")),
            (Reply.Kind.DECLINE, _("We decline")),
        ],
        widget=forms.RadioSelect,
    )
    requests = forms.MultipleChoiceField(
        label=_("Which requests is this about?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Tick what your answer settles, or what you decline; the others stay open. "
            "Who declines without a tick declines everything that is open."
        ),
    )
    nominee_name = OneLine(label=_("Name"), max_length=200, required=False)
    nominee_email = Address(label=_("E-mail"), required=False)
    nominee_organization = OneLine(label=_("Organization"), max_length=200, required=False)
    nominee_country = OneLine(label=_("Country"), max_length=100, required=False)
    until = DayField(label=_("More time until"), required=False)
    for_whom = OneLine(label=_("Which body is it for?"), max_length=200, required=False)
    text = forms.CharField(
        label=_("Your words"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("An answer of a few lines can stand here instead of a file. Who declines says why."),
    )
    reference = OneLine(
        label=_("Your own reference"),
        max_length=80,
        required=False,
        help_text=_("The number of your liaison statement, such as SG21-LS82."),
    )
    name = OneLine(label=_("Your name"), max_length=200)
    email = Address(label=_("Your e-mail"), help_text=_("You get a receipt there."))

    def __init__(self, addressee: Addressee, *args: Any, asked: list[Request], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.addressee = addressee
        self.asked = asked
        self.today = today
        self.fields["files"].label = _("Attach your answer")
        if asked:
            choices = [(request.key, str(request)) for request in asked]
            field = self.fields["requests"]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = choices
            field.initial = [choices[0][0]] if len(choices) == 1 else []
        else:
            del self.fields["requests"]

    @property
    def asks_for_nomination(self) -> bool:
        return any(request.kind == Request.Kind.NOMINATION for request in self.asked)

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until < self.today:
            raise ValidationError(gettext("This day is over. Choose a later one."))
        if until and until > self.today + MOST_TIME:
            raise ValidationError(gettext("Nobody waits so long. Choose a day within the next three years."))
        asks = until if self.cleaned_data.get("kind") == Reply.Kind.MORE_TIME else None
        if asks and (sentence := extensions.asks_for_nothing(self.addressee, asks)):
            raise ValidationError(sentence)
        return until

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("kind") == Reply.Kind.ANSWER:
            self._require_an_answer(cleaned)
        if cleaned.get("nominee_email") and not cleaned.get("nominee_name"):
            self.add_error("nominee_name", gettext("Give the name of the person you nominate."))
        if self.lacks_a_number():
            self.add_error(
                "reference", gettext("Give the number of your statement, or attach it: that is how it is filed.")
            )
        return cleaned

    def _require_an_answer(self, cleaned: dict[str, Any]) -> None:
        if self.asked and not cleaned.get("requests"):
            self.add_error(
                "requests", gettext("Tick what this answers. If it answers none of it, send a preliminary answer.")
            )
        if self.errors:
            return
        if not any(cleaned.get(name) for name in ("text", "files", "nominee_name")):
            self.add_error("text", gettext("Write your answer here, attach it, or name the person you nominate."))

    def details(self) -> Answer:
        """What was written, as the step `settle` wants it; ticks count for an answer or a refusal alone."""
        given = self.cleaned_data
        kind, ticked = given["kind"], tuple(given.get("requests", ()))
        declines = kind in (Reply.Kind.DECLINE, Reply.Kind.NOT_FOR_US)
        return Answer(
            kind=kind,
            settles=ticked if kind == Reply.Kind.ANSWER else (),
            declines=ticked if declines else (),
            text=given["text"],
            reference=given["reference"],
            for_whom=given["for_whom"] if kind == Reply.Kind.NOT_FOR_US else "",
            until=given["until"] if kind == Reply.Kind.MORE_TIME else None,
            name=given["name"],
            email=given["email"],
            nominee=self._nominee() if not declines else None,
            files=tuple(given["files"]),
        )

    def _nominee(self) -> Nominee | None:
        given = self.cleaned_data
        if not given["nominee_name"]:
            return None
        return Nominee(
            name=given["nominee_name"],
            email=given["nominee_email"],
            organization=given["nominee_organization"],
            country=given["nominee_country"],
        )
