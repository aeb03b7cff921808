"""The register of statements: what each reader finds there, and what they do not."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.actor import Actor
from liaisons.details import Assignment, Received
from liaisons.letter import Addressed
from liaisons.models import Statement
from liaisons.received.registering import register
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.liaisons.statements.steps import registered_at, to_sent


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
