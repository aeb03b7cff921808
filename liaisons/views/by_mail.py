"""Forms that take up a mail that came in: ?mail= names it, and what it says stands in them already."""

from django.http import QueryDict
from django.shortcuts import get_object_or_404

from contacts.http import AtDesk
from liaisons.forms.kept import FilesForm, seal
from liaisons.forms.received_mail import takeable
from liaisons.models import ReceivedMail


def taken_up(request: AtDesk) -> ReceivedMail | None:
    """The mail that the address names; one of another desk is not found."""
    key = _asked(request.GET)
    if not key:
        return None
    joined = ("desk__group", "statement", "addressee__group")
    return get_object_or_404(ReceivedMail.objects.of_desk(request.desk).select_related(*joined), pk=key)


def with_files(form: FilesForm, row: ReceivedMail | None) -> None:
    """Let a form that is only opened hold the files of the mail."""
    if row is not None and not form.is_bound:
        form.earlier = tuple(takeable(row))
        form.initial["kept"] = seal(form.earlier)


def _asked(query: QueryDict) -> int:
    key = query.get("mail", "")
    return int(key) if key.isdecimal() and len(key) < 19 else 0
