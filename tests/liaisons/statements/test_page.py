"""The page of a statement: what each reader finds there, and what they do not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertNotContains

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons import comments
from liaisons.details import Answer
from liaisons.models import Blob, Event, Message, ReplyFile, Statement
from liaisons.texts.writing import rewrite
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW


class TestPage:
    def get(self, client, user, statement, status=200):
        client.logout()
        if user:
            client.force_login(user)
        response = client.get(f"/statements/{statement.pk}/")
        assert response.status_code == status
        return response

    def text(self, *args):
        return " ".join(self.get(*args).content.decode().split())

    def test_the_header_stands_as_on_the_form(self, client, sent, secretary):
        page = self.text(client, secretary, sent)
        labels = [
            *("STUDY PERIOD 2025-2028", "JCA-MV-LS1", "Question(s):", "Source:", "Title:", "LIAISON STATEMENT"),
            *("For action to:", "For information to:", "Approval:", "Deadline:", "Contact:", "Abstract:"),
        ]
        letter = page[page.index('<article class="letter"') :]
        places = [letter.index(label) for label in labels]
        assert places == sorted(places)
        assert "For comment to:" not in letter
        assert "JCA-MV asks your group to nominate a representative" in letter

    def test_the_permanent_address_and_the_key_lead_to_the_same_page(self, client, sent):
        assert sent.get_absolute_url() == "/statements/2025-2028/JCA-MV-LS1/"
        assert client.get("/statements/2025-2028/JCA-MV-LS1/").context["statement"] == sent
        assert client.get(f"/statements/{sent.pk}/").context["statement"] == sent
        for other in ("2022-2024/JCA-MV-LS1", "2025-2028/JCA-MV-LS2", "2025-2028/JCA-MV-LS1/1", "12/pdf/x"):
            assert client.get(f"/statements/{other}/").status_code == 404

    def test_a_correction_has_an_address_of_its_own(self, client, sent, secretary):
        advance(sent, "correct", by=Actor.of(secretary), seen=sent.revision_id, reason="A date.", now=AFTER)
        client.force_login(secretary)
        correction = client.get("/statements/2025-2028/JCA-MV-LS1/1/").context["statement"]
        assert correction.corrects == sent
        assert "is corrected by" in self.text(client, secretary, sent)
        assert "is corrected by" not in self.text(client, None, sent)  # a draft is not there for outsiders
        assert client.get("/statements/2025-2028/JCA-MV-LS1/1/").status_code == 404

    @pytest.mark.parametrize("state", ["draft", "circulated", "approved"])
    def test_what_has_not_left_is_not_there_for_outsiders(self, request, client, outsider, other_secretary, state):
        statement = request.getfixturevalue(state)
        for user in (None, outsider, other_secretary):
            self.get(client, user, statement, 404)
            for file in ("pdf", "word"):
                assert client.get(f"/statements/{statement.pk}/{file}/").status_code == 404

    def test_a_draft_is_there_for_authors_and_not_for_members(self, client, draft, rapporteur, member):
        self.get(client, rapporteur, draft)
        self.get(client, member, draft, 404)

    @pytest.mark.parametrize(("from_state", "status"), [("draft", 404), ("circulated", 200)])
    def test_a_text_that_never_circulated_stays_with_its_authors_when_it_is_withdrawn(
        self, client, circulated, letter, member, secretary, from_state, status
    ):
        by, statement = Actor.of(secretary), circulated
        if from_state == "draft":
            advance(circulated, "revise", by=by, seen=circulated.revision_id, reason="Not so.", now=NOW)
            draft = Statement.objects.get(pk=circulated.pk)
            rewrite(draft, replace(letter, title="LS on a plan"), by=by, seen=draft.revision_id, now=NOW)
            statement = Statement.objects.get(pk=circulated.pk)
        withdrawn_at = NOW + timedelta(days=1)
        advance(statement, "withdraw", by=by, seen=statement.revision_id, reason="Not needed.", now=withdrawn_at)
        client.force_login(member)
        assert client.get(f"/statements/{statement.pk}/").status_code == status
        assertNotContains(client.get("/statements/"), "LS on a plan")
        client.force_login(secretary)
        assert client.get(f"/statements/{statement.pk}/").status_code == 200

    def test_outsiders_read_no_addresses_names_or_comments(self, client, circulated, chair, cochair, secretary, member):
        comments.comment(
            circulated.circulation, by=Actor.of(member), kind="technical", text="Say more of digital twins.", now=NOW
        )
        for user in (chair, cochair):
            advance(circulated, "approve", by=Actor.of(user), seen=circulated.revision_id, now=AFTER)
        sent = advance(circulated, "send", by=Actor.of(secretary), seen=circulated.revision_id, now=AFTER)
        Statement.objects.update(posted_at=AFTER)
        nora = Answer("answer", settles=("1",), text="We send Nora.", name="Nora", email="nora@example.org")
        advance(
            sent.addressees.get(text="IETF"), "settle", by=Actor.of(secretary), seen=sent.revision_id, details=nora,
            now=AFTER,
        )  # fmt: skip
        private = ["sam@example.org", "digital twins", "Mel Member", "Chris Chair", "Nora", "JCA-MV-Doc-001"]
        inside, outside = self.text(client, member, sent), self.text(client, None, sent)
        assert [word for word in private if word not in inside] == []
        assert [word for word in private if word in outside] == []
        assert "Sam Secretary" in outside  # the contact person, by name
        assert "settled" in outside
        assert "Approved as JCA-MV-LS1" in outside

    def test_a_private_event_is_for_the_desk(self, client, sent, secretary):
        Event.objects.record("give_up", by=Actor.of(secretary), at=AFTER, statement=sent, private=True)
        assert "will not be sent again" in self.text(client, secretary, sent)
        assert "will not be sent again" not in self.text(client, None, sent)

    def test_the_history_is_told_in_words(self, client, sent, secretary):
        mails = Message.objects.filter(kind="send").count()
        events = [(told.text, told.who) for told in self.get(client, secretary, sent).context["events"]]
        assert events == [
            (f"Sent in {mails} mails; 1 addressee to be served otherwise", "Sam Secretary"),
            ("Approved as JCA-MV-LS1", "Kim Cochair"),
            ("Revision 1 approved; others are still asked", "Chris Chair"),
            ("Circulated for comment as JCA-MV-Doc-001", "Sam Secretary"),
            ("Draft begun", "Sam Secretary"),
        ]

    def test_addressees_by_requests_with_what_came(self, client, sent, secretary):
        answer = Answer("answer", settles=("1",), reference="IETF-7", text="We nominate.")
        addressee = advance(
            sent.addressees.get(text="IETF"), "settle", by=Actor.of(secretary), seen=sent.revision_id, details=answer,
            now=AFTER,
        )  # fmt: skip
        blob = Blob.objects.keep(b"x", "text/plain")
        ReplyFile.objects.create(reply=addressee.replies.get(), blob=blob, name="a.txt")
        table = self.get(client, secretary, sent).context["table"]
        assert [column.label for column in table.columns] == ["nominate a representative", "give input to the roadmap"]
        assert [(purpose, [str(line.addressee) for line in of]) for purpose, of in table.purposes] == [
            ("for action", ["ITU-T SG21", "IETF", "World Metaverse Council"]),
            ("for information", ["ITU-T TSAG"]),
        ]
        (_action, (sg21, ietf, council)), (_information, (tsag,)) = table.purposes
        assert [(cell.state, cell.label) for _column, cell in ietf.cells] == [
            ("settled", "settled"),
            ("awaiting", "open"),
        ]
        assert [(cell.state, cell.label) for _column, cell in sg21.cells] == [("awaiting", "open")] * 2
        assert [cell for _column, cell in tsag.cells] == [None, None]
        assert (ietf.served, council.served) == ("mail: queued", "not by mail, still to be handed over")
        assert (table.answered, table.owing, table.total) == (0, 3, 4)
        page = self.text(client, secretary, sent)
        assert "IETF-7" in page
        assert f"/statements/{sent.pk}/replies/{ReplyFile.objects.get().pk}/" in page

    def test_an_overdue_answer_is_said_to_be(self, client, sent, secretary, time_machine):
        time_machine.move_to(NOW.replace(year=2026, month=2), tick=False)
        table = self.get(client, secretary, sent).context["table"]
        assert [line.label for line in table.purposes[0][1]] == ["overdue"] * 3
        assert [line.label for line in table.purposes[1][1]] == ["not expected"]

    def test_buttons_are_what_the_machine_offers_and_obstacles_are_in_words(
        self, client, circulated, secretary, chair, member, time_machine
    ):
        time_machine.move_to(NOW, tick=False)
        for user, open_, closed in (
            (secretary, ["Editorial change", "Back to draft", "Withdraw"], ["Approved at a meeting"]),
            (chair, ["Back to draft", "Withdraw"], ["Approve"]),
            (member, [], []),
        ):
            context = self.get(client, user, circulated).context
            assert [button.label for button in context["buttons"]] == open_
            assert [button.label for button in context["closed"]] == closed
        page = self.text(client, chair, circulated)
        assert "Comments are open until 27 October 2025. The statement can be approved after that day." in page
        assert "DRAFT – for comment until 27 October 2025" in page

    def test_a_person_of_two_desks_is_told_to_switch(self, client, sent, secretary, other_desk, other_secretary, desk):
        Appointment.objects.create(person=secretary.person, group=other_desk.group, role="secretariat")
        client.force_login(secretary)
        client.post("/desk-switch/", {"desk": other_desk.pk})
        page = client.get(f"/statements/{sent.pk}/")
        assert page.context["buttons"] == []
        assert "Switch to that desk to take steps" in page.content.decode()

    def test_warnings_stand_there_before_it_goes(self, client, draft, secretary):
        assert "Not reached by mail, and to be served otherwise: World Metaverse Council." in self.text(
            client, secretary, draft
        )

    def test_a_received_statement_leads_to_its_registration(self, client, incoming, secretary):
        page = self.text(client, secretary, incoming.statement)
        assert f'href="{incoming.get_absolute_url()}"' in page
        assert "received" in page

    def test_the_number_of_queries_stays(self, client, sent, secretary, member, letter):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                self.get(client, secretary, sent)
            return len(captured)

        def answer(name, at):
            return advance(
                sent.addressees.get(text=name), "settle", by=Actor.of(secretary), seen=sent.revision_id,
                details=Answer("acknowledgement"), now=at,
            )  # fmt: skip

        answer("IETF", AFTER)
        queries()
        one = queries()
        for name in ("ITU-T SG21", "World Metaverse Council", "ITU-T TSAG"):
            answer(name, AFTER)
        assert queries() == one
