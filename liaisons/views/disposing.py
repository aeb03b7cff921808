"""What the desk decides about comments: one by one on the page of the circulation, or several at once."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from contacts.actor import Actor
from contacts.http import AtDesk, DeskRequest, at_desk, posted
from liaisons import comments
from liaisons.forms.circulation import DispositionForm, KindForm, TogetherForm
from liaisons.models import Comment
from liaisons.rules import CHAIRS, Moved, Refused
from liaisons.views.circulation import comment_of, desk_page, of_desk, say
from liaisons.views.rehearsing import mails_of


@require_POST
@at_desk("secretariat", "chair", "cochair")
def comment_dispose(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    comment = comment_of(request.desk, pk)
    form = disposed(request, comment, request.actor, now, may_overrule=bool(request.roles & CHAIRS))
    return desk_page(request, comment.circulation, now, about=(comment, form)) if form else _back_to(comment)


comment_dispose_mails = mails_of(comment_dispose, gettext_lazy("Keep"))


def disposed(
    request: DeskRequest, comment: Comment, by: Actor, now: datetime, *, may_overrule: bool
) -> DispositionForm | None:
    """Keep what was decided about the comment, and say so; the form again, where something is in its way."""
    form = DispositionForm(request.POST, comment=comment, may_overrule=may_overrule)
    if not form.is_valid():
        return form
    given = form.cleaned_data
    try:
        comment = comments.dispose(
            comment, given["disposition"], seen=given["seen"], text=given["text"], by=by, now=now
        )
    except Refused as refused:
        if isinstance(refused, Moved):  # what was typed stays, beside what has been decided meanwhile
            comment = comment_of(comment.circulation.desk, comment.pk)
            again = request.POST.copy()
            again[form.add_prefix("seen")] = comment.standing
            form = DispositionForm(again, comment=comment, may_overrule=may_overrule)
        say(form, refused)
        return form
    what = {"name": comment.who, "disposition": comment.get_disposition_display()}
    messages.success(request, _("The comment of %(name)s: %(disposition)s.") % what)
    if comment.circulation.comments.standing_objections().filter(pk=comment.pk).exists():
        messages.warning(
            request,
            _(
                "The objection still stops the approval, until a chair overrules it, it is referred to the "
                "next meeting, or its author withdraws it."
            ),
        )
    return None


@require_POST
@at_desk("secretariat")
def comment_kind(request: AtDesk, pk: int) -> HttpResponse:
    """Say that a comment is of another kind than it came as."""
    now = timezone.now()
    comment = comment_of(request.desk, pk)
    form = KindForm(request.POST, comment=comment)
    if form.is_valid():
        given = form.cleaned_data
        try:
            comment = comments.correct_kind(
                comment, given["kind"], seen=given["seen"], reason=given["reason"], by=request.actor, now=now
            )
        except Refused as refused:
            say(form, refused)
        else:
            what = {"name": comment.who, "kind": comment.get_kind_display()}
            messages.success(request, _("The comment of %(name)s counts as: %(kind)s.") % what)
            return _back_to(comment)
    return desk_page(request, comment.circulation, now, about=(comment, form))


comment_kind_mails = mails_of(comment_kind, gettext_lazy("Set it right"))


@at_desk("secretariat", "chair", "cochair")
def circulation_dispose(request: AtDesk, pk: int) -> HttpResponse:
    """Say the same of several comments at once."""
    circulation = of_desk(request.desk, pk)
    open_ = circulation.comments.counted().filter(kind__in=comments.TOGETHER, withdrawn_at__isnull=True)
    rows = list(open_.filter(disposition="").select_related("author", "group").order_by("made_at", "pk"))
    form = TogetherForm(posted(request), comments=rows)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            disposed = comments.dispose_together(
                circulation, form.seen(), given["disposition"], text=given["text"], by=request.actor,
                now=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            say(form, refused)
        else:
            told = ngettext(
                "%(count)d comment: %(disposition)s.", "%(count)d comments: %(disposition)s.", len(disposed)
            )
            label = Comment.Disposition(given["disposition"]).label
            messages.success(request, told % {"count": len(disposed), "disposition": label})
            return redirect(f"{reverse('circulation', args=[pk])}#comments")
    context = {"circulation": circulation, "document": circulation.document, "form": form, "rows": form.rows()}
    return render(request, "liaisons/circulation_dispose.html", context, status=400 if form.errors else 200)


circulation_dispose_mails = mails_of(circulation_dispose, gettext_lazy("Keep"), back="circulation-dispose")


def _back_to(comment: Comment) -> HttpResponse:
    return redirect(f"{reverse('circulation', args=[comment.circulation_id])}#comment-{comment.pk}")
