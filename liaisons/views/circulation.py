"""A text in circulation, at the desk and by link: reading it, commenting, and what the desk decides about it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from contacts.actor import Actor
from contacts.http import AtDesk, DeskRequest, at_desk
from contacts.models import Desk
from liaisons import comments, links, sheets
from liaisons.documents.page import Page
from liaisons.documents.screen import OnScreen, on_screen
from liaisons.forms.circulation import DispositionForm, WindowForm
from liaisons.forms.links import CommentForm, OpenCommentForm
from liaisons.letter import Sheet
from liaisons.models import Circulation, Comment, Event, Link, Statement
from liaisons.rules import CHAIRS, SECRETARIAT, Moved, Refused
from liaisons.views import comparing, enclosed
from liaisons.views.opened import by_link

# Where the page says what was done; without it a browser would stay at the form, whose address it keeps.
TOP = "#main"


@dataclass(frozen=True)
class Window:
    """The days for comments, with what a reader asks first: until when, and how long that still is."""

    circulation: Circulation
    now: datetime

    @property
    def state(self) -> str:
        if self.circulation.is_over(self.now):
            return "over"
        return "open" if self.circulation.distributed_at else "waiting"

    @property
    def seat(self) -> str:
        return self.circulation.desk.locality

    @property
    def zone_here(self) -> str:
        return timezone.get_current_timezone_name()

    @property
    def differs_here(self) -> bool:
        """Whether the reader's clock shows another time than the desk's when the window closes."""
        closes = self.circulation.closes_at
        if closes is None:
            return False
        return closes.astimezone(self.circulation.desk.zoneinfo).utcoffset() != timezone.localtime(closes).utcoffset()


@dataclass(frozen=True)
class Said:
    """A comment as the page shows it, with what the reader may do about it."""

    comment: Comment
    form: DispositionForm | None = None
    may_withdraw: bool = False


# At the desk


@require_safe
@at_desk()
def circulation(request: AtDesk, pk: int) -> HttpResponse:
    return _desk_page(request, _of_desk(request.desk, pk), timezone.now())


@require_POST
@at_desk()
def circulation_comment(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    row = _of_desk(request.desk, pk)
    form = CommentForm(request.POST)
    if not _comments(form, row, request.actor, now):
        return _desk_page(request, row, now, form=form)
    messages.success(request, _("Your comment is kept."))
    return redirect(f"{reverse('circulation', args=[pk])}{TOP}")


@require_POST
@at_desk("secretariat", "chair", "cochair")
def circulation_window(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    row = _of_desk(request.desk, pk)
    form = WindowForm(request.POST, prefix="window")
    if form.is_valid():
        closes_on, reason = form.cleaned_data["closes_on"], form.cleaned_data["reason"]
        try:
            row = comments.move_window(row, closes_on, reason=reason, by=request.actor, now=now)
        except Refused as refused:
            _say(form, refused)
        else:
            day = date_format(closes_on, "j F Y") if closes_on else ""
            until = _("Comments are open until %(day)s.") % {"day": day} if day else _("The window has been closed.")
            messages.success(request, until)
            return redirect("circulation", pk)
    return _desk_page(request, row, now, window_form=form)


@require_POST
@at_desk("secretariat", "chair", "cochair")
def comment_dispose(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    comment = _comment_of(request.desk, pk)
    form = DispositionForm(request.POST, comment=comment, may_overrule=bool(request.roles & CHAIRS))
    if form.is_valid():
        given = form.cleaned_data
        try:
            comment = comments.dispose(
                comment, given["disposition"], seen=given["seen"], text=given["text"], by=request.actor, now=now
            )
        except Refused as refused:
            if isinstance(refused, Moved):  # what was typed stays, beside what has been decided meanwhile
                comment = _comment_of(request.desk, pk)
                again = request.POST.copy()
                again[form.add_prefix("seen")] = comment.standing
                form = DispositionForm(again, comment=comment, may_overrule=bool(request.roles & CHAIRS))
            _say(form, refused)
        else:
            what = {"name": comment.name, "disposition": comment.get_disposition_display()}
            messages.success(request, _("The comment of %(name)s: %(disposition)s.") % what)
            return redirect(f"{reverse('circulation', args=[comment.circulation_id])}#comment-{pk}")
    return _desk_page(request, comment.circulation, now, disposing=(comment, form))


@require_POST
@at_desk()
def comment_withdraw(request: AtDesk, pk: int) -> HttpResponse:
    comment = _comment_of(request.desk, pk)
    _withdraw(request, comment, request.actor, timezone.now())
    return redirect(f"{reverse('circulation', args=[comment.circulation_id])}#comment-{pk}")


@require_safe
@at_desk()
def circulation_file(request: AtDesk, pk: int, name: str) -> HttpResponse:
    return enclosed.serve(enclosed.of_circulation(_of_desk(request.desk, pk)), name)


# By link


def open_circulation(
    request: DeskRequest, link: Link, now: datetime, form: CommentForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of a link to a circulation: of a person, or of everybody on the list."""
    row = link.circulation
    assert row is not None  # a constraint binds the link to it
    token = links.token(link.pk)
    if form is None:
        kind = CommentForm if link.person else OpenCommentForm
        form = kind(initial={"clause": request.GET.get("at", "")[:100]})
    context = {
        **_reading(row, now, reverse("link", args=[token])),
        "link": link,
        "token": token,
        "form": form,
        "said": [Said(comment, may_withdraw=_is_theirs(comment, links.actor(link))) for comment in _comments_on(row)],
        "since": comparing.since(row, token),
        "is_member": request.desk == row.desk,
    }
    return render(request, "liaisons/link_comment.html", context, status=status)


@require_POST
@by_link(Link.Purpose.COMMENT)
def link_comment(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    row = link.circulation
    assert row is not None
    form = CommentForm(request.POST) if link.person else OpenCommentForm(request.POST)
    if not _comments(form, row, links.actor(link), now):
        return open_circulation(request, link, now, form, status=400)
    if link.person:
        messages.success(request, _("Your comment is kept."))
    else:
        email = form.cleaned_data["email"]
        messages.warning(
            request,
            _("We have sent a mail to %(email)s. Your comment counts once you open its link.") % {"email": email},
        )
    return redirect(f"{reverse('link', args=[links.token(link.pk)])}{TOP}")


@require_POST
@by_link(Link.Purpose.COMMENT)
def link_comment_withdraw(request: DeskRequest, link: Link, now: datetime, pk: int) -> HttpResponse:
    comment = get_object_or_404(Comment.objects.counted(), circulation=link.circulation, pk=pk)
    _withdraw(request, comment, links.actor(link), now)
    return redirect(f"{reverse('link', args=[links.token(link.pk)])}#comment-{pk}")


# What they share


def _of_desk(desk: Desk, pk: int) -> Circulation:
    rows = Circulation.objects.of_desk(desk)
    parts = ("desk__group", "document", "revision", "statement__desk__group", "statement__revision")
    return get_object_or_404(rows.select_related(*parts), pk=pk)


def _comment_of(desk: Desk, pk: int) -> Comment:
    comment = get_object_or_404(Comment.objects.counted(), circulation__desk=desk, pk=pk)
    comment.circulation = _of_desk(desk, comment.circulation_id)
    return comment


def _comments(form: CommentForm, row: Circulation, by: Actor, now: datetime) -> bool:
    """Keep the comment; what the rules refuse becomes a sentence in the form."""
    if not form.is_valid():
        return False
    try:
        comments.comment(row, by=by, now=now, **form.cleaned_data)
    except Refused as refused:
        _say(form, refused)
        return False
    return True


def _withdraw(request: DeskRequest, comment: Comment, by: Actor, now: datetime) -> None:
    try:
        comments.withdraw(comment, by=by, now=now)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    else:
        messages.success(request, _("Your comment is withdrawn. It stays to be read, marked as such."))


def _say(form: WindowForm | DispositionForm | CommentForm, refused: Refused) -> None:
    for sentence in refused.sentences:
        form.add_error(None, sentence)


def _is_theirs(comment: Comment, actor: Actor) -> bool:
    return actor.person is not None and comment.author == actor.person and comment.withdrawn_at is None


def _comments_on(row: Circulation) -> list[Comment]:
    rows = row.comments.counted().select_related("author", "group", "disposed_by")
    return list(rows.order_by("made_at", "pk"))


def _desk_page(
    request: AtDesk,
    row: Circulation,
    now: datetime,
    *,
    form: CommentForm | None = None,
    window_form: WindowForm | None = None,
    disposing: tuple[Comment, DispositionForm] | None = None,
) -> HttpResponse:
    decides = bool(request.roles & (SECRETARIAT | CHAIRS))
    chairs = bool(request.roles & CHAIRS)
    said = []
    for comment in _comments_on(row):
        own = disposing[1] if disposing and disposing[0].pk == comment.pk else None
        if decides and own is None and comment.withdrawn_at is None:
            own = DispositionForm(comment=comment, may_overrule=chairs)
        said.append(Said(comment, own, _is_theirs(comment, request.actor)))
    visible = Statement.objects.visible_to(request.actor, request.desk.today(now))
    refused = next((asked for asked in (form, window_form, disposing and disposing[1]) if asked), None)
    context = {
        **_reading(row, now, reverse("circulation", args=[row.pk])),
        "said": said,
        "since": comparing.since(row),
        "decides": decides,
        "form": form or CommentForm(initial={"clause": request.GET.get("at", "")[:100]}),
        "window_form": window_form or WindowForm(prefix="window", initial={"closes_on": row.closes_on}),
        "window_form_open": window_form is not None,
        "statement": visible.filter(pk=row.statement_id).first() if row.statement_id else None,
    }
    return render(request, "liaisons/circulation.html", context, status=400 if refused else 200)


def _reading(row: Circulation, now: datetime, address: str) -> dict[str, Any]:
    """The frozen text with its paragraph numbers, and what happened to it since."""
    page: Page | None = None
    sections: list[OnScreen] = []
    window = Window(row, now)
    if row.revision and row.statement:
        page = Page(Sheet(row.revision.letter, sheets.masthead_of_copy(row.statement, row)))
        sections = on_screen(page, address="" if row.ended_at else address)
    amended = Event.objects.filter(circulation=row, verb="amend").select_related(
        "person", "user", "link__comment", "revision"
    )
    return {
        "circulation": row,
        "document": row.document,
        "at": row.desk,
        "page": page,
        "sections": sections,
        "window": window,
        "amendments": list(amended),
        "files": enclosed.of_circulation(row),
        "tally": _tally(row),
    }


def _tally(row: Circulation) -> str:
    """What the comments come to ("3 in support, 1 objection"), those taken back left out."""
    kinds = Counter(row.comments.counted().filter(withdrawn_at=None).values_list("kind", flat=True))
    kind, told = Comment.Kind, []
    if count := kinds[kind.SUPPORT]:
        told.append(ngettext("%(count)d in support", "%(count)d in support", count) % {"count": count})
    if count := kinds[kind.EDITORIAL] + kinds[kind.TECHNICAL] + kinds[kind.QUESTION]:
        told.append(ngettext("%(count)d comment", "%(count)d comments", count) % {"count": count})
    if count := kinds[kind.OBJECTION]:
        told.append(ngettext("%(count)d objection", "%(count)d objections", count) % {"count": count})
    return ", ".join(told)
