"""The relations, revisions and files of a statement on its page."""

from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons.details import Answer
from liaisons.documents import renderer
from liaisons.documents.rendered import Rendered
from liaisons.letter import Attached
from liaisons.models import Blob, Event, Registration, Relation, Statement
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.liaisons.statements.steps import to_sent


class TestRelations:
    @pytest.fixture
    def inferred(self, sent, incoming):
        return Relation.objects.create(
            statement=sent, to=incoming.statement, kind="replies_to", inferred=True, why="The titles agree."
        )

    def confirm(self, client, user, statement, relation):
        client.force_login(user)
        return client.post(f"/statements/{statement.pk}/relations/{relation.pk}/confirm/")

    def test_a_secretary_confirms_an_inferred_link(self, client, inferred, sent, secretary):
        client.force_login(secretary)
        page = " ".join(client.get(f"/statements/{sent.pk}/").content.decode().split())
        assert "The titles agree." in page
        assert "Confirm the link" in page
        assert self.confirm(client, secretary, sent, inferred).status_code == 302
        inferred.refresh_from_db()
        assert (inferred.counts, inferred.confirmed_by) == (True, secretary.person)
        assert Event.objects.filter(verb="confirm_relation").count() == 1
        self.confirm(client, secretary, sent, inferred)
        assert Event.objects.filter(verb="confirm_relation").count() == 1

    def test_others_do_not(
        self, client, inferred, sent, draft, incoming, chair, other_secretary, letter, desk, secretary
    ):
        assert self.confirm(client, chair, sent, inferred).status_code == 403
        assert self.confirm(client, other_secretary, sent, inferred).status_code == 404
        other = begin(desk, letter, by=Actor.of(secretary), now=NOW)
        assert self.confirm(client, secretary, other, inferred).status_code == 404
        inferred.refresh_from_db()
        assert not inferred.counts

    def test_a_secretary_rejects_it_for_good(self, client, inferred, sent, secretary, chair):
        address = f"/statements/{sent.pk}/relations/{inferred.pk}/reject/"
        client.force_login(chair)
        assert client.post(address).status_code == 403
        client.force_login(secretary)
        assert address in client.get(f"/statements/{sent.pk}/").content.decode()
        for _ in range(2):
            assert client.post(address).status_code == 302
        assert client.get(f"/statements/{sent.pk}/").context["related"] == []
        assert Event.objects.filter(verb="reject_relation").count() == 1
        self.confirm(client, secretary, sent, inferred)
        assert not Relation.objects.get().counts

    def test_outsiders_do_not_see_what_they_may_not_read(self, client, inferred, sent):
        assert client.get(f"/statements/{sent.pk}/").context["related"] == []

    def test_another_desk_that_has_both_letters_decides_nothing_about_ours(
        self, client, inferred, sent, incoming, other_desk, other_secretary, secretary
    ):
        for statement in (sent, incoming.statement):
            Registration.objects.create(desk=other_desk, statement=statement, created_at=NOW)
        assert self.confirm(client, other_secretary, sent, inferred).status_code == 404
        client.force_login(other_secretary)
        assert client.post(f"/statements/{sent.pk}/relations/{inferred.pk}/reject/").status_code == 404
        assert self.confirm(client, secretary, sent, inferred).status_code == 302

    def test_outsiders_do_not_see_what_a_machine_guessed(self, client, sent, desk, letter, secretary, member):
        other = begin(desk, letter, by=Actor.of(secretary), now=NOW)
        Statement.objects.filter(pk=other.pk).update(posted_at=NOW)
        row = Relation.objects.create(statement=sent, to=other, kind="related", inferred=True, why="Doc-010 says so.")
        assertNotContains(client.get(f"/statements/{sent.pk}/"), "Doc-010 says so.")
        Relation.objects.filter(pk=row.pk).update(confirmed_at=NOW)
        assert [related.statement for related in client.get(f"/statements/{sent.pk}/").context["related"]] == [other]
        Relation.objects.filter(pk=row.pk).update(confirmed_at=None)
        client.force_login(member)
        assertContains(client.get(f"/statements/{sent.pk}/"), "Doc-010 says so.")


class TestRevisions:
    def test_an_older_text_stays_readable_with_what_changed(self, client, draft, letter, secretary, member):
        rewrite(draft, replace(letter, title="LS on input"), by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
        client.force_login(secretary)
        page = client.get(f"/statements/{draft.pk}/revisions/2/").content.decode()
        assert "<del>" in page
        assert "LS on" in page
        assert client.get(f"/statements/{draft.pk}/revisions/3/").status_code == 404

    def test_it_is_for_the_desk(self, client, sent, other_secretary, member):
        assert client.get(f"/statements/{sent.pk}/revisions/1/").status_code == 404
        client.force_login(other_secretary)
        assert client.get(f"/statements/{sent.pk}/revisions/1/").status_code == 404
        client.force_login(member)
        assert client.get(f"/statements/{sent.pk}/revisions/1/").status_code == 200


class TestFiles:
    @pytest.fixture
    def rendered(self, monkeypatch):
        """What the renderer was asked for, without asking it."""
        asked = []

        def render(sheet, kind, *, timeout=20.0):
            asked.append((sheet, kind))
            return Rendered(f"{kind} of {sheet.masthead.number}".encode())

        monkeypatch.setattr(renderer, "render", render)
        return asked

    def test_the_desk_gets_the_file_that_is_sent(self, client, sent, member, rendered):
        client.force_login(member)
        pdf = client.get(f"/statements/{sent.pk}/pdf/")
        assert (pdf.content, pdf["Content-Type"]) == (b"pdf of JCA-MV-LS1", "application/pdf")
        assert pdf["Content-Disposition"] == 'inline; filename="JCA-MV-LS1.pdf"'
        word = client.get(f"/statements/{sent.pk}/word/")
        assert word["Content-Disposition"] == 'attachment; filename="JCA-MV-LS1.docx"'
        client.get(f"/statements/{sent.pk}/pdf/")
        assert [kind for _sheet, kind in rendered] == ["pdf", "docx"]  # made once, kept
        assert rendered[0][0].letter == sent.revision.letter

    def test_outsiders_get_it_without_addresses_of_people(self, client, sent, rendered):
        assert client.get(f"/statements/{sent.pk}/pdf/").content == b"pdf of JCA-MV-LS1"
        client.get(f"/statements/{sent.pk}/pdf/")
        ((sheet, _kind),) = rendered
        assert [(contact.name, contact.email, contact.phone) for contact in sheet.letter.contacts] == [
            ("Sam Secretary", "", "")
        ]

    def test_a_file_that_cannot_be_made_says_why(self, client, sent, member, monkeypatch):
        def fail(sheet, kind, *, timeout=20.0):
            raise renderer.RenderError("memory", "Annex 1 is too heavy: take it apart.")

        monkeypatch.setattr(renderer, "render", fail)
        for user in (None, member):
            if user:
                client.force_login(user)
            response = client.get(f"/statements/{sent.pk}/pdf/")
            assert response.status_code == 409
            assert "Annex 1 is too heavy: take it apart." in response.content.decode()

    @pytest.fixture
    def failed(self, monkeypatch):
        """A renderer that cannot make anything; what it was asked for."""
        asked = []

        def fail(sheet, kind, *, timeout=20.0):
            asked.append(kind)
            raise renderer.RenderError("memory", renderer.sentence("memory", sheet.letter))

        monkeypatch.setattr(renderer, "render", fail)
        return asked

    def test_outsiders_do_not_make_the_desk_try_again_and_again(self, client, sent, failed):
        for _time in range(3):
            response = client.get(f"/statements/{sent.pk}/pdf/")
            assert "Making the document takes more memory than it may." in response.content.decode()
            assert "Try to make it again" not in response.content.decode()
        assert failed == ["pdf"]

    def test_while_a_file_is_made_for_one_outsider_others_are_told_so(self, client, sent, monkeypatch):
        def render(sheet, kind, *, timeout=20.0):
            told = client.get(f"/statements/{sent.pk}/pdf/")
            assert (told.status_code, "It is being made." in told.content.decode()) == (409, True)
            return Rendered(b"%PDF")

        monkeypatch.setattr(renderer, "render", render)
        assert client.get(f"/statements/{sent.pk}/pdf/").content == b"%PDF"

    def test_a_file_that_is_set_aside_is_tried_anew_when_the_desk_says_so(self, client, sent, member, failed):
        client.force_login(member)
        for _time in range(5):
            page = client.get(f"/statements/{sent.pk}/pdf/").content.decode()
        assert failed == ["pdf"] * 3
        assert f'action="/statements/{sent.pk}/pdf/again/"' in page
        page = client.post(f"/statements/{sent.pk}/pdf/again/", follow=True).content.decode()
        assert failed == ["pdf"] * 4
        assert "Try to make it again" not in page  # it has two tries left

    def test_a_file_that_the_storage_has_lost_is_not_found(self, client, sent, member, rendered):
        client.force_login(member)
        client.get(f"/statements/{sent.pk}/pdf/")
        default_storage.delete(Blob.objects.latest("pk").path)
        assert client.get(f"/statements/{sent.pk}/pdf/").status_code == 404

    def test_another_desk_does_not_have_it_tried_anew(self, client, sent, other_secretary):
        client.force_login(other_secretary)
        assert client.post(f"/statements/{sent.pk}/word/again/").status_code == 404

    def test_attachments_are_served_as_attachments(self, client, desk, letter, secretary, member):
        blob = Blob.objects.keep(b"<script>alert(1)</script>", "text/html")
        travelling = replace(letter, attachments=(Attached("Terms", "terms.html", blob.sha256),))
        statement = begin(desk, travelling, by=Actor.of(secretary), now=NOW)
        rewrite(statement, letter, by=Actor.of(secretary), seen=statement.revision_id, now=NOW)
        file = statement.revisions.get(number=1).attachments.get()
        address = f"/statements/{statement.pk}/attachments/{file.pk}/"
        client.force_login(secretary)
        response = client.get(address)
        assert response["Content-Disposition"] == 'attachment; filename="terms.html"'
        assert response["X-Content-Type-Options"] == "nosniff"
        other = begin(desk, letter, by=Actor.of(secretary), now=NOW)
        assert client.get(f"/statements/{other.pk}/attachments/{file.pk}/").status_code == 404
        to_sent(Statement.objects.get(pk=statement.pk), secretary)
        client.logout()
        assert client.get(address).status_code == 404  # no more in the text that was sent

    def test_files_of_answers_are_for_the_desk_that_asked(
        self, client, sent, secretary, member, outsider, other_secretary
    ):
        addressee = advance(
            sent.addressees.get(text="IETF"), "settle", by=Actor.of(secretary), seen=sent.revision_id,
            details=Answer("answer", files=((Blob.objects.keep(b"x", "text/plain"), "a.txt"),)), now=AFTER,
        )  # fmt: skip
        file = addressee.replies.get().reply_files.get()
        address = f"/statements/{sent.pk}/replies/{file.pk}/"
        statuses = []
        for user in (member, outsider, other_secretary):
            client.force_login(user)
            statuses.append(client.get(address).status_code)
        assert statuses == [200, 403, 404]
        client.logout()
        assert client.get(address).status_code == 302
