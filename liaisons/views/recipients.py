"""Who gets what of a statement, and why: every recipient with its channel, its files and what became of the mail."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.http import AtDesk, at_desk
from contacts.models import Channel
from liaisons.mail.seen import Seen
from liaisons.models import Addressee, Message, Statement
from liaisons.outbox import Draft
from liaisons.rules import CHAIRS
from liaisons.views.as_it_leaves import drafts_of
from liaisons.views.dispatch import Leaving, Otherwise, otherwise, whom


@dataclass(frozen=True)
class Receiver:
    """Somebody to whom a statement goes, by one channel."""

    name: str
    kind: str
    channel: str
    address: str
    why: str
    files: str
    language: str
    state: str
    label: str
    said: str = ""
    message: Message | None = None


@require_safe
@at_desk("secretariat", "administrator", *CHAIRS)
def statement_recipients(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    rows = Statement.objects.issued_by(request.desk).select_related("desk__group", "revision", "corrects__desk")
    statement = get_object_or_404(rows, pk=pk)
    is_out = statement.sent_at is not None and statement.state != Statement.State.APPROVED
    by_mail = list(_of_dispatch(statement, now) if is_out else _planned(statement))
    named = {row.message.addressee_id for row in by_mail if row.message}
    not_by_mail = otherwise(request, statement, now, is_out=is_out)
    context = {
        "statement": statement,
        "is_out": is_out,
        "receivers": [
            *_of_list(statement, now),
            *by_mail,
            *(
                _otherwise(row, is_out=is_out)
                for row in not_by_mail
                if row.addressee.posted_at or row.addressee.pk not in named
            ),
        ],
        "sees_outbox": bool(request.roles & {"secretariat", "administrator"}),
    }
    return render(request, "liaisons/recipients.html", context)


def _of_list(statement: Statement, now: datetime) -> Iterator[Receiver]:
    """What the list got for comment; of a draft what it would get."""
    sent = statement.messages.filter(kind=Message.Kind.CIRCULATE).select_related("desk").order_by("pk")
    for message in sent:
        yield replace(_stored(message, now, _("list"), message.to), why=_list_comments())
    if statement.state == Statement.State.DRAFT and statement.desk and statement.desk.mailing_list:
        yield Receiver(
            name=_("%(desk)s mailing list") % {"desk": statement.desk},
            kind=_("list"),
            channel=_mail(),
            address=statement.desk.mailing_list,
            why=_list_comments(),
            files=_("PDF and Word"),
            language=_language(settings.LANGUAGE_CODE),
            state="planned",
            label=_("when it circulates"),
        )


def _list_comments() -> str:
    return _("The list comments on the text before it is approved.")


def _of_dispatch(statement: Statement, now: datetime) -> Iterator[Receiver]:
    for message in Message.objects.of_dispatch(statement).select_related("desk", "addressee").order_by("pk"):
        yield _stored(message, now, _kind(message), whom(message))


def _planned(statement: Statement) -> Iterator[Receiver]:
    """As it would leave now, with the channels and rules of today."""
    if statement.state in (Statement.State.DRAFT, Statement.State.CIRCULATED, Statement.State.APPROVED):
        for draft in drafts_of(statement):
            yield _of(draft, draft.message, _kind(draft.message), whom(draft.message), "planned", _("not sent yet"))


def _stored(message: Message, now: datetime, kind: str, name: str) -> Receiver:
    row = Leaving(message, now)
    return _of(message, message, kind, name, row.state, row.label)


def _of(mail: Draft | Message, message: Message, kind: str, name: str, state: str, label: str) -> Receiver:
    seen = Seen.of(mail)
    files = ", ".join(seen.names)
    return Receiver(
        name=name,
        kind=kind,
        channel=_mail(),
        address=message.recipient,
        why=message.why,
        files=files if seen.attached or not files else _("%(files)s, to fetch") % {"files": files},
        language=_language(seen.language),
        state=state,
        label=label,
        said=message.answer,
        message=message if message.pk else None,
    )


def _otherwise(row: Otherwise, *, is_out: bool) -> Receiver:
    """An addressee that gets its letter by another way than mail, or by none."""
    addressee = row.addressee
    if addressee.posted_at:
        state, label = "sent", _("handed over")
    elif addressee.given_up_at:
        state, label = "given_up", _("not handed over any more")
    elif row.ways:
        state, label = ("awaiting", _("to be handed over")) if is_out else ("planned", _("not sent yet"))
    else:
        state, label = "failed", _("no channel")
    return Receiver(
        name=str(addressee),
        kind=_addressed(addressee),
        channel=", ".join(way.get_kind_display() for way in row.ways) or "–",
        address=", ".join(str(way) for way in row.ways if way.kind != Channel.Kind.BY_HAND),
        why=_("%(group)s is addressed %(purpose)s.") % {"group": addressee, "purpose": addressee.get_purpose_display()},
        files=_("PDF and Word"),
        language="",
        state=state,
        label=label,
        said=addressee.posted_note,
    )


def _kind(message: Message) -> str:
    if message.addressee:
        return _addressed(message.addressee)
    return _("copy") if message.key.startswith("copy:") else _("notice")


def _addressed(addressee: Addressee) -> str:
    return _("addressee, %(purpose)s") % {"purpose": addressee.get_purpose_display()}


def _mail() -> str:
    return str(Channel.Kind.MAIL.label)


def _language(code: str) -> str:
    return dict(settings.LANGUAGES).get(code, code)
