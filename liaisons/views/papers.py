"""A statement as files: PDF and Word, and what travels with it or came back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contacts.http import AtDesk, DeskRequest, at_desk
from liaisons import calendar, on_demand, renditions, sheets
from liaisons.letter import Letter, Masthead, Sheet
from liaisons.models import Attachment, Rendition, ReplyFile, Statement
from liaisons.rules import AUTHORS, Refused
from liaisons.views.files import attachment, content_of
from liaisons.views.reading import letter_for, reader_of, visible


@require_safe
def statement_pdf(request: DeskRequest, pk: int) -> HttpResponse:
    return _paper(request, pk, Rendition.Kind.PDF)


@require_safe
def statement_word(request: DeskRequest, pk: int) -> HttpResponse:
    return _paper(request, pk, Rendition.Kind.WORD)


@require_POST
@at_desk()
def statement_pdf_again(request: AtDesk, pk: int) -> HttpResponse:
    return _again(request, pk, Rendition.Kind.PDF)


@require_POST
@at_desk()
def statement_word_again(request: AtDesk, pk: int) -> HttpResponse:
    return _again(request, pk, Rendition.Kind.WORD)


@at_desk(*AUTHORS)
@require_safe
def statement_unformatted(request: AtDesk, pk: int) -> HttpResponse:
    """The text in force in the form that is handed in, for those who write at the desk that issues it."""
    statement = visible(request, pk=pk, desk=request.desk)
    revision = statement.revision
    if revision is None:
        raise Http404(_("Nothing has been written yet."))
    masthead = sheets.masthead_now(statement)
    [word] = renditions.unsaved(revision, masthead, [Rendition.Kind.WORD])
    word.name = word.name.replace(".docx", "-unformatted.docx")
    try:
        return _file(on_demand.file(sheets.sheet(revision.letter, masthead), "unformatted"), word)
    except on_demand.NotMade as why:
        return _not_made(request, statement, str(why))


@at_desk(*AUTHORS)
@require_safe
def unformatted_form(request: AtDesk) -> HttpResponse:
    """The same form without a word in it, to be filled in Word."""
    desk = request.desk
    period = calendar.study_period(desk.today(timezone.now()))
    masthead = Masthead("", desk.printed_group(), period, questions_label=desk.questions_label)
    try:
        content = on_demand.file(Sheet(Letter("", ""), masthead), "unformatted")
    except on_demand.NotMade as why:
        messages.error(request, str(why))
        return redirect("statement-new")
    return _file(content, Rendition(kind=Rendition.Kind.WORD, name="unformatted-form.docx"))


@require_safe
def statement_attachment(request: DeskRequest, pk: int, file_pk: int) -> HttpResponse:
    """A file that travels with the statement: of the text in force, and for the desk of older ones too."""
    statement = visible(request, pk=pk)
    files = Attachment.objects.filter(revision__statement=statement)
    if not reader_of(request, statement).inside:
        files = files.filter(revision=statement.revision_id)
    file = get_object_or_404(files.select_related("blob"), pk=file_pk)
    return attachment(file.blob, file.name)


@at_desk()
@require_safe
def statement_reply_file(request: AtDesk, pk: int, file_pk: int) -> HttpResponse:
    """A file that came with an answer: for the desk that asked."""
    statement = visible(request, pk=pk, desk=request.desk)
    files = ReplyFile.objects.filter(reply__addressee__statement=statement)
    file = get_object_or_404(files.select_related("blob"), pk=file_pk)
    return attachment(file.blob, file.name)


def _paper(request: DeskRequest, pk: int, kind: Rendition.Kind) -> HttpResponse:
    """The text in force: the desk gets the file that is sent, others the same without addresses of people."""
    statement = visible(request, pk=pk)
    revision = statement.revision
    if revision is None:
        raise Http404(_("Nothing has been written yet."))
    reader = reader_of(request, statement)
    if not reader.sees_addresses:
        masthead = sheets.masthead_now(statement)
        try:
            sheet = sheets.sheet(letter_for(reader, revision.letter), masthead)
        except Refused as lost:
            return _not_made(request, statement, " ".join(lost.sentences))
        return _public(request, statement, sheet, renditions.unsaved(revision, masthead, [kind])[0])
    rendition = renditions.in_force(statement, revision, kind)
    if rendition.blob is None:
        renditions.make_missing(only=[rendition.pk])
        rendition = Rendition.objects.select_related("blob").get(pk=rendition.pk)
    if rendition.blob is None:
        set_aside = rendition.tries >= Rendition.MAX_TRIES
        again = reverse(f"{_name_of(kind)}-again", args=[pk]) if set_aside and reader.inside else ""
        return _not_made(request, statement, rendition.error or _being_made(), again)
    return _file(content_of(rendition.blob), rendition)


def _again(request: AtDesk, pk: int, kind: Rendition.Kind) -> HttpResponse:
    """Let a file that was set aside be tried anew: for the desk that issued the statement."""
    statement = visible(request, pk=pk, desk=request.desk)
    if statement.revision is not None:
        renditions.try_again([renditions.in_force(statement, statement.revision, kind).pk])
    return redirect(_name_of(kind), pk)


def _public(request: DeskRequest, statement: Statement, sheet: Sheet, rendition: Rendition) -> HttpResponse:
    """Anybody may ask for it, so it is made once a day at most."""
    try:
        content = on_demand.file(sheet, "pdf" if rendition.kind == Rendition.Kind.PDF else "docx")
    except on_demand.NotMade as why:
        return _not_made(request, statement, str(why))
    return _file(content, rendition)


def _file(content: bytes, rendition: Rendition) -> HttpResponse:
    """A PDF is shown, a Word file saved."""
    kind = Rendition.Kind(rendition.kind)
    response = HttpResponse(content, content_type=renditions.MEDIA_TYPES[kind])
    how = "inline" if kind == Rendition.Kind.PDF else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{rendition.name}"'
    response["Cache-Control"] = "private, no-cache"
    return response


def _being_made() -> str:
    return _("It is being made. Try again in a minute.")


def _not_made(request: DeskRequest, statement: Statement, sentence: str, again: str = "") -> HttpResponse:
    context = {"statement": statement, "obstacles": [sentence], "again": again}
    return render(request, "liaisons/paper_not_made.html", context, status=409)


def _name_of(kind: Rendition.Kind) -> str:
    return "statement-pdf" if kind == Rendition.Kind.PDF else "statement-word"
