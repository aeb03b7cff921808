"""Mail that came in: what waits for the secretary, each mail as it came, and what she does with it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from contacts.http import AtDesk, at_desk
from contacts.paging import page_of
from liaisons.arrivals import commenting, deciding, fetching, proposing
from liaisons.arrivals.parsing import headers_of
from liaisons.forms.received_mail import ReceivedFilter, SetAsideForm, TieForm
from liaisons.models import Message, ReceivedFile, ReceivedMail, Reply
from liaisons.outbox import reserved
from liaisons.rules import Moved, Refused
from liaisons.views.files import attachment

LOOKERS = ("secretariat", "administrator")
HEADERS = ("To", "Cc", "Reply-To", "Delivered-To", "Auto-Submitted", "List-Id", "Authentication-Results")
ALL = "all"
RESERVED = gettext_lazy(
    "It gives back a mail that tells of other desks too: that is for the reader of that mail alone."
)


@require_safe
@at_desk(*LOOKERS)
def received_mails(request: AtDesk) -> HttpResponse:
    """The desk's mails, those that wait unless ?state= says another state, the latest first."""
    rows = ReceivedMail.objects.of_desk(request.desk)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    state = request.GET.get("state", "")
    state = state if state in (*ReceivedMail.State.values, ALL) else ReceivedMail.State.WAITING
    chosen = ReceivedFilter(request.GET)
    shown = _narrowed(rows if state == ALL else rows.filter(state=state), chosen)
    context = {
        "page": page_of(
            shown.select_related("statement__revision", "addressee", "circulation__document").defer(
                "text", "statement__revision__content", "statement__revision__body"
            ),
            "received_at",
            request.GET,
            descending=True,
        ),
        "filter": chosen,
        "filtered": any(request.GET.get(name) for name in ("q", "kind")),
        "state": state,
        "tabs": [(value, label, counts.get(value, 0)) for value, label in ReceivedMail.State.choices],
        "total": sum(counts.values()),
        "troubles": fetching.troubles(),
    }
    return render(request, "liaisons/received_mails.html", context)


@require_safe
@at_desk(*LOOKERS)
def received_mail(request: AtDesk, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


@require_safe
@at_desk(*LOOKERS)
def received_mail_raw(request: AtDesk, pk: int) -> HttpResponse:
    """The mail as it came, to be saved and opened in a mail program."""
    row = _found(request, pk)
    if _is_reserved(row, request):
        raise PermissionDenied(RESERVED)
    return attachment(row.raw, f"mail-{pk}.eml")


@require_safe
@at_desk(*LOOKERS)
def received_mail_file(request: AtDesk, pk: int, file: int) -> HttpResponse:
    row = _found(request, pk)
    found = get_object_or_404(ReceivedFile.objects.select_related("blob"), pk=file, mail=row)
    if _is_reserved(row, request):
        raise PermissionDenied(RESERVED)
    return attachment(found.blob, found.name)


@require_POST
@at_desk("secretariat")
def received_mail_tie(request: AtDesk, pk: int) -> HttpResponse:
    """Say what it belongs to."""
    row = _found(request, pk)
    form = TieForm(row, request.POST)
    if not form.is_valid():
        return _page(request, row, tie=form, status=400)

    def decide() -> str:
        deciding.tie(row, form.what(), form.who(), by=request.actor, now=timezone.now())
        return _("It belongs to %(what)s.") % {"what": form.what()}

    return _decided(request, row, decide)


@require_POST
@at_desk("secretariat")
def received_mail_comment(request: AtDesk, pk: int) -> HttpResponse:
    row = _found(request, pk)

    def decide() -> str:
        return commenting.told(deciding.comment(row, by=request.actor, now=timezone.now()))

    return _decided(request, row, decide)


@require_POST
@at_desk("secretariat")
def received_mail_set_aside(request: AtDesk, pk: int) -> HttpResponse:
    row = _found(request, pk)
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return _page(request, row, aside=form, status=400)

    def decide() -> str:
        deciding.set_aside(row, form.cleaned_data["note"], by=request.actor, now=timezone.now())
        return _("Set aside. It stays under “Set aside”.")

    return _decided(request, row, decide)


@require_POST
@at_desk("secretariat")
def received_mail_wait(request: AtDesk, pk: int) -> HttpResponse:
    row = _found(request, pk)

    def decide() -> str:
        deciding.wait_again(row, by=request.actor, now=timezone.now())
        return _("It waits again.")

    return _decided(request, row, decide)


def _found(request: AtDesk, pk: int) -> ReceivedMail:
    joined = (
        "desk__group",
        "raw",
        "ours__person",
        "statement__revision",
        "addressee",
        "circulation__document",
        "handled_by",
    )
    return get_object_or_404(ReceivedMail.objects.of_desk(request.desk).select_related(*joined), pk=pk)


def _is_reserved(row: ReceivedMail, request: AtDesk) -> bool:
    """Whether a machine gave back a digest that tells of desks at which whoever looks may have no role."""
    if row.kind == ReceivedMail.Kind.LETTER or row.ours is None or row.ours.person == request.actor.person:
        return False
    return reserved.is_in(row.ours.text)


def _decided(request: AtDesk, row: ReceivedMail, decide: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, decide())
    except Refused as refused:
        status = 409 if isinstance(refused, Moved) else 400
        return _page(request, _found(request, row.pk), refused=refused.sentences, status=status)
    return redirect(row)


def _page(
    request: AtDesk,
    row: ReceivedMail,
    *,
    tie: TieForm | None = None,
    aside: SetAsideForm | None = None,
    refused: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    decides = "secretariat" in request.roles
    waits = row.state == ReceivedMail.State.WAITING
    context = {
        "mail": row,
        "headers": _headers(row),
        "reserved": RESERVED if _is_reserved(row, request) else "",
        "files": row.received_files.select_related("blob").order_by("pk"),
        "replies": row.replies.select_related("addressee__statement"),
        "comments": row.comments.select_related("circulation__document"),
        "refused": refused,
        "may_decide": decides and waits,
        "may_wait": decides and not waits,
        "tie": tie or TieForm(row),
        "aside": aside or SetAsideForm(),
        "is_asked": waits and _is_asked_to_approve(row),
        "seems": Reply.Kind(proposing.kind_of(row)).label,
    }
    return render(request, "liaisons/received_mail.html", context, status=status)


def _is_asked_to_approve(row: ReceivedMail) -> bool:
    """Whether it comes from where the approval was asked for, as far as a thread or an address tells that."""
    circulation = row.circulation or (row.ours.circulation if row.ours else None)
    if circulation is None or circulation.ended_at is not None:
        return False
    asked = circulation.messages.filter(kind=Message.Kind.APPROVE)
    return asked.filter(Q(pk=row.ours_id) | Q(recipient__iexact=row.sender)).exists()


def _headers(row: ReceivedMail) -> list[tuple[str, str]]:
    """Its head, for people; empty where the storage has lost the mail."""
    try:
        return headers_of(row.raw.read(), *HEADERS)
    except FileNotFoundError:
        return []


def _narrowed(rows: QuerySet[ReceivedMail], chosen: ReceivedFilter) -> QuerySet[ReceivedMail]:
    chosen.is_valid()
    given = chosen.cleaned_data
    if given.get("q"):
        words = given["q"]
        rows = rows.filter(Q(subject__icontains=words) | Q(sender__icontains=words) | Q(sender_name__icontains=words))
    return rows.filter(kind=given["kind"]) if given.get("kind") else rows
