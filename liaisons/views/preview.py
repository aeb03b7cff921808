"""What is typed, as it will be printed: as a PDF, and as pictures of its pages beside the form; nothing is saved."""

import hashlib
from dataclasses import dataclass, replace

from django.core.cache import caches
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contacts.http import AtDesk, at_desk
from liaisons import printed, sheets
from liaisons.documents import renderer
from liaisons.documents.leaves import HEIGHT, WIDTH, Leaves
from liaisons.documents.rendered import Rendered
from liaisons.forms.drafting import Draft
from liaisons.letter import Masthead, Sheet
from liaisons.models import Registration, Statement
from liaisons.received import prefilling
from liaisons.rules import AUTHORS, Refused
from liaisons.views.drafting import draft_page, issued_at, to_answer, typed_draft
from liaisons.views.reading import unreviewed

# Who types waits for it, and so does everybody else whom the process serves.
SECONDS = 5.0
KEPT = 600  # seconds


@dataclass(frozen=True)
class Typed:
    """A draft as it was posted, and what stands around it on its page."""

    draft: Draft
    masthead: Masthead
    statement: Statement | None = None
    answered: Registration | None = None

    def sheet(self) -> Sheet:
        """Raises Refused when a picture in it is lost."""
        return sheets.sheet(self.draft.letter(prefilling.references(self.answered)), self.masthead)


@at_desk(*AUTHORS)
@require_POST
def statement_preview(request: AtDesk, pk: int | None = None) -> HttpResponse:
    """What is typed, as a PDF."""
    typed = _typed(request, pk)
    context = {"statement": typed.statement, "answered": typed.answered, "title": _("Nothing to show yet")}
    if not typed.draft.is_valid():
        return draft_page(request, typed.draft, context)
    try:
        rendered = renderer.render(typed.sheet(), "pdf")
    except renderer.RenderError as error:
        return draft_page(request, typed.draft, context, Refused([str(error)]))
    except Refused as refused:
        return draft_page(request, typed.draft, context, refused)
    response = HttpResponse(rendered.content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="preview.pdf"'
    return response


@at_desk(*AUTHORS)
@require_POST
def statement_leaves(request: AtDesk, pk: int | None = None) -> HttpResponse:
    """What is typed, as pictures of its pages, however little that is: a part of the page of the form."""
    typed = _typed(request, pk)
    typed.draft.is_valid()
    context = {"problems": _problems(typed.draft), "width": WIDTH, "height": HEIGHT}
    try:
        sheet = typed.sheet()
        rendered = renderer.render(
            replace(sheet, masthead=replace(sheet.masthead, word_inside=False)), "leaves", timeout=SECONDS
        )
    except renderer.RenderError as error:
        sentences = [_too_slow() if error.reason in ("time", "busy") else str(error)]
        return render(request, "liaisons/_preview.html", {**context, "failed": sentences})
    except Refused as refused:
        return render(request, "liaisons/_preview.html", {**context, "failed": refused.sentences})
    leaves = Leaves.from_bytes(rendered.content)
    context |= {
        "warnings": _warnings(sheet, rendered, typed.draft),
        "leaves": keep(request, leaves.pictures),
        "of": leaves.of,
    }
    return render(request, "liaisons/_preview.html", context)


@at_desk()
@require_safe
def statement_leaf(request: AtDesk, sha256: str) -> HttpResponse:
    """A page that was made for this very session a moment ago."""
    picture: bytes | None = caches["leaves"].get(f"{_owner(request)}-{sha256}")
    if picture is None:
        raise Http404(_("This picture is not kept any more. Type on, and it is made anew."))
    response = HttpResponse(picture, content_type="image/png")
    response["Cache-Control"] = f"private, max-age={KEPT}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _typed(request: AtDesk, pk: int | None) -> Typed:
    now = timezone.now()
    if pk is None:
        draft = Draft(request.desk, now, given=request.POST, files=request.FILES)
        answered = to_answer(request.desk, request.POST.get("answers", ""))
        return Typed(draft, sheets.masthead_of_new(request.desk, now), answered=answered)
    statement = issued_at(request.desk, pk)
    return Typed(typed_draft(request, statement), sheets.masthead_now(statement), statement)


def _problems(draft: Draft) -> list[str]:
    """What keeps the form from being saved; it is printed as far as it goes."""
    own = [f"{field.label}: {error}" for field in draft.main.visible_fields() for error in field.errors]
    return own + draft.problems()


def _warnings(sheet: Sheet, rendered: Rendered, draft: Draft) -> list[str]:
    told = printed.page_warnings(sheet.letter, rendered.notes()) + printed.left_out(draft.elsewhere)
    if language := unreviewed(sheet.letter.language):
        told.append(
            _("The printed labels in %(language)s have not been reviewed by the language service yet.")
            % {"language": language}
        )
    return told


def _too_slow() -> str:
    return _("This takes longer to print than %(seconds)d seconds: “Show as PDF” waits for it.") % {"seconds": SECONDS}


def _owner(request: AtDesk) -> str:
    return request.session.session_key or ""


def keep(request: AtDesk, pictures: tuple[bytes, ...]) -> list[str]:
    """Store pages by their hash, so that one that did not change is not fetched again; returns the hashes."""
    owner = _owner(request)
    named = {hashlib.sha256(picture).hexdigest(): picture for picture in pictures}
    cache = caches["leaves"]
    with transaction.atomic():  # one write to the disk for all of them
        for sha256, picture in named.items():
            key = f"{owner}-{sha256}"
            if not cache.touch(key, KEPT):
                cache.set(key, picture, KEPT)
    return [hashlib.sha256(picture).hexdigest() for picture in pictures]
