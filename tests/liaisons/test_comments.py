"""Comments that come together, dispositions said of several, kinds that are set right, and what a silence was."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons import comments, housekeeping, links, outbox
from liaisons.comments import Said
from liaisons.details import Returned
from liaisons.models import Blob, Circulation, Comment, Event, Link, Message, Statement
from liaisons.overviews import history
from liaisons.rules import Moved, Refused
from liaisons.silence import Outcome
from liaisons.workflow import advance, obstacles
from tests.fixtures import AFTER, NOW, somebody

pytestmark = pytest.mark.postgres

DURING = NOW + timedelta(days=2)
AT_ONCE = NOW + timedelta(days=3)


@pytest.fixture
def circulation(circulated) -> Circulation:
    return circulated.circulation


@pytest.fixture
def stranger(circulation):
    """Somebody who came by the link that went to the list."""
    return links.actor(Link.objects.get(purpose="comment", circulation=circulation))


def say(circulation, user, kind="technical", text="Why?", **more):
    return comments.comment(circulation, by=Actor.of(user), kind=kind, text=text, now=DURING, **more)


def words(message) -> str:
    return " ".join(message.text.split())


def test_a_mail_to_an_address_that_anybody_may_have_typed_quotes_only_a_beginning(circulation, stranger):
    comments.comment(
        circulation, by=stranger, kind="technical", text="Why? " * 4000, name="Mel", email="mel@example.net", now=DURING
    )
    [asks] = Message.objects.filter(kind="confirm")
    assert "> Why? Why?" in asks.text
    assert len(asks.text) < 4000


class TestTogether:
    def test_one_mail_asks_an_unknown_person_to_confirm_all_that_came_in_one_go(self, circulation, stranger, member):
        file = Blob.objects.keep(b"PK", "application/msword")
        said = [Said("editorial", "Comma.", "1"), Said("technical", "Why?", "2", "its", "their")]
        rows = comments.comment_together(
            circulation, said, by=stranger, now=DURING, name="Mel", email=member.email, way="word",
            files=[(file, "doc.docx")],
        )  # fmt: skip
        [asks] = Message.objects.filter(kind="confirm")
        assert asks.subject == "Please confirm your comments on JCA-MV-Doc-001"
        assert "2 comments on this document were made in the name of Mel" in words(asks)
        assert "– editorial comment on 1: Comma." in asks.text
        assert not Comment.objects.counted().exists()
        comments.confirm(rows[0], by=Actor("link"), now=DURING)
        told = Comment.objects.counted().order_by("pk")
        assert [(row.author, row.quoted, row.proposed) for row in told] == [
            (member.person, "", ""),
            (member.person, "its", "their"),
        ]
        assert [row.comment_files.count() for row in told] == [1, 0]
        assert Event.objects.filter(verb="confirm").count() == 2

    def test_what_came_in_one_go_counts_once_against_a_strangers_mailbox(self, circulation, stranger):
        for time in range(comments.MOST_UNCONFIRMED):
            said = [Said("editorial", f"Comma {time}."), Said("editorial", "Stop.")]
            comments.comment_together(circulation, said, by=stranger, now=DURING, name="Dee", email="dee@example.org")
        with pytest.raises(Refused, match="Look into your mailbox first"):
            comments.comment(circulation, by=stranger, kind="support", now=DURING, name="Dee", email="dee@example.org")

    def test_what_was_said_in_time_is_not_late_because_it_is_confirmed_after_the_approval(
        self, circulated, circulation, stranger, chair, cochair
    ):
        rows = comments.comment_together(
            circulation, [Said("question", "Why?")], by=stranger, now=DURING, name="Dee", email="dee@example.org"
        )
        for user in (chair, cochair):
            advance(circulated, "approve", by=Actor.of(user), seen=circulated.revision_id, now=AFTER)
        comments.confirm(rows[0], by=Actor("link"), now=AFTER)
        assert not Comment.objects.get().late

    def test_the_link_that_confirmed_them_takes_each_of_them_back(self, circulation, stranger):
        said = [Said("editorial", "Comma."), Said("objection", "No.")]
        rows = comments.comment_together(
            circulation, said, by=stranger, now=DURING, name="Dee", email="dee@example.org"
        )
        comments.confirm(rows[0], by=Actor("link"), now=DURING)
        confirmed = links.actor(Link.objects.get(purpose="confirm"))
        second = Comment.objects.get(pk=rows[1].pk)
        assert comments.may_withdraw(second, confirmed)
        assert not comments.may_withdraw(second, stranger)

    def test_nothing_is_kept_when_one_of_them_says_nothing(self, circulation, member):
        said = [Said("editorial", "Comma."), Said("objection", "", proposed="Ours.")]
        with pytest.raises(Refused, match="Write what you want to say"):
            comments.comment_together(circulation, said, by=Actor.of(member), now=DURING)
        assert not Comment.objects.exists()

    def test_the_same_sent_twice_is_kept_once(self, circulation, member, stranger):
        file = Blob.objects.keep(b"PK", "application/msword")
        said = [Said("objection", "No."), Said("editorial", "Comma.")]
        by_member = {"by": Actor.of(member), "files": [(file, "a.doc")]}
        by_stranger = {"by": stranger, "name": "Dee", "email": "dee@example.org"}
        for who in (by_member, by_stranger):
            first = comments.comment_together(circulation, said, now=DURING, **who)
            again = comments.comment_together(circulation, said, now=DURING + timedelta(minutes=1), **who)
            assert again == first
        assert (Comment.objects.count(), Message.objects.filter(kind="confirm").count()) == (4, 1)

    @pytest.mark.parametrize("another", ["words", "file", "person", "hour", "taken back"])
    def test_what_is_not_the_same_is_kept_beside_it(self, circulation, member, rapporteur, another):
        file = Blob.objects.keep(b"PK", "application/msword")
        [first] = comments.comment_together(circulation, [Said("question", "Why?")], by=Actor.of(member), now=DURING)
        if another == "taken back":
            comments.withdraw(first, by=Actor.of(member), now=DURING)
        comments.comment_together(
            circulation,
            [Said("question", "Who?" if another == "words" else "Why?")],
            by=Actor.of(rapporteur if another == "person" else member),
            files=[(file, "a.doc")] if another == "file" else [],
            now=DURING + timedelta(hours=1 if another == "hour" else 0),
        )
        assert Comment.objects.count() == 2

    def test_a_stranger_whose_mails_to_confirm_have_expired_may_begin_again(self, circulation, stranger):
        def say(day):
            comments.comment(
                circulation, by=stranger, kind="question", text=f"{day}?", now=NOW + timedelta(days=day), name="Dee",
                email="dee@example.org",
            )  # fmt: skip

        for day in (1, 2, 3):
            say(day)
        with pytest.raises(Refused, match="Look into your mailbox first"):
            say(7)
        say(8)

    def test_many_remarks_ask_once_whom_their_author_represents(
        self, circulation, member, django_assert_max_num_queries
    ):
        said = [Said("editorial", f"Comma {number}.") for number in range(40)]
        with django_assert_max_num_queries(2 * 40 + 15):
            comments.comment_together(circulation, said, by=Actor.of(member), now=DURING)


class TestDisposingTogether:
    @pytest.fixture
    def rows(self, circulation, member, rapporteur):
        return [say(circulation, member, "editorial", f"Comma {n}.") for n in (1, 2)] + [
            say(circulation, rapporteur, "technical", "Name it.")
        ]

    def test_each_commenter_gets_one_mail_about_all_of_theirs(self, circulation, rows, secretary):
        seen = [(row.pk, row.standing) for row in rows]
        comments.dispose_together(
            circulation, seen, "accepted", text="In the next revision.", by=Actor.of(secretary), now=DURING
        )
        assert set(Comment.objects.values_list("disposition", flat=True)) == {"accepted"}
        told = Message.objects.filter(subject__startswith="Your ").order_by("recipient")
        assert [(message.recipient, message.subject) for message in told] == [
            ("mel@example.org", "Your 2 comments on JCA-MV-Doc-001: accepted"),
            ("ray@example.org", "Your comment on JCA-MV-Doc-001: accepted"),
        ]
        assert "– editorial comment: Comma 1.\n– editorial comment: Comma 2.\n" in told[0].text
        assert "> In the next revision." in told[0].text

    def test_nothing_changes_when_one_has_been_decided_meanwhile(self, circulation, rows, secretary, chair):
        seen = [(row.pk, row.standing) for row in rows]
        comments.dispose(rows[1], "noted", seen="", text="", by=Actor.of(chair), now=DURING)
        with pytest.raises(Moved, match="Chris Chair has decided meanwhile: noted"):
            comments.dispose_together(circulation, seen, "accepted", text="", by=Actor.of(secretary), now=DURING)
        assert Comment.objects.filter(disposition="accepted").count() == 0

    @pytest.mark.parametrize("kind", ["objection", "support"])
    def test_an_objection_is_answered_on_its_own(self, circulation, rows, member, secretary, kind):
        rows.append(say(circulation, member, kind, "No."))
        seen = [(row.pk, row.standing) for row in rows]
        with pytest.raises(Refused, match="not disposed of together"):
            comments.dispose_together(circulation, seen, "referred", text="No.", by=Actor.of(secretary), now=DURING)
        assert not Comment.objects.exclude(disposition="").exists()

    @pytest.mark.parametrize("disposition", ["rejected", "in_part"])
    def test_what_is_not_done_wants_a_sentence_also_of_several(self, circulation, rows, secretary, disposition):
        by, label = Actor.of(secretary), {"rejected": "Not accepted", "in_part": "Accepted in part"}[disposition]
        with pytest.raises(Refused, match=f"“{label}” wants a sentence that says why"):
            comments.dispose(rows[0], disposition, seen="", text=" ", by=by, now=DURING)
        with pytest.raises(Refused, match=f"“{label}” wants a sentence that says why"):
            comments.dispose_together(circulation, [(rows[0].pk, "")], disposition, text=" ", by=by, now=DURING)
        assert not Comment.objects.exclude(disposition="").exists()
        comments.dispose(rows[0], disposition, seen="", text="The terms say so.", by=by, now=DURING)

    def test_members_dispose_of_nothing(self, circulation, rows, member):
        with pytest.raises(Refused, match="by the secretariat and the chairs"):
            comments.dispose_together(
                circulation, [(rows[0].pk, "")], "accepted", text="", by=Actor.of(member), now=DURING
            )


class TestObjections:
    @pytest.mark.parametrize(
        ("disposition", "stands"),
        [("accepted", True), ("in_part", True), ("noted", True), ("rejected", True), ("overruled", False),
         ("referred", False)],
    )  # fmt: skip
    def test_only_a_chair_or_the_next_meeting_lifts_one(
        self, circulated, circulation, member, chair, disposition, stands
    ):
        row = say(circulation, member, "objection", "Not ours.")
        comments.dispose(row, disposition, seen="", text="So it is.", by=Actor.of(chair), now=DURING)
        against = obstacles(circulated, "approve", Actor.of(chair), AFTER)
        assert [sentence.startswith("Mel Member objects.") for sentence in against] == [True] * stands

    def test_one_that_is_withdrawn_stops_nothing(self, circulated, circulation, member, chair):
        row = say(circulation, member, "objection", "Not ours.")
        comments.withdraw(row, by=Actor.of(member), now=DURING)
        assert obstacles(circulated, "approve", Actor.of(chair), AFTER) == []

    @pytest.mark.parametrize("step", ["approve", "revise", "withdraw"])
    def test_who_objected_is_told_what_became_of_it_also_when_the_circulation_ends_at_once(
        self, circulated, circulation, member, chair, cochair, step
    ):
        row = say(circulation, member, "objection", "Not ours.")
        comments.dispose(row, "overruled", seen="", text="It is.", by=Actor.of(chair), now=AFTER)
        for user in (chair, cochair) if step == "approve" else (chair,):
            advance(circulated, step, by=Actor.of(user), seen=circulated.revision_id, reason="So it is.", now=AFTER)
        assert Message.objects.get(recipient=member.email).state == "queued"


class TestCorrectingTheKind:
    def test_the_secretary_sets_it_right_and_the_author_is_told(self, circulation, member, secretary):
        row = say(circulation, member, text="We object.", way="mail")
        comments.correct_kind(row, "objection", seen="", reason="It says so.", by=Actor.of(secretary), now=DURING)
        assert Comment.objects.standing_objections().get() == row
        event = Event.objects.get(verb="correct_kind")
        assert (event.reason, event.data["before"], event.data["kind"]) == ("It says so.", "technical", "objection")
        assert history.text_of(event, None) == "Technical comment counts as: objection"
        [told] = Message.objects.filter(recipient="mel@example.org")
        assert told.subject == "Your comment on JCA-MV-Doc-001 counts as: objection"
        assert "> It says so." in told.text

    def test_an_objection_is_not_made_to_vanish(self, circulation, member, secretary):
        row = say(circulation, member, "objection", "No.")
        with pytest.raises(Refused, match="An objection stays one"):
            comments.correct_kind(row, "editorial", seen="", reason="A slip.", by=Actor.of(secretary), now=DURING)
        assert Comment.objects.standing_objections().exists()

    @pytest.mark.parametrize(
        ("user", "kind", "reason", "sentence"),
        [
            ("chair", "question", "A slip.", "corrected by the secretariat"),
            ("secretary", "question", " ", "Give a reason"),
            ("secretary", "technical", "A slip.", "of that kind already"),
            ("secretary", "nonsense", "A slip.", "Choose a kind"),
        ],
    )
    def test_it_is_refused_with_a_sentence(self, circulation, member, request, user, kind, reason, sentence):
        row = say(circulation, member)
        by = Actor.of(request.getfixturevalue(user))
        with pytest.raises(Refused, match=sentence):
            comments.correct_kind(row, kind, seen="", reason=reason, by=by, now=DURING)
        assert Comment.objects.get().kind == "technical"

    def test_who_looked_at_an_older_state_is_shown_the_new_one(self, circulation, member, secretary, chair):
        row = say(circulation, member)
        comments.dispose(row, "noted", seen="", text="", by=Actor.of(chair), now=DURING)
        with pytest.raises(Moved, match="Chris Chair has decided meanwhile"):
            comments.correct_kind(row, "question", seen="", reason="A slip.", by=Actor.of(secretary), now=DURING)


class TestTheWindow:
    def move(self, circulation, day, user, reason="A reason.", now=DURING):
        return comments.move_window(circulation, day, reason=reason, by=Actor.of(user), now=now)

    def test_closed_at_once_is_told_as_now(self, circulation, secretary):
        moved = self.move(circulation, None, secretary)
        assert moved.closed_at_once
        [told] = Message.objects.filter(key__startswith="window:")
        assert told.subject == "JCA-MV-Doc-001: comments are closed now"
        said = "Comments until: 15 October 2025, 10:00 in Geneva (Europe/Zurich), closed early"
        assert said in words(told)
        assert "end of day" not in told.text
        event = Event.objects.get(verb="move_window")
        assert history.text_of(event, None) == "The window for comments was closed at once"

    def test_one_that_closes_with_its_day_is_not_closed_at_once(self, circulation, secretary):
        assert not circulation.closed_at_once
        assert not self.move(circulation, DURING.date(), secretary).closed_at_once

    def test_a_window_that_was_shortened_and_is_made_longer_than_promised_is_short_no_more(self, circulation, chair):
        assert self.move(circulation, date(2025, 10, 20), chair, "The meeting.").shortened_because == "The meeting."
        assert self.move(circulation, date(2025, 10, 22), chair, "Two days.").shortened_because == "The meeting."
        assert self.move(circulation, date(2025, 10, 30), chair, "No meeting.").shortened_because == ""

    def test_it_lasts_90_days_at_most(self, circulation, chair):
        with pytest.raises(Refused, match="lasts 90 days at most"):
            self.move(circulation, date(2026, 1, 12), chair)
        assert self.move(circulation, date(2026, 1, 11), chair).closes_on == date(2026, 1, 11)


class TestSilence:
    @pytest.fixture
    def distributed(self, draft, desk, secretary, member):
        """Taken by the list's server, with a member, a representative in office and one not any more."""
        representative = somebody("Rita", "rita@example.org", desk, "representative")
        Appointment.objects.create(person=representative.person, group=desk.group, role="member")
        gone = somebody("Gone", "gone@example.org", desk, "member")
        gone.person.appointments.update(valid_to=NOW.date() - timedelta(days=1))
        statement = advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
        outbox.deliver_due(NOW)
        return statement

    def test_members_and_representatives_of_the_day_of_distribution_are_counted(self, distributed, desk):
        assert Circulation.objects.get().asked == 2
        somebody("New", "new@example.org", desk, "member")
        outbox.deliver_due(NOW + timedelta(days=1))
        assert Circulation.objects.get().asked == 2

    def test_the_record_says_how_many_were_asked_and_what_came(self, distributed, member, chair, cochair):
        circulation = distributed.circulation
        say(circulation, member, "support", "")
        say(circulation, member)
        say(circulation, chair, "editorial", "A comma.")
        lifted = say(circulation, member, "objection", "No.")
        comments.withdraw(say(circulation, member, "question", "What?"), by=Actor.of(member), now=DURING)
        comments.dispose(lifted, "referred", seen="", text="To the next one.", by=Actor.of(chair), now=DURING)
        sentence = (
            "Asked were the list and 2 appointed members, from 13 October 2025 to 27 October 2025. "
            "What came: 1 in support, 2 comments, 1 objection, none of which stands, "
            "1 objection referred by Chris Chair to the next meeting, which is not planned yet."
        )
        assert Outcome.of(circulation).sentence == sentence
        housekeeping.keep_house(AFTER)
        assert sentence in words(Message.objects.get(kind="approve", recipient="chris@example.org"))
        for user in (chair, cochair):
            advance(distributed, "approve", by=Actor.of(user), seen=distributed.revision_id, now=AFTER)
        distributed = Statement.objects.get(pk=distributed.pk)
        told = history.of_statement(distributed, inside=True)[0]
        assert (told.text, told.reason) == ("Approved as JCA-MV-LS1", sentence)
        assert history.of_statement(distributed, inside=False)[0].reason == ""
        assert sentence in words(Message.objects.get(key__startswith="approved:"))

    def test_a_chair_who_approves_at_the_desk_reads_it_too(self, client, circulation, circulated, chair):
        with time_machine.travel(AFTER, tick=False):
            client.force_login(chair)
            page = client.get(reverse("statement-approve", args=[circulated.pk]))
        assertContains(page, Outcome.of(circulation).sentence)
        assertContains(page, reverse("circulation-table", args=[circulation.pk]))

    def test_an_objection_in_the_way_is_told_to_the_secretariat_once(self, circulation, member, chair):
        objection = say(circulation, member, "objection", "Not ours.")
        for _time in range(2):
            housekeeping.keep_house(AFTER)
        [told] = Message.objects.filter(key__startswith="stopped:", person=None)
        assert told.recipient == "secretariat@jca-mv.example.org"
        assert "– Mel Member, objection: Not ours." in told.text
        assert f"/circulations/{circulation.pk}/" in told.text
        assert not Message.objects.filter(kind="approve").exists()
        comments.dispose(objection, "overruled", seen="", text="It is.", by=Actor.of(chair), now=AFTER)
        housekeeping.keep_house(AFTER)
        assert [message.recipient for message in Message.objects.filter(kind="approve").order_by("recipient")] == [
            "chris@example.org",
            "kim@example.org",
        ]

    def test_nobody_is_told_of_an_objection_while_the_window_is_open(self, circulation, member):
        say(circulation, member, "objection", "Not ours.")
        housekeeping.keep_house(DURING)
        assert not Message.objects.filter(key__startswith="stopped:").exists()


class TestGivenBack:
    @pytest.fixture
    def on_the_list(self, circulation):
        circulation.messages.filter(kind="circulate").update(state="sent", sent_at=NOW)

    def revise(self, circulated, user, details=None):
        advance(
            circulated, "revise", by=Actor.of(user), seen=circulated.revision_id, reason="Name the meeting.",
            details=details, now=DURING,
        )  # fmt: skip

    def test_its_author_and_the_secretariat_hear_why_a_chair_returned_it(self, circulated, chair, on_the_list):
        self.revise(circulated, chair, Returned())
        told = Message.objects.filter(key__startswith="returned:").order_by("pk")
        assert [message.recipient for message in told] == ["sam@example.org", "secretariat@jca-mv.example.org"]
        assert told[0].subject.startswith("JCA-MV-Doc-001 was not approved: LS on nominating")
        assert "Chris Chair was asked to approve this text and returned it." in words(told[0])
        assert "> Name the meeting." in told[0].text

    def test_the_other_chairs_hear_that_nothing_is_asked_of_them_any_more(self, circulated, chair, cochair, desk):
        third = somebody("Tia Third", "tia@example.org", desk, "chair")
        housekeeping.ask_chairs(AFTER)
        Message.objects.filter(kind="approve").update(state="sent")
        advance(circulated, "approve", by=Actor.of(cochair), seen=circulated.revision_id, now=AFTER)
        advance(
            circulated, "revise", by=Actor.of(chair), seen=circulated.revision_id, reason="Name the meeting.",
            details=Returned(), now=AFTER,
        )  # fmt: skip
        told = {mail.recipient: mail for mail in Message.objects.filter(key__startswith="called_off:", state="queued")}
        assert set(told) == {cochair.email, third.email}
        assert told[cochair.email].subject.startswith("JCA-MV-Doc-001 is no longer to be approved: LS on")
        assert "which you had approved: your approval of it no longer counts." in words(told[cochair.email])
        assert "you need not answer any more, and the link that you have is closed." in words(told[third.email])
        assert "> Name the meeting." in told[third.email].text

    def test_a_chair_who_was_not_asked_yet_hears_nothing(self, circulated, chair, cochair):
        self.revise(circulated, chair, Returned())
        assert not Message.objects.filter(key__startswith="called_off:").exists()

    def test_the_list_hears_why_a_text_was_taken_back(self, circulated, secretary, on_the_list):
        self.revise(circulated, secretary)
        [told] = Message.objects.filter(key__startswith="taken_back:")
        assert (told.recipient, told.subject) == ("list@jca-mv.example.org", "JCA-MV-Doc-001 has been taken back")
        assert "> Name the meeting." in told.text
        assert not Message.objects.filter(key__startswith="returned:").exists()

    def test_also_where_a_mail_says_that_the_list_never_got_it(self, circulated, secretary, on_the_list):
        Message.objects.filter(kind="circulate").update(state="bounced")
        self.revise(circulated, secretary)
        assert Message.objects.filter(key__startswith="taken_back:").exists()

    def test_a_list_that_never_got_it_hears_nothing(self, circulated, secretary):
        self.revise(circulated, secretary)
        assert not Message.objects.filter(key__startswith="taken_back:").exists()

    def test_nor_does_it_hear_of_one_that_was_approved_before(self, approved, secretary, on_the_list):
        self.revise(approved, secretary)
        assert not Message.objects.filter(key__startswith="taken_back:").exists()

    def test_the_list_hears_of_a_withdrawal_too(self, circulated, secretary, on_the_list):
        advance(
            circulated, "withdraw", by=Actor.of(secretary), seen=circulated.revision_id, reason="No need.", now=DURING
        )
        [told] = Message.objects.filter(key__startswith="withdraw:")
        assert told.recipient == "list@jca-mv.example.org"
        assert "Reason: No need." in told.text
