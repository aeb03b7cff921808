"""The local mailbox, where mail stays while the desk has no mail server: as files, and as a person would read them.

Mails hold other people's signed links. They are shown in the demo, where everybody plays every part, and to the
administrators of a desk that has been set up without a mail server; not, there, what tells of other desks too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.http import AtDesk, at_desk
from contacts.models import Person
from liaisons.documents.naming import safe_name
from liaisons.models import Message
from liaisons.outbox import reserved, transport
from liaisons.views.opened import discreet

BACKEND = "liaisons.outbox.transport.MailboxBackend"
LOOKED_THROUGH = 1000
SHOWN = 100
HEADERS = ("From", "To", "Cc", "Reply-To", "Delivered-To", "Subject", "Date", "Message-ID")


@dataclass(frozen=True)
class Part:
    """A file in a mail."""

    name: str
    media_type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@require_safe
@at_desk()
def mailbox(request: AtDesk) -> HttpResponse:
    """The desk's delivered mails, the latest first; ?find= keeps those to or about something."""
    _require_access(request)
    asked = request.GET.get("find", "").strip()[:100]
    mails = [mail for mail in _of_desk(request) if asked.lower() in f"{mail.recipient} {mail.subject}".lower()]
    context = {
        "mails": mails[:SHOWN],
        "more": len(mails) > SHOWN,
        "asked": asked,
        "folder": settings.MAILBOX_DIR,
    }
    return discreet(render(request, "liaisons/mailbox.html", context))


@require_safe
@at_desk()
def mailbox_mail(request: AtDesk, name: str) -> HttpResponse:
    mail = _mail(request, name)
    body = mail.get_body(("plain",))
    context = {
        "name": name,
        "subject": str(mail["Subject"]),
        "headers": [(header, str(mail[header])) for header in HEADERS if mail[header]],
        "text": str(body.get_content()) if body is not None else "",
        "parts": list(_parts(mail)),
    }
    return discreet(render(request, "liaisons/mailbox_mail.html", context))


@require_safe
@at_desk()
def mailbox_file(request: AtDesk, name: str, number: int) -> HttpResponse:
    parts = list(_parts(_mail(request, name)))
    if number >= len(parts):
        raise Http404(_("There is no such file here."))
    part = parts[number]
    response = HttpResponse(part.content, content_type=part.media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=part.name)
    response["X-Content-Type-Options"] = "nosniff"
    return discreet(response)


def _require_access(request: AtDesk) -> None:
    if settings.EMAIL_BACKEND != BACKEND:
        raise Http404(_("Mail leaves through a mail server here; there is no local mailbox."))
    if "administrator" not in request.roles and not _is_demo():
        raise PermissionDenied(_("The local mailbox holds links that belong to others. Only administrators open it."))


def _of_desk(request: AtDesk) -> list[transport.Kept]:
    """What this desk has sent: another desk's mails lie in the same folder."""
    kept = transport.mailbox_list(LOOKED_THROUGH)
    ours = _open_to(request).filter(message_id__in=[mail.message_id for mail in kept])
    known = set(ours.values_list("message_id", flat=True))
    return [mail for mail in kept if mail.message_id in known]


def _mail(request: AtDesk, name: str) -> EmailMessage:
    _require_access(request)
    try:
        mail = transport.mailbox_mail(name)
    except FileNotFoundError as missing:
        raise Http404(_("There is no such mail here.")) from missing
    if not _open_to(request).filter(message_id=str(mail["Message-ID"])).exists():
        raise Http404(_("There is no such mail here."))
    return mail


def _open_to(request: AtDesk) -> QuerySet[Message]:
    """What tells of other desks too is for its reader; the outbox has it without them."""
    ours = Message.objects.of_desk(request.desk)
    if _is_demo():
        return ours
    return ours.filter(~Q(text__contains=reserved.BEGIN) | Q(person=request.actor.person))


def _is_demo() -> bool:
    return Person.objects.filter(demo=True).exists()


def _parts(mail: EmailMessage) -> Iterator[Part]:
    for part in mail.iter_attachments():
        content = part.get_content()
        # A mail inside a mail, or a text, comes as such and not as bytes.
        if not isinstance(content, bytes):
            content = part.get_payload(decode=True) or str(content).encode()
        yield Part(safe_name(part.get_filename() or "file"), part.get_content_type(), bytes(content))
