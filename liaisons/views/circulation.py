"""A text in circulation, at the desk and by link: reading it, commenting, and what the desk decides about it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from contacts.actor import Actor
from contacts.http import AtDesk, DeskRequest, at_desk
from contacts.models import Desk
from liaisons import comments, enclosed, links, referring, sheets, unheard
from liaisons.calendar import time_left
from liaisons.comments import TOGETHER, reports
from liaisons.documents.page import Page
from liaisons.documents.paragraphs import named, numbers
from liaisons.documents.screen import on_screen
from liaisons.forms.circulation import DispositionForm, KindForm, TakeBackForm, WindowForm
from liaisons.forms.links import CommentForm, OpenCommentForm
from liaisons.letter import Sheet
from liaisons.models import Circulation, Comment, Event, Link, Meeting, Statement
from liaisons.overviews import history
from liaisons.rules import CHAIRS, SECRETARIAT, Refused
from liaisons.silence import Outcome
from liaisons.views import comparing
from liaisons.views.files import attachment, serve
from liaisons.views.opened import by_link
from liaisons.views.rehearsing import mails_of

# What the page tells of a circulation; its comments stand there themselves.
TOLD = (
    "circulate", "amend", "move_window", "correct_kind", "approve", "revise", "withdraw",
    "circulate_report", "approve_report", "revise_report", "take_back_report",
)  # fmt: skip
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
    def left(self) -> str:
        return time_left(self.circulation.closes_at, self.now) if self.circulation.closes_at else ""

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
    """A comment as the page shows it, with what the reader may do about it; `meeting` is to decide about it."""

    comment: Comment
    form: DispositionForm | None = None
    kind_form: KindForm | None = None
    may_withdraw: bool = False
    meeting: Meeting | None = None


# At the desk


@require_safe
@at_desk()
def circulation(request: AtDesk, pk: int) -> HttpResponse:
    return desk_page(request, of_desk(request.desk, pk), timezone.now())


@require_POST
@at_desk()
def circulation_comment(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    row = of_desk(request.desk, pk)
    form = CommentForm(request.POST, request.FILES, paragraphs=list(paragraphs_of(row)))
    if not _comments(form, row, request.actor, now, Comment.Way.PAGE):
        return desk_page(request, row, now, form=form)
    messages.success(request, _("Your comment is kept."))
    return redirect(f"{reverse('circulation', args=[pk])}{TOP}")


@require_POST
@at_desk("secretariat", "chair", "cochair")
def circulation_window(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    row = of_desk(request.desk, pk)
    form = WindowForm(request.POST, prefix="window")
    if form.is_valid():
        closes_on, reason = form.cleaned_data["closes_on"], form.cleaned_data["reason"]
        try:
            row = comments.move_window(row, closes_on, reason=reason, by=request.actor, now=now)
        except Refused as refused:
            say(form, refused)
        else:
            day = date_format(closes_on, "j F Y") if closes_on else ""
            until = _("Comments are open until %(day)s.") % {"day": day} if day else _("The window has been closed.")
            messages.success(request, until)
            return redirect("circulation", pk)
    return desk_page(request, row, now, window_form=form)


circulation_window_mails = mails_of(circulation_window, gettext_lazy("Move it"))


@require_POST
@at_desk()
def comment_withdraw(request: AtDesk, pk: int) -> HttpResponse:
    comment = comment_of(request.desk, pk)
    _withdraw(request, comment, request.actor, timezone.now())
    return redirect(f"{reverse('circulation', args=[comment.circulation_id])}#comment-{pk}")


@require_safe
@at_desk()
def comment_file(request: AtDesk, pk: int, file: int) -> HttpResponse:
    """A file that came with a comment."""
    return _file_of(comment_of(request.desk, pk), file)


@require_safe
@at_desk()
def circulation_file(request: AtDesk, pk: int, name: str) -> HttpResponse:
    return serve(enclosed.of_circulation(of_desk(request.desk, pk)), name)


# By link


def open_circulation(
    request: DeskRequest, link: Link, now: datetime, form: CommentForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of a link to a circulation: of a person, or of everybody on the list."""
    row = link.circulation
    assert row is not None  # a constraint binds the link to it
    token = links.token(link.pk)
    if form is None:
        form = _form_of(link)(initial={"clause": request.GET.get("at", "")[:100]})
    context = {
        **reading(row, now, reverse("link", args=[token])),
        "beside": _beside(row, form),
        "link": link,
        "token": token,
        "form": form,
        "said": [Said(comment, may_withdraw=_is_theirs(comment, links.actor(link))) for comment in comments_on(row)],
        "since": comparing.since(row, token),
        "is_member": request.desk == row.desk,
    }
    return render(request, "liaisons/link_comment.html", context, status=status)


@require_POST
@by_link(Link.Purpose.COMMENT)
def link_comment(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    row = link.circulation
    assert row is not None
    form = _form_of(link)(request.POST, request.FILES, paragraphs=list(paragraphs_of(row)))
    if not _comments(form, row, links.actor(link), now, Comment.Way.LINK):
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


@require_safe
@by_link(Link.Purpose.COMMENT, Link.Purpose.APPROVE)
def link_comment_file(request: DeskRequest, link: Link, now: datetime, pk: int, file: int) -> HttpResponse:
    """A file that came with a comment on what the link shows."""
    about = link.circulation or (link.statement.circulation if link.statement else None)
    return _file_of(get_object_or_404(Comment.objects.counted(), circulation=about, pk=pk), file)


# What they share


def of_desk(desk: Desk, pk: int) -> Circulation:
    rows = Circulation.objects.of_desk(desk)
    parts = ("desk__group", "document", "revision", "statement__desk__group", "statement__revision")
    return get_object_or_404(rows.select_related(*parts), pk=pk)


def comment_of(desk: Desk, pk: int) -> Comment:
    comment = get_object_or_404(Comment.objects.counted(), circulation__desk=desk, pk=pk)
    comment.circulation = of_desk(desk, comment.circulation_id)
    return comment


def _file_of(comment: Comment, file: int) -> HttpResponse:
    row = get_object_or_404(comment.comment_files.select_related("blob"), pk=file)
    return attachment(row.blob, row.name)


def _form_of(link: Link) -> type[CommentForm]:
    return CommentForm if link.person else OpenCommentForm


def paragraphs_of(row: Circulation) -> dict[str, str]:
    """The numbers of the text in circulation, each with the words of its paragraph; a report has none."""
    page = _page_of(row)
    if page is None:
        return {}
    found: dict[str, str] = {}
    for section in (page.body, *page.annexes):
        found |= numbers(section.body)
    return found


def _beside(row: Circulation, form: CommentForm) -> str:
    """The words of the paragraph that the form names, to be seen beside it."""
    number = named(str(form["clause"].value() or ""))
    return paragraphs_of(row).get(number, "") if number else ""


def _comments(form: CommentForm, row: Circulation, by: Actor, now: datetime, way: Comment.Way) -> bool:
    """Keep the comment; what the rules refuse becomes a sentence in the form."""
    if not form.is_valid():
        return False
    try:
        comments.comment(row, by=by, now=now, way=way, **form.said())
    except Refused as refused:
        say(form, refused)
        return False
    return True


def _withdraw(request: DeskRequest, comment: Comment, by: Actor, now: datetime) -> None:
    try:
        comments.withdraw(comment, by=by, now=now)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    else:
        messages.success(request, _("Your comment is withdrawn. It stays to be read, marked as such."))


def say(form: BaseForm, refused: Refused) -> None:
    for sentence in refused.sentences:
        form.add_error(None, sentence)


def _is_theirs(comment: Comment, actor: Actor) -> bool:
    return actor.person is not None and comment.author == actor.person and comment.withdrawn_at is None


def comments_on(row: Circulation) -> list[Comment]:
    rows = row.comments.counted().select_related("author", "group", "disposed_by")
    return list(rows.prefetch_related("comment_files__blob").order_by("made_at", "pk"))


def desk_page(
    request: AtDesk,
    row: Circulation,
    now: datetime,
    *,
    form: CommentForm | None = None,
    window_form: WindowForm | None = None,
    back_form: TakeBackForm | None = None,
    about: tuple[Comment, DispositionForm | KindForm] | None = None,
) -> HttpResponse:
    """The page of the circulation; one of the forms may be given back with what is wrong in it."""
    refused = next((asked for asked in (form, window_form, back_form, about) if asked), None)
    form = form or CommentForm(initial={"clause": request.GET.get("at", "")[:100]})
    visible = Statement.objects.visible_to(request.actor, request.desk.today(now))
    decides = bool(request.roles & (SECRETARIAT | CHAIRS))
    told = row.events.filter(verb__in=TOLD).select_related("statement", *history.JOINED).order_by("-at", "-pk")
    rows = comments_on(row)
    meetings = referring.coming_up(rows, row.desk, row.desk.today(now))
    said = [replace(_said(request, comment, about), meeting=meetings.get(comment.pk)) for comment in rows]
    context = {
        **reading(row, now, reverse("circulation", args=[row.pk])),
        "said": said,
        "since": comparing.since(row),
        "decides": decides,
        "decides_report": decides and row.statement_id is None and row.ended_at is None,
        "report_obstacles": reports.against_approving(row, request.actor, now) if row.statement_id is None else [],
        "lost": unheard.lost(row) if decides else [],
        "lost_mail": row.messages.lost_to_a_list().first() if request.roles & SECRETARIAT else None,
        "back_form": back_form or TakeBackForm(prefix="back"),
        "events": history.told(told),
        "several": sum(row.form is not None and row.comment.kind in TOGETHER for row in said) > 1,
        "form": form,
        "beside": _beside(row, form),
        "window_form": window_form or WindowForm(prefix="window", initial={"closes_on": row.closes_on}),
        "window_form_open": window_form is not None,
        "statement": visible.filter(pk=row.statement_id).first() if row.statement_id else None,
    }
    return render(request, "liaisons/circulation.html", context, status=400 if refused else 200)


def _said(request: AtDesk, comment: Comment, about: tuple[Comment, DispositionForm | KindForm] | None) -> Said:
    """The comment with the forms that the reader has for it."""
    given = about[1] if about and about[0].pk == comment.pk else None
    form = given if isinstance(given, DispositionForm) else None
    kind_form = given if isinstance(given, KindForm) else None
    if comment.withdrawn_at is None:
        if form is None and request.roles & (SECRETARIAT | CHAIRS):
            form = DispositionForm(comment=comment, may_overrule=bool(request.roles & CHAIRS))
        if kind_form is None and request.roles & SECRETARIAT and comment.kind != Comment.Kind.OBJECTION:
            kind_form = KindForm(comment=comment)
    return Said(comment, form, kind_form, _is_theirs(comment, request.actor))


def reading(row: Circulation, now: datetime, address: str) -> dict[str, Any]:
    """The frozen text with its paragraph numbers, and what happened to it since."""
    page = _page_of(row)
    sections = on_screen(page, address=address if row.takes_comments else "") if page else []
    amended = Event.objects.filter(circulation=row, verb="amend").select_related(
        "person", "user", "link__comment", "revision"
    )
    return {
        "circulation": row,
        "document": row.document,
        "at": row.desk,
        "page": page,
        "sections": sections,
        "window": Window(row, now),
        "amendments": list(amended),
        "files": enclosed.of_circulation(row),
        "outcome": Outcome.of(row),
    }


def _page_of(row: Circulation) -> Page | None:
    """The frozen text with the numbers of its paragraphs; a report has none."""
    if row.revision is None or row.statement is None:
        return None
    return Page(Sheet(row.revision.letter, sheets.masthead_of_copy(row.statement, row)))
