"""The Word file of a text in circulation sent back: its changes and margin comments become comments."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons import comments, enclosed
from liaisons.comments.word import kind_of, proposed
from liaisons.intake.remarks import Remark
from liaisons.models import Blob, Comment, DocumentFile, Link, Message
from liaisons.workflow import advance
from tests.fixtures import NOW
from tests.liaisons.intake.edits import Edited, cut, end, ins, start, t
from tests.pages import at

TEXT = "JCA-MV asks your group to nominate a representative and to tell of its work."
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

pytestmark = pytest.mark.time_machine(NOW, tick=False)


@pytest.fixture
def circulation(circulated):
    return circulated.circulation


@pytest.fixture
def edited(circulation):
    """Somebody put one word for another, and asked something in the margin."""
    file = Edited(enclosed.word_of(circulation).read())
    file.comment("1", "Which work?")
    file.write(
        TEXT, t("JCA-MV asks your "), cut("group"), ins("body"), t(" to nominate a representative and to tell of "),
        start("1"), t("its work"), end("1"), t("."),
    )  # fmt: skip
    return file.saved()


def upload(client, address, content, name="Doc-001-ann.docx"):
    return client.post(address, {"file": SimpleUploadedFile(name, content, DOCX)})


def given_of(page, **more):
    form = page.context["form"]
    return {field.html_name: field.value() or "" for field in form} | more


def test_a_member_sends_it_back_looks_and_takes_the_rows(client, circulation, edited, member):
    client.force_login(member)
    page = upload(client, reverse("circulation-word", args=[circulation.pk]), edited)
    assert not Comment.objects.exists()
    read = client.get(page.url)
    assert [(row.remark.kind, row.kind) for row in read.context["form"].rows] == [
        ("replacement", "technical"),
        ("comment", "question"),
    ]
    assertContains(read, "<del>group</del> <ins>body</ins>", html=False)
    page = client.post(page.url, given_of(read, **{"kind-0": "editorial"}), follow=True)
    assertContains(page, "2 comments are kept.")
    first, second = Comment.objects.order_by("pk")
    assert (first.kind, first.clause, first.quoted, first.way) == ("editorial", "1", "group", "word")
    assert first.text == "Replace “group” by “body”.\n(Ann, in the file)"
    assert first.proposed == TEXT.replace("group", "body")
    assert (second.kind, second.text, second.quoted) == ("question", "Which work?\n(Ann, in the file)", "its work")
    assert (second.came_with, second.author, second.late) == (first, member.person, False)
    [kept] = first.comment_files.all()
    assert (kept.name, kept.blob.read()) == ("Doc-001-ann.docx", edited)
    assertContains(client.get(reverse("circulation", args=[circulation.pk])), "in the Word file")


def test_a_row_that_is_left_out_becomes_nothing(client, circulation, edited, member):
    client.force_login(member)
    address = upload(client, reverse("circulation-word", args=[circulation.pk]), edited).url
    given = given_of(client.get(address), **{"kind-0": ""})
    client.post(address, given)
    assert [comment.kind for comment in Comment.objects.all()] == ["question"]
    page = client.post(address, given | {"kind-1": ""})
    assertContains(page, "Every row is left out.", status_code=400)


def test_a_stranger_confirms_all_of_it_with_one_mail(client, circulation, edited, listlink):
    assertContains(client.get(at("link", listlink)), at("link-word", listlink))
    address = upload(client, at("link-word", listlink), edited).url
    read = client.get(address)
    assertContains(client.post(address, given_of(read)), "Your e-mail", status_code=400)
    client.post(address, given_of(read, name="Dee", email="dee@example.org"))
    [asks] = Message.objects.filter(kind="confirm")
    assert asks.recipient == "dee@example.org"
    assert not Comment.objects.counted().exists()
    confirms = Link.objects.get(purpose="confirm")
    assertContains(client.get(at("link", confirms)), "Are these 2 comments yours?")
    client.post(at("link-confirm", confirms))
    assert Comment.objects.counted().count() == 2
    client.post(at("link-confirm-withdraw", confirms))
    assert Comment.objects.filter(withdrawn_at=NOW).count() == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("as it went out", "Change it with “Track changes” on"),
        (b"PK no Word file", "Word"),
    ],
)
def test_a_file_that_says_nothing_is_answered_with_a_sentence(client, circulation, member, content, sentence):
    client.force_login(member)
    if content == "as it went out":
        content = enclosed.word_of(circulation).read()
    page = upload(client, reverse("circulation-word", args=[circulation.pk]), content)
    assertContains(page, sentence, status_code=400)


def test_a_page_whose_file_is_not_known_leads_back(client, circulation, member):
    client.force_login(member)
    address = reverse("circulation-word-read", args=[circulation.pk])
    page = client.get(f"{address}?file=forged", follow=True)
    assertContains(page, "This file is not known any more. Choose it again.")


def test_after_its_end_nothing_is_taken(client, circulated, circulation, edited, member, secretary):
    client.force_login(member)
    address = upload(client, reverse("circulation-word", args=[circulation.pk]), edited).url
    given = given_of(client.get(address))
    advance(circulated, "revise", by=Actor.of(secretary), seen=circulated.revision_id, reason="A slip.", now=NOW)
    assertContains(client.post(address, given), "This circulation has ended", status_code=400)
    page = client.get(reverse("circulation-word", args=[circulation.pk]))
    assertContains(page, "comments are no longer taken")
    assertNotContains(page, 'type="file"')


def test_a_report_is_compared_with_the_word_file_of_its_document(circulation):
    circulation.statement = circulation.revision = None
    assert enclosed.word_of(circulation) is None
    blob = Blob.objects.keep(b"PK report", DOCX)
    # Past the rule that nothing is added to a document in circulation.
    super(type(DocumentFile.objects.all()), DocumentFile.objects.all()).bulk_create(
        [DocumentFile(document=circulation.document, blob=blob, name="report.docx")]
    )
    assert enclosed.word_of(circulation) == blob


@pytest.mark.parametrize(
    ("remark", "kind"),
    [
        (Remark("replacement", "1", quoted="Its work", instead="its work"), "editorial"),
        (Remark("insertion", "1", instead=", "), "editorial"),
        (Remark("replacement", "1", quoted="may", instead="shall"), "technical"),
        (Remark("deletion", "1", quoted="not"), "technical"),
        (Remark("comment", "1", text="Why this? "), "question"),
        (Remark("comment", "1", text="No."), "technical"),
    ],
)
def test_only_a_change_of_signs_looks_editorial(remark, kind):
    assert kind_of(remark) == kind


@pytest.mark.parametrize(
    ("remark", "text"),
    [
        (Remark("deletion", "1", quoted="not"), "Delete “not”."),
        (Remark("insertion", "1", author="ann", instead="not", text="See above."), "Insert “not”.\nSee above."),
        (Remark("comment", "1", author="Ben", quoted="not", text="Why?"), "Why?\n(Ben, in the file)"),
    ],
)
def test_a_remark_is_said_in_words(remark, text):
    assert proposed(remark).said("technical", "Ann").text == text


def test_what_its_authors_have_settled_is_left_out_at_first():
    assert proposed(Remark("comment", "1", text="Done?", resolved=True)).kind == ""


def test_no_remark_is_too_long_for_a_comment(circulation, member):
    long = Remark("insertion", "", place="Annex 1: " + "x" * 200, instead="y" * 2000)
    [row] = comments.comment_together(
        circulation, [proposed(long).said("technical", "Mel")], by=Actor.of(member), now=NOW
    )
    row.full_clean(exclude=["revision", "group", "disposed_by", "mail", "came_with"])
