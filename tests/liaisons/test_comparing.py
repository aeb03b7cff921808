"""What changed between two texts of a statement, as page, PDF and Word: for the desk, and for who comments by link."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from lxml import html

from contacts.actor import Actor
from liaisons import links, on_demand
from liaisons.documents import renderer
from liaisons.documents.marks import SIGNS
from liaisons.documents.rendered import Rendered
from liaisons.documents.walk import walk
from liaisons.letter import Addressed, Letter
from liaisons.mail import circulating
from liaisons.models import Circulation, Link, Message, Statement
from liaisons.texts import comparisons
from liaisons.texts.writing import rewrite
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW

LATER = AFTER + timedelta(days=1)


@pytest.fixture
def again(circulated, letter, secretary):
    """The same statement in circulation for the second time, with another text."""
    by = Actor.of(secretary)
    draft = advance(circulated, "revise", by=by, seen=circulated.revision_id, reason="Comments.", now=AFTER)
    changed = replace(
        letter,
        body="<p>JCA-MV asks your group to nominate two representatives and to tell of its work.</p>",
        deadline=date(2026, 2, 15),
        addressees=(*letter.addressees, Addressed("W3C", "information")),
    )
    rewrite(draft, changed, by=by, seen=draft.revision_id, now=AFTER)
    draft = Statement.objects.get(pk=draft.pk)
    advance(draft, "circulate", by=by, seen=draft.revision_id, now=LATER)
    return Circulation.objects.select_related("document", "revision").latest("opened_at")


@pytest.fixture
def first(circulated):
    return Circulation.objects.select_related("document", "revision").earliest("opened_at")


@pytest.fixture
def address(again, first):
    return reverse("statement-compare", args=[again.statement_id, again.revision.number, first.revision.number])


@pytest.fixture
def drawn(monkeypatch):
    """The sheets that were rendered, instead of their files."""
    sheets = []

    def render(sheet, kind):
        sheets.append((sheet, kind))
        return Rendered(b"%PDF-")

    monkeypatch.setattr(renderer, "render", render)
    return sheets


def text_of(response):
    return " ".join(html.fromstring(response.content).text_content().split())


def test_the_page_marks_what_changed_and_names_both_documents(client, secretary, first, again, address):
    client.force_login(secretary)
    page = client.get(address)
    content = page.content.decode()
    new, old = again.document.reference, first.document.reference
    assert f"<h1>{new} compared with {old}</h1>" in content
    assert not set(SIGNS) & set(content)
    marked = {element.tag: [] for element in html.fromstring(content).iter("ins", "del")}
    for element in html.fromstring(content).get_element_by_id("main").iter("ins", "del"):
        marked[element.tag].append(" ".join(element.text_content().split()))
    assert "inserted: 15 February 2026 end of insertion" in marked["ins"]
    assert "deleted: 30 January 2026 end of deletion" in marked["del"]
    assert f"{new} compared with {old}: insertions underlined" in text_of(page)


def test_each_change_leads_to_the_next_and_the_last_to_the_first(client, secretary, address):
    client.force_login(secretary)
    page = html.fromstring(client.get(address).content)
    steps = [(link.get("id"), link.get("href")) for link in page.iter("a") if link.get("class") == "change"]
    assert len(steps) > 2
    assert [step for step, _ in steps] == [f"change-{number}" for number in range(1, len(steps) + 1)]
    assert [onward for _, onward in steps] == [f"#{step}" for step, _ in steps[1:]] + ["#change-1"]


def test_a_change_is_what_came_and_what_went_in_its_place():
    walked = walk(
        '<p>a <del>b</del><ins>c</ins> d</p><ul><li class="deleted"><del><p>e</p></del></li>'
        '<li class="inserted"><ins><p>f</p></ins></li>'
        '<li><p>g</p></li></ul><table><tr class="inserted"><td><p>h</p></td><td></td></tr><tr><td>i</td></tr></table>'
        '<p><a href="https://example.org/">j <ins>k</ins></a></p><del><p>l</p><p>m</p></del>'
    )
    assert walked.changes == 5
    assert 'a <a class="change" id="change-1"' in walked.html
    assert re.search(r'<p><a class="change" id="change-4"[^>]*>4</a><a href="https://example.org/">j', walked.html)
    assert "<td><ins>" in walked.html
    for_the_eye = re.sub(r'<span class="visually-hidden">.*?</span>|<a class="change".*?</a>', "", walked.html)
    assert "<del><p>l</p><p>m</p></del>" in for_the_eye
    assert html.fromstring(for_the_eye).text_content() == "a bc defghij klm"


def test_the_files_are_named_after_both_documents(client, secretary, first, again, address, drawn):
    client.force_login(secretary)
    stem = f"{again.document.reference}-compared-with-{first.document.reference}"
    answers = [client.get(f"{address}{kind}/") for kind in ("pdf", "word")]
    assert [answer["Content-Disposition"] for answer in answers] == [
        f'inline; filename="{stem}.pdf"',
        f'attachment; filename="{stem}.docx"',
    ]
    assert [(sheet.before_number, sheet.before, kind) for sheet, kind in drawn] == [
        (first.document.reference, first.revision.letter, "pdf"),
        (first.document.reference, first.revision.letter, "docx"),
    ]
    client.get(f"{address}pdf/")
    assert len(drawn) == 2  # the second time it is kept


@pytest.mark.parametrize(
    ("reason", "heading", "asked"),
    [
        ("busy", "The file is not there yet", 2),
        ("time", "It cannot be made", 2),
        ("memory", "It cannot be made", 1),
    ],
)
def test_a_file_that_cannot_be_made_says_why(client, secretary, address, monkeypatch, reason, heading, asked):
    """What may pass is tried again when the minute is over, anything else is known for an hour."""
    tried = []

    def fail(sheet, kind):
        tried.append(kind)
        raise renderer.RenderError(reason, renderer.sentence(reason, sheet.letter))

    monkeypatch.setattr(renderer, "render", fail)
    monkeypatch.setattr(on_demand, "MINUTE", 0)
    client.force_login(secretary)
    for _time in (1, 2):
        page = client.get(f"{address}pdf/")
        assert page.status_code == 409
        assert f"<h1>{heading}</h1>" in page.content.decode()
        assert renderer.sentence(reason, Letter("", "")) in text_of(page)
    assert [link.get("href") for link in html.fromstring(page.content).find_class("button")] == [address]
    assert len(tried) == asked


def test_why_a_file_cannot_be_made_is_told_in_the_language_of_who_reads_it(again, monkeypatch):
    def fail(sheet, kind):
        raise renderer.RenderError("memory", renderer.sentence("memory", sheet.letter))

    monkeypatch.setattr(renderer, "render", fail)
    monkeypatch.setattr(renderer, "_", lambda words: f"{translation.get_language()}: {words}")
    sheet = comparisons.since_earlier(again).sheet()
    for language in ("fr", "en"):
        with translation.override(language), pytest.raises(on_demand.NotMade, match=f"^{language}: Making"):
            on_demand.file(sheet, "pdf")


def test_a_file_is_made_by_one_process_at_a_time(again, monkeypatch):
    pair = comparisons.since_earlier(again)
    asked = []

    def render(sheet, kind):
        with pytest.raises(on_demand.NotMade, match="It is being made"):
            on_demand.file(sheet, kind)
        asked.append(kind)
        return Rendered(b"made")

    monkeypatch.setattr(renderer, "render", render)
    assert on_demand.file(pair.sheet(), "pdf") == b"made"
    assert asked == ["pdf"]


def test_texts_that_did_not_circulate_go_by_their_number(circulated, again):
    names = comparisons.called(circulated)
    numbers = dict(circulated.revisions.values_list("pk", "number"))
    first, second = Circulation.objects.filter(statement=circulated).order_by("opened_at")
    expected = {pk: f"Revision {number}" for pk, number in numbers.items()}
    expected |= {row.revision_id: row.document.reference for row in (first, second)}
    assert names == expected


def test_two_texts_are_chosen_in_a_form_and_compared_in_their_order(client, secretary, again, first, address):
    client.force_login(secretary)
    chosen = reverse("statement-compare-chosen", args=[again.statement_id])
    old, new = first.revision.number, again.revision.number
    for given in ({"new": new, "old": old}, {"new": old, "old": new}):
        assert client.get(chosen, given).url == address
    for given in ({}, {"new": "x", "old": 1}, {"new": 99, "old": 1}):
        assert client.get(chosen, given, follow=True).status_code == 404
    turned = client.get(reverse("statement-compare", args=[again.statement_id, old, new]))
    assert f"<h1>{again.document.reference} compared with {first.document.reference}</h1>" in turned.content.decode()
    options = html.fromstring(client.get(address).content).xpath('//select[@name="new"]/option')
    assert options[0].text.startswith(f"{again.document.reference} (Revision {new}, ")


def test_a_text_compared_with_itself_is_the_same(client, secretary, first):
    client.force_login(secretary)
    number = first.revision.number
    page = client.get(reverse("statement-compare", args=[first.statement_id, number, number]))
    assert "The text is the same." in text_of(page)


def test_older_texts_are_for_the_desk_alone(client, other_secretary, outsider, member, address):
    for user, status in ((other_secretary, 404), (outsider, 404), (member, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status


def test_the_page_of_a_circulation_says_what_changed_since_the_one_before(client, member, first, again, address):
    client.force_login(member)
    page = client.get(reverse("circulation", args=[again.pk]))
    section = html.fromstring(page.content).get_element_by_id("changes")
    assert f"What changed since {first.document.reference}" in section.text_content()
    assert "15 February 2026" in section.text_content()
    assert [link.get("href") for link in section.iter("a")] == [address, f"{address}pdf/", f"{address}word/"]
    assert b'id="changes"' not in client.get(reverse("circulation", args=[first.pk])).content


def test_a_delegate_reads_the_comparison_by_link(client, first, again, drawn):
    message = Message.objects.get(circulation=again, kind=Message.Kind.CIRCULATE)
    link = Link.objects.filter(circulation=again).latest("pk")
    assert f"What changed since {first.document.reference}:\n{links.placeholder(link)}#changes\n" in message.text
    address = reverse("link", args=[links.token(link.pk)])
    section = html.fromstring(client.get(address).content).get_element_by_id("changes")
    page, pdf, word = [client.get(link.get("href")) for link in section.iter("a")]
    assert f"{again.document.reference} compared with {first.document.reference}" in text_of(page)
    assert pdf["Content-Type"] == "application/pdf"
    assert word["Content-Disposition"].endswith('.docx"')
    assert [kind for _, kind in drawn] == ["pdf", "docx"]
    assert all("no-store" in answer["Cache-Control"] for answer in (page, pdf, word))


def test_a_chair_who_is_asked_to_approve_reads_what_changed(client, chair, first, again):
    ask = {"statement": again.statement, "circulation": again, "person": chair.person, "email": chair.email}
    link = links.issue(Link.Purpose.APPROVE, **ask, now=LATER, expires_at=LATER + timedelta(days=3650))
    page = client.get(reverse("link", args=[links.token(link.pk)]))
    section = html.fromstring(page.content).get_element_by_id("changes")
    compared = client.get(next(section.iter("a")).get("href"))
    assert f"{again.document.reference} compared with {first.document.reference}" in text_of(compared)


def test_the_first_circulation_is_compared_with_nothing(client, circulated, first):
    [draft] = circulating.to_list(first, NOW)
    assert "#changes" not in draft.message.text
    link = Link.objects.filter(circulation=first).latest("pk")
    assert client.get(reverse("link-changes", args=[links.token(link.pk)])).status_code == 404


def test_a_text_that_never_reached_the_list_is_not_shown_as_the_earlier_one(client, first, again):
    """It was taken back before the list's server had it: delegates have never seen it."""
    Circulation.objects.filter(pk=first.pk).update(distributed_at=None)
    [draft] = circulating.to_list(again, LATER)
    assert "#changes" not in draft.message.text
    link = Link.objects.filter(circulation=again).latest("pk")
    assert client.get(reverse("link-changes", args=[links.token(link.pk)])).status_code == 404


def test_the_page_of_a_revision_leads_to_the_comparison(client, secretary, again, first):
    client.force_login(secretary)
    page = client.get(reverse("statement-revision", args=[again.statement_id, 2])).content.decode()
    assert f"Changes since {first.document.reference}" in page
    assert reverse("statement-compare", args=[again.statement_id, 2, 1]) in page


def test_a_revision_that_is_not_there_is_not_found(client, secretary, again):
    client.force_login(secretary)
    for number in (77, 10**30):
        assert client.get(reverse("statement-compare", args=[again.statement_id, number, 1])).status_code == 404
