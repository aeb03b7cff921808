"""Mails as they will leave or have left: the HTML in a frame that can do nothing, and the source as a file."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from contacts.http import AtDesk, at_desk
from liaisons import mail, outbox
from liaisons.mail.seen import Seen, masked
from liaisons.models import Message, Statement
from liaisons.outbox import Draft
from liaisons.rules import CHAIRS

# Whatever stands in it runs nothing, fetches nothing and leads nowhere.
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'"
OF_DISPATCH = ("secretariat", "administrator", *CHAIRS)
OF_OUTBOX = ("secretariat", "administrator")


@require_safe
@xframe_options_sameorigin
@at_desk(*OF_DISPATCH)
def statement_mail_html(request: AtDesk, pk: int, number: int) -> HttpResponse:
    """The HTML of one of the mails that would leave now, in the order of the page of the dispatch."""
    rows = Statement.objects.issued_by(request.desk).select_related("desk__group", "revision", "corrects__desk")
    drafts = drafts_of(get_object_or_404(rows, pk=pk))
    if number >= len(drafts):
        raise Http404(_("There is no such mail here."))
    return framed(Seen.of(drafts[number]).html)


@require_safe
@xframe_options_sameorigin
@at_desk(*OF_OUTBOX)
def message_html(request: AtDesk, pk: int) -> HttpResponse:
    return framed(Seen.of(_message(request, pk)).html)


@require_safe
@at_desk(*OF_OUTBOX)
def message_source(request: AtDesk, pk: int) -> HttpResponse:
    """The whole mail as a file; the links in it, and what it tells of other desks, are for its reader and masked."""
    row = _message(request, pk)
    try:
        composed = outbox.compose(row, row.sent_at or timezone.now(), fill=masked)
    except FileNotFoundError:
        messages.error(request, _("The files of this mail are still being made. Come back in a minute."))
        return redirect(row)
    response = HttpResponse(composed.lines, content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="mail-{row.pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def drafts_of(statement: Statement) -> list[Draft]:
    """Every mail as it would leave now; a correction with its notices. Nothing is stored."""
    now = timezone.now()
    drafts = mail.dispatch(statement, now, preview=True)
    if statement.corrects:
        drafts += mail.correction(statement.corrects, statement, now)
    return drafts


def framed(html: str) -> HttpResponse:
    response = HttpResponse(html)
    response["Content-Security-Policy"] = POLICY
    return response


def _message(request: AtDesk, pk: int) -> Message:
    return get_object_or_404(Message.objects.of_desk(request.desk).select_related("desk__group"), pk=pk)
