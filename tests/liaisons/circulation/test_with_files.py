"""Files that come with comments, and comments disposed of together."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons import comments
from liaisons.models import (
    Blob,
    Comment,
)
from tests.fixtures import NOW
from tests.pages import at

DURING = NOW + timedelta(days=2)

pytestmark = pytest.mark.time_machine(DURING, tick=False)


class TestWhatGoesWithAComment:
    def test_files_are_kept_until_the_form_is_right_and_served_to_be_saved(self, client, circulation, member):
        client.force_login(member)
        address = at("circulation-comment", circulation.pk)
        file = SimpleUploadedFile("proposal.pdf", b"%PDF-1.7 words")
        page = client.post(address, {"kind": "technical", "text": " ", "files": file})
        assertContains(page, "is here already: you need not choose it again", status_code=400)
        kept = page.context["form"]["kept"].value()
        client.post(address, {"kind": "technical", "text": "See the file.", "kept": kept})
        comment = Comment.objects.get()
        [row] = comment.comment_files.all()
        assert row.name == "proposal.pdf"
        served = client.get(at("comment-file", comment.pk, row.pk))
        assert served.content == b"%PDF-1.7 words"
        assert served["Content-Disposition"] == 'attachment; filename="proposal.pdf"'
        assertContains(client.get(at("circulation", circulation.pk)), at("comment-file", comment.pk, row.pk))

    def test_a_strangers_file_is_served_once_the_comment_counts(self, client, circulation, listlink):
        file = SimpleUploadedFile("proposal.pdf", b"%PDF-1.7 words")
        given = {"kind": "technical", "text": "See.", "files": file, "name": "Dee", "email": "dee@example.org"}
        client.post(at("link-comment", listlink), given)
        comment = Comment.objects.get()
        address = at("link-comment-file", listlink, comment.pk, comment.comment_files.get().pk)
        assert comment.way == "link"
        assert client.get(address).status_code == 404
        comments.confirm(comment, by=Actor("link"), now=DURING)
        assert client.get(address).content == b"%PDF-1.7 words"

    def test_a_file_of_another_comment_is_not_found_under_this_one(self, client, circulation, said, member):
        kept = Blob.objects.keep(b"%PDF-1.7", "application/pdf")
        other = comments.comment(
            circulation, by=Actor.of(member), kind="question", text="?", files=[(kept, "a.pdf")], now=NOW
        )
        client.force_login(member)
        assert client.get(at("comment-file", said.pk, other.comment_files.get().pk)).status_code == 404

    @pytest.mark.parametrize(
        ("clause", "kept"), [("1", "1"), ("paragraph 1", "1"), ("§ 1.", "1"), ("the title", "the title"), ("", "")]
    )
    def test_a_paragraph_is_kept_by_its_number(self, client, circulation, member, clause, kept):
        client.force_login(member)
        given = {"kind": "question", "text": "?", "clause": clause, "quoted": "to nominate"}
        assert client.post(at("circulation-comment", circulation.pk), given).status_code == 302
        comment = Comment.objects.get()
        assert (comment.clause, comment.quoted) == (kept, "to nominate")

    @pytest.mark.parametrize("clause", ["2", "A1.1", "paragraph 40"])
    def test_one_that_the_text_has_not_is_asked_for_again(self, client, circulation, member, clause):
        client.force_login(member)
        given = {"kind": "question", "text": "?", "clause": clause}
        page = client.post(at("circulation-comment", circulation.pk), given)
        number = clause.rpartition(" ")[2]
        assertContains(page, f"The text has no paragraph {number}, only 1.", status_code=400)
        assert not Comment.objects.exists()

    def test_the_words_of_the_paragraph_stand_beside_the_form(self, client, circulation, member):
        client.force_login(member)
        page = client.get(f"{at('circulation', circulation.pk)}?at=1")
        assert page.context["beside"].startswith("JCA-MV asks your group to nominate a representative")
        assertContains(page, 'class="say-about"')


class TestDisposingOfSeveral:
    @pytest.fixture
    def rows(self, circulation, member, rapporteur):
        texts = [(member, "editorial", "Comma."), (member, "editorial", "Stop."), (rapporteur, "technical", "Why?")]
        return [
            comments.comment(circulation, by=Actor.of(user), kind=kind, text=text, now=NOW)
            for user, kind, text in texts
        ]

    def test_those_ticked_get_the_same_answer(self, client, circulation, rows, secretary):
        client.force_login(secretary)
        assertContains(client.get(at("circulation", circulation.pk)), at("circulation-dispose", circulation.pk))
        page = client.get(at("circulation-dispose", circulation.pk))
        assert [ticked for _row, ticked in page.context["rows"]] == [True, True, False]
        given = {"ticked": [rows[0].pk, rows[1].pk], "disposition": "accepted", "text": "Done."}
        page = client.post(at("circulation-dispose", circulation.pk), given, follow=True)
        assertContains(page, "2 comments: accepted.")
        assert list(Comment.objects.order_by("pk").values_list("disposition", flat=True)) == ["accepted"] * 2 + [""]

    def test_without_a_tick_nothing_is_said(self, client, circulation, rows, secretary):
        client.force_login(secretary)
        page = client.post(at("circulation-dispose", circulation.pk), {"disposition": "accepted"})
        assertContains(page, "Tick the comments that this is said of.", status_code=400)

    def test_objections_are_not_among_them(self, client, circulation, said, secretary):
        client.force_login(secretary)
        page = client.get(at("circulation-dispose", circulation.pk))
        assert [row.kind for row, _ticked in page.context["rows"]] == ["editorial"]
        page = client.get(at("circulation", circulation.pk))
        assertNotContains(page, at("circulation-dispose", circulation.pk))  # there is only one

    def test_members_have_no_such_page(self, client, circulation, member):
        client.force_login(member)
        assert client.get(at("circulation-dispose", circulation.pk)).status_code == 403


def test_the_secretary_sets_the_kind_of_a_comment_right(client, circulation, said, rapporteur, secretary, chair):
    comment = Comment.objects.get(author=rapporteur.person)
    address = at("comment-kind", comment.pk)
    client.force_login(chair)
    assertNotContains(client.get(at("circulation", circulation.pk)), address)
    client.force_login(secretary)
    page = client.get(at("circulation", circulation.pk))
    assertContains(page, address)
    assertNotContains(page, at("comment-kind", said.pk))  # an objection stays one
    given = {f"kind-{comment.pk}-{name}": value for name, value in (("kind", "technical"), ("reason", "Substance."))}
    page = client.post(address, given, follow=True)
    assertContains(page, "The comment of Ray Rapporteur counts as: technical comment.")
    page = client.post(
        at("comment-kind", said.pk), {f"kind-{said.pk}-kind": "editorial", f"kind-{said.pk}-reason": "-"}
    )
    assertContains(page, "An objection stays one", status_code=400)


def test_a_window_that_was_closed_at_once_says_so(client, circulation, secretary):
    comments.move_window(circulation, None, reason="All spoke.", by=Actor.of(secretary), now=DURING)
    client.force_login(secretary)
    page = client.get(at("circulation", circulation.pk))
    assertContains(page, "Comments were closed early, on Wednesday 15 October 2025, 10:00 in Geneva.")
    assertContains(page, "Asked was the list, from 13 October 2025 to 15 October 2025.")
