"""The register of statements and the page of one: what each reader finds there, and what they do not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons import comments
from liaisons.details import Answer, Assignment, MeetingApproval, Received
from liaisons.documents import renderer
from liaisons.documents.rendered import Rendered
from liaisons.letter import Addressed, Attached
from liaisons.models import Blob, Event, Meeting, Message, Registration, Relation, ReplyFile, Statement
from liaisons.received.registering import register
from liaisons.texts.writing import begin, rewrite
from liaisons.workflow import advance, record_past
from tests.fixtures import AFTER, NOW


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(AFTER + timedelta(hours=1), tick=False)


@pytest.fixture
def incoming(desk, secretary, groups):
    letter = Received(
        source_text="ITU-T SG21",
        source=groups["ITU-T SG21"],
        title="LS on terms of the metaverse",
        reference="SG21-LS82",
        received_on=date(2025, 10, 1),
        deadline=date(2025, 12, 1),
        purpose="action",
    )
    return register(desk, letter, by=Actor.of(secretary), now=NOW)


def lines(client, user, query=""):
    client.logout()
    if user:
        client.force_login(user)
    response = client.get(f"/statements/{query}")
    assert response.status_code == 200
    return response.context["lines"]


def references(client, user, query=""):
    return [line.reference for line in lines(client, user, query)]


class TestRegister:
    def test_ours_says_to_whom_it_goes_and_what_is_due(self, client, sent, secretary):
        (line,) = lines(client, secretary)
        assert (line.reference, line.direction, line.label) == ("JCA-MV-LS1", "ours", "sent")
        assert line.groups == "ITU-T SG21, IETF, World Metaverse Council, ITU-T TSAG"
        assert line.purposes == "for action, for information"
        assert (line.deadline, line.next_on, line.next_what) == (date(2026, 1, 30), date(2026, 1, 30), "answers due")

    def test_incoming_says_from_whom_and_when_our_answer_is_due(self, client, incoming, desk, secretary):
        (line,) = lines(client, secretary)
        assert (line.reference, line.direction, line.label) == ("SG21-LS82", "incoming", "received")
        assert (line.groups, line.purposes) == ("ITU-T SG21", "for action")
        assert (line.next_on, line.next_what) == (date(2025, 12, 1), "answer due")
        task = Assignment(questions="Q1/20", due_on=date(2025, 11, 20))
        advance(incoming, "assign", by=Actor.of(secretary), seen="received", details=task, now=AFTER)
        (line,) = lines(client, secretary)
        assert (line.label, line.next_on) == ("assigned", date(2025, 11, 20))

    def test_a_draft_in_circulation_shows_its_document_and_its_window(
        self, client, circulated, secretary, time_machine
    ):
        (line,) = lines(client, secretary)
        assert (line.next_on, line.next_what, line.is_late) == (date(2025, 10, 27), "window closed", False)
        time_machine.move_to(NOW, tick=False)
        (line,) = lines(client, secretary)
        assert (line.reference, line.next_on, line.next_what) == (
            "JCA-MV-Doc-001", date(2025, 10, 27), "comments until",
        )  # fmt: skip

    def test_the_same_letter_is_outgoing_here_and_incoming_there(
        self, client, sent, other_desk, other_secretary, secretary
    ):
        registered_at(sent, other_desk, other_secretary)
        assert [line.direction for line in lines(client, secretary)] == ["ours"]
        assert [(line.direction, line.groups) for line in lines(client, other_secretary)] == [("incoming", "JCA-MV")]

    def test_a_letter_between_others_does_not_look_as_if_it_waited(self, client, desk, secretary):
        letter = Received(
            source_text="IETF", title="LS", received_on=NOW.date(), deadline=date(2025, 10, 1), watched=True
        )
        register(desk, letter, by=Actor.of(secretary), now=NOW)
        (line,) = lines(client, secretary)
        assert (line.direction, line.label, line.next_on, line.is_late) == ("watched", "watched", None, False)

    def test_many_addressees_are_counted(self, client, desk, letter, secretary):
        many = tuple(Addressed(f"Forum {n}", "information") for n in range(9))
        begin(desk, replace(letter, addressees=many), by=Actor.of(secretary), now=NOW)
        (line,) = lines(client, secretary)
        assert line.groups == "Forum 0, Forum 1, Forum 2 and 6 others"

    def test_outsiders_find_what_has_left_and_nothing_else(self, client, draft, incoming, outsider, secretary, letter):
        assert lines(client, None) == lines(client, outsider) == []
        to_sent(draft, secretary)
        assert references(client, None) == references(client, outsider) == []  # it may still be taken back
        Statement.objects.update(posted_at=AFTER)
        assert references(client, None) == references(client, outsider) == ["JCA-MV-LS1"]

    @pytest.mark.parametrize(
        ("evidence", "says"),
        [("announced", "announced, not yet seen"), ("implied", "another statement mentions it"), ("seen", "")],
    )
    def test_what_nobody_has_seen_says_so(self, client, incoming, secretary, evidence, says):
        Statement.objects.filter(pk=incoming.statement_id).update(evidence=evidence)
        client.force_login(secretary)
        for address in ("/statements/", f"/statements/{incoming.statement_id}/"):
            page = client.get(address).content.decode()
            assert (f"state-{evidence}" in page, says in page) == (evidence != "seen", True)
            assert "we have it" not in page

    def test_members_do_not_see_drafts(self, client, draft, member, secretary):
        assert lines(client, member) == []
        assert len(lines(client, secretary)) == 1

    def test_another_desk_sees_nothing_of_ours(self, client, sent, incoming, other_secretary):
        assert lines(client, other_secretary) == []

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?direction=ours", ["JCA-MV-LS1"]),
            ("?direction=incoming", ["SG21-LS82"]),
            ("?direction=watched", []),
            ("?state=sent", ["JCA-MV-LS1"]),
            ("?state=received", ["SG21-LS82"]),
            ("?state=noted", []),
            ("?state=nonsense", ["SG21-LS82", "JCA-MV-LS1"]),
            ("?q=nominating", ["JCA-MV-LS1"]),
            ("?q=NOMINATING+roadmap", ["JCA-MV-LS1"]),
            ("?q=nominating+terms", []),
            ("?q=SG21", ["SG21-LS82", "JCA-MV-LS1"]),
            ("?q=sg21-ls82", ["SG21-LS82"]),
            ("?q=metaverse+council", ["JCA-MV-LS1"]),
            ("?q=Doc-002", ["SG21-LS82"]),
            ("?q=Doc-001", ["JCA-MV-LS1"]),
            ("?q=50%25", []),
            ("?q=%00", ["SG21-LS82", "JCA-MV-LS1"]),
        ],
    )
    def test_filters_and_words(self, client, sent, incoming, secretary, query, found):
        assert sorted(references(client, secretary, query)) == sorted(found)

    def test_a_group_is_whoever_wrote_it_or_is_addressed(self, client, sent, incoming, secretary, groups):
        asked = [
            (name, sorted(references(client, secretary, f"?group={groups[name].pk}")))
            for name in ("IETF", "ITU-T SG21", "JCA-MV")
        ]
        assert asked == [
            ("IETF", ["JCA-MV-LS1"]),
            ("ITU-T SG21", ["JCA-MV-LS1", "SG21-LS82"]),
            ("JCA-MV", ["JCA-MV-LS1"]),
        ]

    def test_an_outsider_finds_no_document_number_of_the_desk(self, client, sent):
        assert references(client, None, "?q=Doc-001") == []
        assert references(client, None, "?state=sent&q=nominating") == ["JCA-MV-LS1"]

    def test_pages_by_key(self, client, desk, letter, secretary):
        for number in range(120):
            begin(desk, replace(letter, title=f"LS {number:03d}"), by=Actor.of(secretary), now=NOW)
        client.force_login(secretary)
        seen, address, later = [], "?direction=ours", []
        while address:
            context = client.get(f"/statements/{address}").context
            seen.append([line.statement.title for line in context["lines"]])
            address, back = context["page"].onward, context["page"].back
            later.append(back)
        assert [len(page) for page in seen] == [50, 50, 20]
        assert [title for page in seen for title in page] == [f"LS {number:03d}" for number in reversed(range(120))]
        assert "direction=ours" in later[1]
        back = client.get(f"/statements/{later[2]}").context
        assert [line.statement.title for line in back["lines"]] == seen[1]
        first = client.get(f"/statements/{back['page'].back}").context
        assert ([line.statement.title for line in first["lines"]], first["page"].back) == (seen[0], "")

    @pytest.mark.parametrize("key", ["x", "-1", "9" * 19, "9" * 400, "_"])
    def test_a_key_nobody_made_counts_as_none(self, client, sent, secretary, key):
        assert len(lines(client, secretary, f"?before={key}")) == 1

    def test_an_empty_register_says_what_to_do(self, client, secretary, member):
        client.force_login(secretary)
        page = client.get("/statements/").content.decode()
        assert "Write the first statement" in page
        assert "Leave out a word" in client.get("/statements/?q=xyz").content.decode()

    def test_the_number_of_queries_stays(self, client, desk, letter, secretary, groups):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                client.get("/statements/")
            return len(captured)

        def add(number):
            begin(desk, letter, by=Actor.of(secretary), now=NOW)
            came = Received(
                source_text="IETF",
                source=groups["IETF"],
                title="LS",
                reference=f"{number}",
                received_on=NOW.date(),
            )
            register(desk, came, by=Actor.of(secretary), now=NOW)

        client.force_login(secretary)
        add(1)
        queries()
        one = queries()
        add(2)
        add(3)
        assert queries() == one


def registered_at(statement, desk, secretary):
    """Register a statement of one desk at another, as its import does."""
    return record_past(
        Registration(desk=desk, statement=statement, received_on=date(2025, 10, 28), created_at=AFTER),
        by=Actor.of(secretary), now=AFTER, source="the mailbox",
    )  # fmt: skip


def to_sent(draft, secretary):
    meeting = Meeting.objects.create(
        group=draft.desk.group, name="A meeting", starts_on=date(2025, 10, 9), ends_on=date(2025, 10, 9)
    )
    by, seen = Actor.of(secretary), draft.revision_id
    statement = advance(draft, "approve", by=by, seen=seen, details=MeetingApproval(meeting, "3"), now=AFTER)
    return advance(statement, "send", by=by, seen=seen, now=AFTER)


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
