"""Word in: a file begins a draft or becomes its next revision, after what was read has been looked at."""

from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.http import AtDesk, at_desk
from liaisons.documents.page import Page
from liaisons.documents.screen import on_screen
from liaisons.forms.word_in import Kept, WordForm, unseal
from liaisons.intake import taking
from liaisons.letter import Sheet
from liaisons.models import Blob, Event, Statement
from liaisons.rules import AUTHORS, Moved, Refused
from liaisons.sheets import masthead_of_new
from liaisons.texts import annexing, changes, writing
from liaisons.views.drafting import issued_at, stands_still, where_it_stands
from liaisons.views.files import attachment
from liaisons.views.reading import visible

OPENERS = AUTHORS | {"administrator"}  # of an author's file, at the desk it was written at


@at_desk(*AUTHORS)
def statement_from_word(request: AtDesk) -> HttpResponse:
    """Choose the Word file that a new statement starts from."""
    return _upload(request, None)


@at_desk(*AUTHORS)
def statement_word_in(request: AtDesk, pk: int) -> HttpResponse:
    """Choose the Word file that becomes the next revision of a draft."""
    statement = issued_at(request.desk, pk)
    if statement.state != Statement.State.DRAFT:
        return stands_still(request, statement)
    return _upload(request, statement)


@at_desk(*AUTHORS)
def statement_from_word_read(request: AtDesk) -> HttpResponse:
    """What was read from the file; sent, it begins the draft."""
    now = timezone.now()
    kept = _kept(request, None)
    if kept is None:
        return _again(request, "statement-from-word")
    try:
        proposed = taking.new_letter(request.desk, kept.blob.read(), by=request.actor, now=now)
        annexing.keep_pictures(proposed.reading.pictures.values())
        if request.method == "POST":
            _require_shown(kept, proposed)
            source = writing.TakenFrom(kept.blob, kept.name)
            letter = proposed.letter
            statement = writing.begin(request.desk, letter, by=request.actor, now=now, taken_from=source, once=True)
            messages.success(request, _("The draft is kept. Look through it, and fill in what the file did not say."))
            return redirect("statement-edit", statement.pk)
    except Moved as moved:
        back = _page_of(kept, "statement-from-word-read")
        return render(request, "409.html", {"obstacles": moved.sentences, "back": back}, status=409)
    except (Refused, FileNotFoundError) as refused:
        return _not_taken(request, None, refused)
    page = Page(Sheet(proposed.letter, masthead_of_new(request.desk, now)))
    context = {
        "kept": replace(kept, shown=proposed.letter.sha256()),
        "proposed": proposed,
        "page": page,
        "sections": on_screen(page),
    }
    return render(request, "liaisons/word_in_read.html", context)


@at_desk(*AUTHORS)
def statement_word_in_read(request: AtDesk, pk: int) -> HttpResponse:
    """How the file differs from the revision in force; sent, it becomes the next one."""
    now = timezone.now()
    statement = issued_at(request.desk, pk)
    if statement.state != Statement.State.DRAFT:
        return stands_still(request, statement)
    kept = _kept(request, statement)
    revision = statement.revision
    if kept is None or revision is None:
        return _again(request, "statement-word-in", pk)
    try:
        proposed = taking.next_letter(revision, request.desk, kept.blob.read(), now)
        annexing.keep_pictures(proposed.reading.pictures.values())
        if request.method == "POST":
            return _take(request, statement, kept, proposed)
    except (Refused, FileNotFoundError) as refused:
        return _not_taken(request, statement, refused)
    context = {
        "statement": statement,
        "revision": revision,
        "kept": replace(kept, shown=proposed.letter.sha256()),
        "proposed": proposed,
        "changes": changes.between(revision.letter, proposed.letter),
    }
    return render(request, "liaisons/word_in_read.html", context)


@at_desk(*OPENERS)
@require_safe
def statement_word_taken(request: AtDesk, pk: int, number: int) -> HttpResponse:
    """The Word file that a revision was taken from, with what its author struck out and noted in the margin."""
    statement = visible(request, pk=pk, desk=request.desk)
    event = taken_for(statement, number)
    if event is None:
        raise Http404(_("This revision was not taken from a Word file."))
    return attachment(get_object_or_404(Blob, sha256=event.data["word"]), event.data["file_name"])


def taken_for(statement: Statement, number: int) -> Event | None:
    """The event that tells from which Word file the revision was taken."""
    return statement.events.filter(revision__number=number, data__has_key="word").first()


def _upload(request: AtDesk, statement: Statement | None) -> HttpResponse:
    form = WordForm(request.POST, request.FILES) if request.method == "POST" else WordForm()
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            taking.read_at(request.desk, upload.content, timezone.now())
        except Refused as refused:
            for sentence in refused.sentences:
                form.add_error("file", sentence)
        else:
            blob, name = upload.keep()
            kept = Kept(blob, name, request.desk.pk, statement.pk if statement else 0)
            if statement is None:
                return redirect(_page_of(kept, "statement-from-word-read"))
            return redirect(_page_of(kept, "statement-word-in-read", statement.pk))
    context = {"form": form, "statement": statement, "taken": _taken(statement) if statement else []}
    return render(request, "liaisons/word_in.html", context, status=400 if form.is_bound else 200)


def _take(request: AtDesk, statement: Statement, kept: Kept, proposed: taking.Proposed) -> HttpResponse:
    given = request.POST.get("seen", "")
    seen = int(given) if given.isdecimal() else 0
    before = statement.revision
    try:
        writing.require_seen(statement, seen)  # who changed the text says more than that it differs
        _require_shown(kept, proposed)
        revision = writing.rewrite(
            statement,
            proposed.letter,
            by=request.actor,
            seen=seen,
            now=timezone.now(),
            meeting=before.meeting if before else None,
            taken_from=writing.TakenFrom(kept.blob, kept.name),
        )
    except Moved as moved:
        back = _page_of(kept, "statement-word-in-read", statement.pk)
        context = {**where_it_stands(statement, moved.sentences), "back": back}
        return render(request, "409.html", context, status=409)
    if revision == before:
        messages.info(request, _("The file says what the revision in force says. Nothing was changed."))
    else:
        messages.success(request, _("Taken as revision %(number)s.") % {"number": revision.number})
    return redirect(statement)


def _require_shown(kept: Kept, proposed: taking.Proposed) -> None:
    """Raise Moved when the file reads otherwise than on the page: by a new directory, document or setting."""
    if kept.shown != proposed.letter.sha256():
        raise Moved([_("The file now reads otherwise than it was shown to you. Look at it again, then take it.")])


def _page_of(kept: Kept, name: str, *args: int) -> str:
    return f"{reverse(name, args=args)}?{urlencode({'file': kept.seal()})}"


def _kept(request: AtDesk, statement: Statement | None) -> Kept | None:
    given = request.POST if request.method == "POST" else request.GET
    return unseal(given.get("file", ""), desk=request.desk.pk, statement=statement.pk if statement else 0)


def _again(request: AtDesk, name: str, *args: int) -> HttpResponse:
    messages.error(request, _("This file is not known any more. Choose it again."))
    return redirect(name, *args)


def _not_taken(request: AtDesk, statement: Statement | None, refused: Refused | FileNotFoundError) -> HttpResponse:
    lost = [_("The storage has lost this file. Choose it again.")]
    context = {
        "form": WordForm(),
        "statement": statement,
        "taken": _taken(statement) if statement else [],
        "obstacles": refused.sentences if isinstance(refused, Refused) else lost,
    }
    return render(request, "liaisons/word_in.html", context, status=400)


def _taken(statement: Statement) -> list[Event]:
    """The Word files that revisions of the statement were taken from, the latest first."""
    events = statement.events.filter(data__has_key="word").select_related("revision").order_by("-at", "-pk")
    return list(events)
