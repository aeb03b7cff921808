"""The settings of a desk as a form, on its page and in the administration."""

import re
from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Desk


class StagesField(forms.CharField):
    """Days before a deadline, separated by commas."""

    def prepare_value(self, value: object) -> object:
        return ", ".join(str(day) for day in value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[int]:
        text = super().clean(value)
        days = [day for day in re.split(r"[\s,;]+", text) if day]
        if not all(re.fullmatch(r"[+-]?\d{1,3}", day) for day in days):
            raise ValidationError(_("Write whole days before the deadline, separated by commas, as in 7, -1."))
        return sorted({int(day) for day in days}, reverse=True)

    def has_changed(self, initial: object, data: object) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class DeskForm(forms.ModelForm[Desk]):
    """The settings with which a group issues letters."""

    remind_outsiders = StagesField(
        label=gettext_lazy("Reminders to addressees"),
        required=False,
        help_text=gettext_lazy("Days before the deadline: 7 is a week before, 0 the day itself, -1 the day after."),
    )
    remind_insiders = StagesField(
        label=gettext_lazy("Reminders to our own people"),
        required=False,
        help_text=gettext_lazy("In the same way; the responsible person gets them in one mail."),
    )
    remind_window = StagesField(
        label=gettext_lazy("Reminders before comments close"),
        required=False,
        help_text=gettext_lazy("To the list, and to members who have not said anything yet."),
    )

    class Meta:
        model = Desk
        fields = [
            "mailbox",
            "mailing_list",
            "locality",
            "zone",
            "number_pattern",
            "document_pattern",
            "questions_label",
            "questions_default",
            "printed_as",
            "capitals",
            "word_inside",
            "mirrored",
            "window_days",
            "approvers",
            "hold_minutes",
            "attach_up_to_mb",
            "subaddressing",
            "remind_outsiders",
            "remind_insiders",
            "remind_weekly",
            "remind_window",
        ]
        help_texts = {
            "mailbox": gettext_lazy("Letters and notices go out from it, and answers come to it."),
            "mailing_list": gettext_lazy("Drafts go there for comment."),
            "zone": gettext_lazy("Deadlines and windows end with the day in this zone."),
            "number_pattern": gettext_lazy("{group} is the designation, {n} the number; {n:03d} prints 007."),
            "printed_as": gettext_lazy("Empty: the name of the group."),
            "hold_minutes": gettext_lazy("0 sends at once."),
            "subaddressing": gettext_lazy(
                "Then an answer, or a mail that comes back, finds its letter even where it leaves out what it refers "
                "to. It is off at first, because answers to a mailbox that knows no such addresses would be lost: send "
                "a mail to name+test@ before, and see that it comes. Mails leave from such addresses too."
            ),
            "word_inside": gettext_lazy(
                "Whoever has the PDF can take the Word file out of it, for as long as the PDF is kept."
            ),
            "mirrored": gettext_lazy(
                "Statements, documents and the register are kept there under fixed names, with an index, for whoever "
                "copies the folder."
            ),
        }

    def sections(self) -> Iterable[tuple[str, list[forms.BoundField]]]:
        """The fields as the page groups them."""
        parts = [
            (_("Mail"), ["mailbox", "mailing_list", "hold_minutes", "attach_up_to_mb", "subaddressing"]),
            (_("Place and time"), ["locality", "zone"]),
            (_("Numbers"), ["number_pattern", "document_pattern"]),
            (_("The printed page"), ["questions_label", "questions_default", "printed_as", "capitals", "word_inside"]),
            (_("The folder"), ["mirrored"]),
            (_("Circulation and approval"), ["window_days", "approvers"]),
            (_("Reminders"), ["remind_outsiders", "remind_insiders", "remind_weekly", "remind_window"]),
        ]
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in parts]
