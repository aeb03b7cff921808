"""An addressee says that a statement is for another body: the secretariat passes it on, or leaves it at that."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.designations import Directory
from contacts.forms import DayField, DirectoryMixin, GroupField, designations
from contacts.http import AtDesk, at_desk, posted
from liaisons import addressing
from liaisons.details import Forwarding
from liaisons.models import Addressee, Message, Reply
from liaisons.replies import passing
from liaisons.rules import SECRETARIAT, Moved, Refused
from liaisons.views.rehearsing import mails_of
from liaisons.workflow import advance, obstacles


class PassOnForm(DirectoryMixin, forms.Form):
    """The body and the day are asked for only where it is passed on."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    to = GroupField(label=gettext_lazy("Pass it on to"))
    due_on = DayField(
        label=gettext_lazy("Its answer is due on"),
        required=False,
        help_text=gettext_lazy("The last day, at the seat of the desk."),
    )


class LeaveForm(forms.Form):
    """Nobody is asked in its place."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


@at_desk(*SECRETARIAT)
def reply_forward(request: AtDesk, pk: int, reply_pk: int) -> HttpResponse:
    now = timezone.now()
    reply = _reply(request, pk, reply_pk)
    leaves = "leave" in request.POST
    directory = Directory.load(request.desk.today(now), request.desk.group)
    form = PassOnForm(
        None if leaves else posted(request), directory=directory, initial=_initial(reply, request.desk.today(now))
    )
    if reply.addressee.purpose == Addressee.Purpose.INFORMATION:
        del form.fields["due_on"]
    checked = LeaveForm(request.POST) if leaves else form
    if request.method != "POST" or not checked.is_valid():
        return _page(request, reply, form, directory, status=400 if request.method == "POST" else 200)
    given = checked.cleaned_data
    forwarding = Forwarding(reply, given.get("to"), given.get("due_on"))
    try:
        advance(reply.addressee, "forward", by=request.actor, seen=given["seen"], details=forwarding, now=now)
    except Refused as refused:
        status = 409 if isinstance(refused, Moved) else 400
        return _page(request, _reply(request, pk, reply_pk), form, directory, refused.sentences, status)
    return _done(request, reply)


reply_forward_mails = mails_of(reply_forward, gettext_lazy("Pass it on"), back="reply-forward")


def _reply(request: AtDesk, pk: int, reply_pk: int) -> Reply:
    rows = Reply.objects.filter(
        addressee__statement=pk, addressee__statement__desk=request.desk, kind=Reply.Kind.NOT_FOR_US
    )
    joined = ("addressee__statement__desk__group", "addressee__statement__revision", "decided_by", "forwarded_to")
    return get_object_or_404(rows.select_related(*joined), pk=reply_pk)


def _initial(reply: Reply, today: date) -> dict[str, object]:
    due_on = reply.addressee.due_on
    return {
        "seen": reply.addressee.statement.revision_id,
        "to": reply.for_whom,
        "due_on": due_on if due_on and due_on > today else None,
    }


def _page(
    request: AtDesk,
    reply: Reply,
    form: PassOnForm,
    directory: Directory,
    refused: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "reply": reply,
        "addressee": reply.addressee,
        "statement": reply.addressee.statement,
        "asked": passing.left_open(reply),
        "resolved": addressing.resolve(reply.for_whom, directory),
        "obstacles": refused or obstacles(reply.addressee, "forward", request.actor, timezone.now()),
        "designations": designations(),
    }
    return render(request, "liaisons/reply_forward.html", context, status=status)


def _done(request: AtDesk, reply: Reply) -> HttpResponse:
    """Say what has happened, and lead to where the letter is handed over when no mail takes it."""
    reply = Reply.objects.select_related("addressee__statement", "forwarded_to").get(pk=reply.pk)
    statement, to = reply.addressee.statement, reply.forwarded_to
    if to is None:
        messages.success(request, _("Left at that: nobody is asked in place of %(body)s.") % {"body": reply.addressee})
    elif Message.objects.of_dispatch(statement).filter(addressee=to).exists():
        messages.success(request, _("Passed on to %(body)s. The letter leaves by mail.") % {"body": to})
    else:
        messages.warning(
            request,
            _("Passed on to %(body)s, but no mail takes it there. Hand the letter over, and note it here.")
            % {"body": to},
        )
        return redirect(f"{reverse('statement-dispatch', args=[statement.pk])}#otherwise")
    return redirect(f"{statement.get_absolute_url()}#addressees")
