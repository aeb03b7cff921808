"""Writing a statement: new ones, answers, changes to drafts, editorial changes of circulated ones."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from js_asset import Media  # type: ignore[import-untyped]

from contacts.actor import Actor
from contacts.designations import Directory
from contacts.http import AtDesk, at_desk
from contacts.models import Desk, Person
from liaisons import addressing, printed, renditions
from liaisons.details import Amendment
from liaisons.documents import renderer
from liaisons.forms.drafting import Draft, initial_of
from liaisons.forms.parts import ABSTRACT_WORDS
from liaisons.letter import PURPOSES, Letter
from liaisons.models import Meeting, Registration, Revision, Statement
from liaisons.received import prefilling
from liaisons.rules import AUTHORS, SECRETARIAT, Moved, Refused, of_its_own
from liaisons.texts import annexing, changes, editing, merging, writing
from liaisons.views.reading import unreviewed
from liaisons.workflow import advance, obstacles

Context = dict[str, Any]
MOST_TOLD = 5


@at_desk(*AUTHORS)
def statement_new(request: AtDesk) -> HttpResponse:
    """Begin a statement; ?answers=… is a registration of this desk that it replies to."""
    now = timezone.now()
    answered = to_answer(request.desk, request.POST.get("answers") or request.GET.get("answers", ""))
    if answered is not None and (against := of_its_own(answered)):
        return render(request, "409.html", {"obstacles": against, "back": answered.get_absolute_url()}, status=409)
    context: Context = {"answered": answered, "title": _("Write a statement")}
    if request.method != "POST":
        draft = Draft(request.desk, now, initial=_prefilled(request.desk, request.actor, answered))
        return draft_page(request, draft, context)
    draft = Draft(request.desk, now, given=request.POST, files=request.FILES)
    if draft.asks_more or not draft.is_valid():
        return draft_page(request, draft, context)
    try:
        statement = writing.begin(
            request.desk,
            draft.letter(prefilling.references(answered)),
            by=request.actor,
            now=now,
            meeting=draft.main.cleaned_data["meeting"],
            answers=answered.statement if answered else None,
            once=True,
        )
    except Refused as refused:
        return draft_page(request, draft, context, refused)
    messages.success(request, _("The draft is kept. Circulate it when it says what it should."))
    _tell_what_is_left_out(request, draft)
    return _onward(request, statement)


@at_desk(*AUTHORS)
def statement_edit(request: AtDesk, pk: int) -> HttpResponse:
    now = timezone.now()
    statement = issued_at(request.desk, pk)
    context: Context = {"statement": statement, "title": _("Change the draft")}
    if request.method != "POST":
        if statement.state != Statement.State.DRAFT:
            return stands_still(request, statement)
        context["others"] = _others(request, statement)
        return draft_page(request, _opened(request.desk, statement), context)
    draft = typed_draft(request, statement)
    if draft.asks_more or not draft.is_valid():
        return draft_page(request, draft, context)
    letter = draft.letter()
    try:
        revision = writing.rewrite(
            statement,
            letter,
            by=request.actor,
            seen=draft.main.cleaned_data["seen"] or 0,
            now=now,
            meeting=draft.main.cleaned_data["meeting"],
        )
    except Refused as refused:
        return draft_page(request, draft, context, refused, letter)
    if request.actor.person:
        editing.leave(statement, request.actor.person)
    messages.success(request, _("Saved as revision %(number)s.") % {"number": revision.number})
    _tell_what_is_left_out(request, draft)
    return _onward(request, issued_at(request.desk, pk))


@at_desk(*AUTHORS)
@require_POST
def statement_editing(request: AtDesk, pk: int) -> HttpResponse:
    """An open form says so, and reads who else has one: a part of its page."""
    statement = issued_at(request.desk, pk)
    others = _others(request, statement) if statement.state == Statement.State.DRAFT else []
    return render(request, "liaisons/_editing.html", {"statement": statement, "others": others})


@at_desk(*SECRETARIAT)
def statement_amend(request: AtDesk, pk: int) -> HttpResponse:
    """An editorial change while the window goes on: the whole text in the form, with a reason."""
    now = timezone.now()
    statement = issued_at(request.desk, pk)
    context: Context = {"statement": statement, "title": _("Editorial change"), "amends": True}
    against = obstacles(statement, "amend", request.actor, now)
    if request.method != "POST":
        if against:
            return render(request, "409.html", where_it_stands(statement, against), status=409)
        return draft_page(request, _opened(request.desk, statement), context)
    draft = typed_draft(request, statement)
    if draft.asks_more or not draft.is_valid():
        return draft_page(request, draft, context)
    letter, before = draft.letter(), statement.revision
    try:
        statement = advance(
            statement,
            "amend",
            by=request.actor,
            seen=draft.main.cleaned_data["seen"] or 0,
            reason=draft.main.cleaned_data["reason"],
            details=Amendment(
                annexing.filled(letter, statement.desk, before.letter if before else None),
                meeting=draft.main.cleaned_data["meeting"],
            ),
            now=now,
        )
    except Refused as refused:
        return draft_page(request, draft, context, refused, letter)
    messages.success(request, _("The editorial change is made. The window for comments goes on."))
    _tell_what_is_left_out(request, draft)
    renditions.proof(statement)
    return redirect(statement)


@at_desk(*AUTHORS)
@require_POST
def statement_resolve(request: AtDesk) -> HttpResponse:
    """A piece of the form as it will be read: the addressees of one purpose, the length of the abstract, a language."""
    if "language" in request.POST:
        return render(request, "liaisons/_language.html", {"unreviewed": unreviewed(request.POST["language"])})
    if "abstract" in request.POST:
        words = len(request.POST["abstract"].split())
        return render(request, "liaisons/_words.html", {"words": words, "most": ABSTRACT_WORDS})
    today = request.desk.today(timezone.now())
    text = next((request.POST[purpose] for purpose in PURPOSES if purpose in request.POST), "")
    resolved = addressing.resolve(text[:10_000], Directory.load(today, request.desk.group))
    return render(request, "liaisons/_resolved.html", {"resolved": resolved})


def issued_at(desk: Desk, pk: int) -> Statement:
    statements = Statement.objects.issued_by(desk).select_related("desk__group", "revision__author")
    return get_object_or_404(statements, pk=pk)


def to_answer(desk: Desk, key: str) -> Registration | None:
    """The registration that is to be answered. Raises Http404 for one that is not in this desk's register."""
    if not key:
        return None
    registrations = Registration.objects.of_desk(desk).select_related(
        "statement__revision", "statement__source", "forwarded_by", "document"
    )
    return get_object_or_404(registrations, pk=key if key.isdecimal() else 0)


def _others(request: AtDesk, statement: Statement) -> list[Person]:
    """Note that this person has the draft open; who else has."""
    now, person = timezone.now(), request.actor.person
    if person:
        editing.note(statement, person, now)
    return list(editing.others(statement, person, now))


def _opened(desk: Desk, statement: Statement) -> Draft:
    revision = statement.revision
    assert revision is not None  # begin() and correct() write one
    initial = {"seen": revision.pk, "meeting": revision.meeting_id}
    return Draft(desk, timezone.now(), before=revision.letter, initial=initial)


def typed_draft(request: AtDesk, statement: Statement) -> Draft:
    """What was posted, beside the revision that the person had before them."""
    seen = request.POST.get("seen", "")
    revision = statement.revisions.filter(pk=seen if seen.isdecimal() else 0).first() or statement.revision
    return Draft(
        request.desk,
        timezone.now(),
        before=revision.letter if revision else None,
        given=request.POST,
        files=request.FILES,
    )


def _prefilled(desk: Desk, actor: Actor, answered: Registration | None) -> Mapping[str, Any]:
    person = actor.person
    contact = (
        {name: getattr(person, name) for name in ("name", "organization", "country", "phone", "email")}
        if person
        else {}
    )
    initial: dict[str, Any] = {
        "questions": desk.questions_default,
        "venue_date": _("by correspondence"),
        "language": "en",
        "contacts": [contact],
    }
    return initial | (prefilling.prefilled(answered) if answered else {})


def draft_page(
    request: AtDesk, draft: Draft, context: Context, refused: Refused | None = None, typed: Letter | None = None
) -> HttpResponse:
    """The form, with what was typed; after a refusal with the sentences, and what somebody else wrote meanwhile."""
    status = 200
    if refused is not None:
        status = 409 if isinstance(refused, Moved) else 400
    elif draft.main.is_bound and not draft.asks_more:
        status = 400
    renderer.start()  # whoever opens the form soon looks at its pages
    if isinstance(refused, Moved) and typed is not None:
        draft, met = _meanwhile(draft, context["statement"], typed)
        context |= met
    return render(
        request,
        "liaisons/draft.html",
        {
            **context,
            "draft": draft,
            "form": draft.main,
            "media": Media.from_media(draft.main.media, nonce=request.csp_nonce),
            "resolved": draft.resolved(),
            "unreviewed": unreviewed(str(draft.main["language"].value() or "")),
            "words": draft.words(),
            "most_words": ABSTRACT_WORDS,
            "obstacles": refused.sentences if refused else [],
        },
        status=status,
    )


def _meanwhile(draft: Draft, statement: Statement, typed: Letter) -> tuple[Draft, Context]:
    """The form with both authors' changes, where they do not meet, and what each changed; sent again it is taken."""
    revision = issued_at(draft.desk, statement.pk).revision
    assert revision is not None  # somebody wrote it just now
    given = draft.main.cleaned_data
    had = statement.revisions.filter(pk=given["seen"]).select_related("meeting").first()
    before = had.letter if had else None
    merged, meeting = _with_meeting(merging.merge(before, revision.letter, typed), had, revision, given["meeting"])
    initial = initial_of(merged.letter) | {
        "seen": revision.pk,
        "meeting": meeting,
        "reason": given.get("reason", ""),
    }
    met = {
        "theirs": revision,
        "had": had,
        "merged": merged,
        "changes_of_theirs": changes.between(before, revision.letter) if before else [],
        "changes_of_mine": changes.between(before or revision.letter, typed),
    }
    return Draft(draft.desk, timezone.now(), before=revision.letter, initial=initial), met


def _with_meeting(
    merged: merging.Merged, had: Revision | None, theirs: Revision, typed: Meeting | None
) -> tuple[merging.Merged, Meeting | None]:
    """The same for the meeting, which belongs to the revision and not to the letter."""
    label = _("Prepared at")
    if theirs.meeting == typed or (had and theirs.meeting == had.meeting):
        return merged, typed
    if had and typed == had.meeting:
        return replace(merged, taken=(*merged.taken, label)), theirs.meeting
    return replace(merged, both=(*merged.both, label)), typed


def _tell_what_is_left_out(request: AtDesk, draft: Draft) -> None:
    for sentence in printed.left_out(draft.elsewhere[:MOST_TOLD]):
        messages.warning(request, sentence)


def _onward(request: AtDesk, statement: Statement) -> HttpResponse:
    """Print what was saved, so that what no font can print is said where the person goes on."""
    wrong = renditions.proof(statement)
    if "stay" in request.POST:
        for sentence in wrong:
            messages.warning(request, sentence)
        return redirect("statement-edit", statement.pk)
    return redirect(statement)


def stands_still(request: AtDesk, statement: Statement) -> HttpResponse:
    state = statement.get_state_display()
    sentence = _("The statement is %(state)s: its text stands still. Take it back to draft first.") % {"state": state}
    return render(request, "409.html", where_it_stands(statement, [sentence]), status=409)


def where_it_stands(statement: Statement, sentences: list[str]) -> Context:
    return {
        "obstacles": sentences,
        "back": statement.get_absolute_url(),
        "now_state": statement.state,
        "now_label": statement.get_state_display(),
    }
