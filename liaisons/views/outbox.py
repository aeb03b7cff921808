"""The outbox of a desk: each mail with its state, in full, and what a person decides about it."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from contacts.http import AtDesk, at_desk
from contacts.models import Desk
from contacts.paging import page_of
from liaisons import enclosed, health, resending
from liaisons import outbox as mails
from liaisons.forms.deciding import DecisionForm
from liaisons.forms.dispatch import AddressForm, ReasonForm
from liaisons.mail.seen import Seen
from liaisons.models import Event, Message
from liaisons.rules import Refused
from liaisons.views import deciding
from liaisons.views.dispatch import Leaving
from liaisons.views.files import serve
from liaisons.views.rehearsing import mails_of

LOOKERS = ("secretariat", "administrator")


@require_safe
@at_desk(*LOOKERS)
def outbox(request: AtDesk) -> HttpResponse:
    """The desk's mails, newest first; ?state= keeps one state."""
    return _list(request, request.GET.get("state", ""))


@require_POST
@at_desk("secretariat")
def outbox_decide(request: AtDesk) -> HttpResponse:
    """Decide about many; what stands otherwise by now is left as it is, and told."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _list(request, str(form["state"].value() or ""), form, status=400)
    deciding.decide(request, form)
    return redirect(f"{reverse('outbox')}?state={form.cleaned_data['state']}")


outbox_decide_mails = mails_of(outbox_decide, gettext_lazy("Send them again"), back="outbox")


def _list(request: AtDesk, state: str, form: DecisionForm | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = Message.objects.of_desk(request.desk)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    if state in Message.State.values:
        rows = rows.filter(state=state)
    page = page_of(rows.select_related("statement").defer("text", "html"), "queued_at", request.GET, descending=True)
    context = {
        "rows": [Leaving(message, now) for message in page.rows],
        "page": page,
        "state": state if state in Message.State.values else "",
        "tabs": [
            (value, label, counts.get(value, 0))
            for value, label in Message.State.choices
            if value in counts or value == state
        ],
        "total": sum(counts.values()),
        "nothing_leaves": mails.refusal(),
        "late": health.late(now),
        **(deciding.offered(state, form) if page.rows and "secretariat" in request.roles else {}),
    }
    return render(request, "liaisons/outbox.html", context, status=status)


@require_safe
@at_desk(*LOOKERS)
def message(request: AtDesk, pk: int) -> HttpResponse:
    return _page(request, _message(request.desk, pk))


@require_safe
@at_desk(*LOOKERS)
def message_file(request: AtDesk, pk: int, name: str) -> HttpResponse:
    return serve(enclosed.of_message(_message(request.desk, pk)), name)


@require_POST
@at_desk("secretariat")
def message_send_again(request: AtDesk, pk: int) -> HttpResponse:
    def decide(row: Message) -> str:
        resending.send_again(row, request.actor, timezone.now())
        again = _("It leaves once more, under the same Message-ID.")
        if row.kind == Message.Kind.CIRCULATE:
            return f"{again} {_('The days for comments begin when the server of the list takes it.')}"
        return again

    return _decided(request, pk, decide)


@require_POST
@at_desk("secretariat")
def message_arrived(request: AtDesk, pk: int) -> HttpResponse:
    def decide(row: Message) -> str:
        mails.mark_arrived(row, request.actor, timezone.now(), request.POST.get("reason", "")[:500])
        return _("Noted: it has arrived.")

    return _decided(request, pk, decide)


@require_POST
@at_desk("secretariat")
def message_give_up(request: AtDesk, pk: int) -> HttpResponse:
    row = _message(request.desk, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, status=400)

    def decide(row: Message) -> str:
        mails.give_up(row, request.actor, timezone.now(), form.cleaned_data["reason"])
        return _("It is not sent again.")

    return _decided(request, pk, decide)


@require_POST
@at_desk("secretariat")
def message_take_back(request: AtDesk, pk: int) -> HttpResponse:
    """One mail of a dispatch that is still held; the others leave."""

    def decide(row: Message) -> str:
        mails.take_back(row, request.actor, timezone.now())
        return _("This mail is taken back; the others leave.")

    return _decided(request, pk, decide)


@require_POST
@at_desk("secretariat")
def message_readdress(request: AtDesk, pk: int) -> HttpResponse:
    """A mail that is still held, to another address."""
    row = _message(request.desk, pk)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, row, address_form=form, status=400)

    def decide(row: Message) -> str:
        mails.readdress(row, form.cleaned_data["email"], request.actor, timezone.now())
        return _("It goes to %(email)s.") % {"email": form.cleaned_data["email"]}

    return _decided(request, pk, decide)


def _message(desk: Desk, pk: int) -> Message:
    rows = Message.objects.of_desk(desk).select_related(
        "desk__group", "statement", "addressee", "circulation__document"
    )
    return get_object_or_404(rows, pk=pk)


def _decided(request: AtDesk, pk: int, decide: Callable[[Message], str]) -> HttpResponse:
    """Do it, say what was done, and go back to where the button stood."""
    row = _message(request.desk, pk)
    try:
        messages.success(request, decide(row))
    except Refused as refused:
        for sentence in refused.sentences:
            messages.error(request, sentence)
        return _page(request, _message(request.desk, pk), status=400)
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect(row)


def _page(
    request: AtDesk,
    row: Message,
    form: ReasonForm | None = None,
    address_form: AddressForm | None = None,
    status: int = 200,
) -> HttpResponse:
    states = Message.State
    stuck = (states.IN_DOUBT, states.FAILED, states.BOUNCED)
    decided = Event.objects.filter(
        desk=request.desk,
        verb__in=("send_again", "mark_arrived", "give_up", "take_back", "readdress"),
        data__message=row.pk,
    )
    decides = "secretariat" in request.roles
    context = {
        "row": Leaving(row, timezone.now()),
        "message": row,
        "seen": Seen.of(row),
        "files": enclosed.of_message(row),
        "came": row.answers.order_by("received_at", "pk"),
        "decided": decided.select_related("person", "user"),
        "is_held": decides and row.is_held(timezone.now()) and not row.tries,
        "address_form": address_form or AddressForm(),
        "readdressing": address_form is not None,
        "may_send_again": decides and (row.state in (*stuck, states.GIVEN_UP) or _was_for_a_list(row)),
        "may_mark_arrived": decides and row.state in (states.IN_DOUBT, states.BOUNCED),
        "may_give_up": decides and (row.state in stuck or (row.state == states.QUEUED and row.tries > 0)),
        "form": form or ReasonForm(),
        "giving_up": form is not None,
        "nothing_leaves": mails.refusal(),
    }
    return render(request, "liaisons/message.html", context, status=status)


def _was_for_a_list(row: Message) -> bool:
    """Whether it was taken back before the list got what it waits for still."""
    of_list = row.state == Message.State.CANCELLED and row.kind == Message.Kind.CIRCULATE
    return of_list and row.circulation is not None and row.circulation.ended_at is None
