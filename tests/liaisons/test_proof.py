"""What no font can print is said, with its place, to everybody who could let it leave; and leaves only by a word."""

from dataclasses import replace
from html import unescape

import pytest
from lxml import html

from contacts.actor import Actor
from liaisons import links, printed, renditions, rules
from liaisons.documents import renderer
from liaisons.documents.rendered import Rendered
from liaisons.models import Blob, Event, Rendition, Statement
from liaisons.texts import writing
from liaisons.workflow import advance, obstacles
from tests.fixtures import AFTER
from tests.liaisons.drafting.form import typed

SENTENCE = "No font here can print “☂” (U+2602) in the body: replace them, or a gap stands there."
REFUSAL = "Some characters would leave as gaps. Replace them, or say on its page that it goes as it is."


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(AFTER, tick=False)


@pytest.fixture
def rendered(monkeypatch):
    """What the renderer was asked to make; no font here has an umbrella."""
    asked = []

    def render(sheet, kind, *, timeout):
        asked.append((sheet.masthead.number, kind))
        missing = "☂" if "☂" in sheet.letter.body else ""
        return Rendered(b"%PDF", missing, ("file:///etc/passwd",) if "passwd" in sheet.letter.body else ())

    monkeypatch.setattr(renderer, "render", render)
    return asked


@pytest.fixture
def draft(desk, letter, secretary):
    letter = replace(letter, body="<p>Take a ☂.</p>")
    return writing.begin(desk, letter, by=Actor.of(secretary), now=AFTER)


def words(response) -> str:
    return unescape(" ".join(html.fromstring(response.content.decode()).text_content().split()))


def test_a_text_is_printed_once_and_its_gaps_have_a_place(draft, rendered):
    assert renditions.proof(draft) == [SENTENCE]
    assert renditions.proof(draft) == [SENTENCE]
    assert rendered == [("", "pdf")]
    assert rules.warnings(draft)[0] == SENTENCE


def test_what_stands_at_the_head_has_a_place_too(letter):
    assert printed.unprintable(replace(letter, body="☃"), "☃☂") == [
        "No font here can print “☃” (U+2603) in the body: replace them, or a gap stands there.",
        "No font here can print “☂” (U+2602) in the head of the page: replace them, or a gap stands there.",
    ]


def test_many_characters_are_counted(letter):
    characters = "".join(chr(0x13000 + at) for at in range(8))
    [sentence] = printed.unprintable(replace(letter, body=characters), characters)
    assert "“𓀄” (U+13004) and 3 more in the body" in sentence


def test_all_that_is_wrong_with_a_page_is_said(letter):
    notes = {"missing": "", "refused": ["a.png"], "broken": ["Two platforms"], "without_text": ["Figure 1"]}
    assert printed.page_warnings(letter, notes) == [
        "“a.png” is left out of the page: it shows only what is stored with it. Attach it as a file.",
        "The picture “Two platforms” cannot be read and is left out: add it again, as PNG or JPEG.",
        "“Figure 1” has no text for people who cannot see it: say in a sentence what it shows.",
    ]


def test_what_is_left_out_is_said(desk, letter, secretary, rendered):
    letter = replace(letter, body="<p>passwd</p>")
    draft = writing.begin(desk, letter, by=Actor.of(secretary), now=AFTER)
    [sentence] = renditions.proof(draft)
    assert sentence.startswith("“file:///etc/passwd” is left out of the page")
    assert not obstacles(draft, "circulate", Actor.of(secretary), AFTER)


def test_a_page_that_cannot_be_made_is_an_obstacle(draft, secretary, monkeypatch):
    def render(sheet, kind, *, timeout):
        raise renderer.RenderError("depth", "Too deep.")

    monkeypatch.setattr(renderer, "render", render)
    assert renditions.proof(draft) == ["The PDF cannot be made. Too deep."]
    assert "The PDF cannot be made. Too deep." in obstacles(draft, "circulate", Actor.of(secretary), AFTER)


def test_it_is_tried_again_when_asked_again(draft, rendered, monkeypatch):
    renditions.order(draft.revision, renditions.sheets.masthead_of(draft), [Rendition.Kind.PDF])
    Rendition.objects.update(error="Other documents are being made.", tries=1)
    assert renditions.proof(draft) == [SENTENCE]


def test_the_author_reads_it_after_saving(client, desk, draft, secretary, rendered):
    client.force_login(secretary)
    edit = f"/statements/{draft.pk}/edit/"
    typed(client, edit, title="Another title", stay="1")
    assert SENTENCE in words(client.get(edit))
    typed(client, edit, title="A third title")
    assert SENTENCE in words(client.get(draft.get_absolute_url()))
    assert len(rendered) == 2


def test_it_is_not_circulated_before_somebody_says_so(client, draft, secretary, rendered):
    client.force_login(secretary)
    step = f"/statements/{draft.pk}/circulate/"
    page = client.get(step)
    assert SENTENCE in words(page)
    assert REFUSAL in words(page)
    assert client.post(step, {"seen": draft.revision_id}).status_code == 400
    assert "Gaps will stand for ☂." in words(client.get(draft.get_absolute_url()))

    client.post(f"/statements/{draft.pk}/as-it-is/", {"seen": draft.revision_id})
    page = words(client.get(draft.get_absolute_url()))
    assert SENTENCE in page
    assert "goes as it is: gaps for ☂" in page
    assert "Gaps will stand for ☂." not in page
    assert client.post(step, {"seen": draft.revision_id}).status_code == 302


def test_the_word_holds_for_one_revision(client, draft, desk, secretary, rendered):
    renditions.proof(draft)
    client.force_login(secretary)
    client.post(f"/statements/{draft.pk}/as-it-is/", {"seen": draft.revision_id})
    assert not printed.gaps(draft.revision)
    letter = replace(draft.revision.letter, title="Another title")
    draft.revision = writing.rewrite(draft, letter, by=Actor.of(secretary), seen=draft.revision_id, now=AFTER)
    renditions.proof(draft)
    assert printed.gaps(draft.revision) == "☂"


def test_a_text_that_was_taken_back_is_still_wrong(circulated, letter, secretary, rendered):
    by = Actor.of(secretary)
    draft = advance(circulated, "revise", by=by, seen=circulated.revision_id, reason="Comments.", now=AFTER)
    writing.rewrite(draft, replace(letter, body="<p>☂</p>"), by=by, seen=draft.revision_id, now=AFTER)
    statement = Statement.objects.get(pk=draft.pk)
    renditions.proof(statement)
    Event.objects.record("as_it_is", by=by, at=AFTER, statement=statement, revision=statement.revision)
    statement = advance(statement, "circulate", by=by, seen=statement.revision_id, now=AFTER)
    again = advance(statement, "revise", by=by, seen=statement.revision_id, reason="More comments.", now=AFTER)
    assert again.revision_id != statement.revision_id
    assert rules.warnings(again)[0].startswith("No font here can print “☂”")
    assert printed.gaps(again.revision) == ""  # somebody has let this text go as it is


def test_a_word_about_an_older_text_is_not_taken(client, draft, secretary, rendered):
    renditions.proof(draft)
    client.force_login(secretary)
    client.post(f"/statements/{draft.pk}/as-it-is/", {"seen": draft.revision_id + 1})
    assert not Event.objects.filter(verb="as_it_is").exists()
    assert printed.gaps(draft.revision) == "☂"


def test_it_is_not_sent_before_somebody_says_so(client, approved, secretary, rendered, monkeypatch):
    monkeypatch.setattr(renderer, "render", lambda *_args, **_kwargs: Rendered(b"%PDF", "☂"))
    client.force_login(secretary)
    assert REFUSAL in words(client.get(f"/statements/{approved.pk}/dispatch/"))
    answer = client.post(f"/statements/{approved.pk}/send/", {"seen": approved.revision_id})
    assert answer.status_code == 400
    assert REFUSAL in words(answer)
    client.post(f"/statements/{approved.pk}/as-it-is/", {"seen": approved.revision_id})
    assert client.post(f"/statements/{approved.pk}/send/", {"seen": approved.revision_id}).status_code == 302


def test_to_approve_is_not_stopped_by_it(client, draft, secretary, rendered):
    client.force_login(secretary)
    page = client.get(f"/statements/{draft.pk}/approve/")
    assert SENTENCE in words(page)
    assert REFUSAL not in words(page)


def test_who_approves_by_link_reads_it_too(client, circulated, chair):
    notes = {"missing": "☂", "refused": [], "broken": [], "without_text": []}
    blob = Blob.objects.keep(b"%PDF", "application/pdf")
    made = Rendition.objects.filter(revision=circulated.revision, kind="pdf").update(blob=blob, warnings=[notes])
    assert made == 1
    link = links.issue("approve", now=AFTER, statement=circulated, person=chair.person)
    assert SENTENCE in words(client.get(f"/l/{links.token(link.pk)}/"))
