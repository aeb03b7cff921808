"""From when on others may read a statement: not from the click, but from the first letter that has left."""

from datetime import timedelta

import pytest

from contacts.actor import Actor
from liaisons import handover, outbox
from liaisons.models import Message, Registration, Statement
from liaisons.workflow import advance, record_past
from tests.fixtures import AFTER, NOW

HELD = AFTER + timedelta(minutes=1)
LATER = AFTER + timedelta(hours=2)

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(LATER, tick=False)


def again(statement):
    return Statement.objects.get(pk=statement.pk)


def sees(client, user, statement):
    """Whether the person reads it at each of its addresses, and finds it in the register."""
    client.logout()
    if user is not None:
        client.force_login(user)
    page = client.get(f"/statements/{statement.pk}/").status_code == 200
    permanent = client.get(statement.get_absolute_url()).status_code == 200
    listed = statement in [line.statement for line in client.get("/statements/").context["lines"]]
    return page, permanent, listed


NOWHERE, EVERYWHERE = (False, False, False), (True, True, True)


class TestHeld:
    def test_only_the_desk_reads_what_may_be_taken_back(self, client, held, member, outsider, other_secretary):
        assert held.posted_at is None
        assert sees(client, member, held) == EVERYWHERE
        assert sees(client, None, held) == sees(client, outsider, held) == NOWHERE
        assert sees(client, other_secretary, held) == NOWHERE
        client.logout()
        assert client.get(f"/statements/{held.pk}/pdf/").status_code == 404

    def test_taken_back_it_has_never_been_out(self, client, held, secretary):
        advance(held, "recall", by=Actor.of(secretary), seen=held.revision_id, now=HELD)
        assert again(held).posted_at is None
        assert sees(client, None, held) == NOWHERE

    def test_a_registration_at_another_desk_shows_no_more(self, client, held, other_desk, other_secretary, secretary):
        record_past(
            Registration(desk=other_desk, statement=held, created_at=AFTER),
            by=Actor.of(secretary), now=AFTER, source="the mailbox",
        )  # fmt: skip
        assert sees(client, other_secretary, held) == NOWHERE


class TestOut:
    @pytest.mark.django_db(transaction=True)
    def test_it_is_out_when_the_first_mail_is_taken(self, client, held):
        first = Message.objects.of_dispatch(held).first()
        Message.objects.filter(pk=first.pk).update(not_before=HELD)
        first.files.all().delete()
        outbox.deliver_due(HELD)
        assert Message.objects.of_dispatch(held).filter(state="sent").count() == 1
        assert again(held).posted_at == HELD
        assert sees(client, None, held) == EVERYWHERE

    @pytest.mark.django_db(transaction=True)
    def test_a_mail_that_is_refused_publishes_nothing(self, held, secretary):
        mail = Message.objects.of_dispatch(held).first()
        Message.objects.filter(pk=mail.pk).update(state="in_doubt", handed_over_at=HELD)
        outbox.give_up(mail, Actor.of(secretary), LATER, "It never came.")
        assert again(held).posted_at is None

    def test_a_mail_that_was_in_doubt_and_arrived_counts(self, held, secretary):
        mail = Message.objects.of_dispatch(held).first()
        Message.objects.filter(pk=mail.pk).update(state="in_doubt", handed_over_at=HELD)
        outbox.mark_arrived(Message.objects.get(pk=mail.pk), Actor.of(secretary), LATER)
        assert again(held).posted_at == HELD

    def test_what_is_handed_over_is_out(self, held, secretary):
        council = held.addressees.get(text="World Metaverse Council")
        handover.hand_over(council, LATER.date(), "Web form", by=Actor.of(secretary), now=LATER)
        assert again(held).posted_at == LATER

    def test_a_second_one_changes_nothing(self, sent, secretary):
        council = sent.addressees.get(text="World Metaverse Council")
        handover.hand_over(council, LATER.date(), "Web form", by=Actor.of(secretary), now=LATER)
        assert again(sent).posted_at == AFTER

    def test_what_was_sent_before_liaise_is_out(self, desk, secretary):
        past = Statement(desk=desk, source_text="JCA-MV", state="sent", created_at=NOW, approved_at=NOW, sent_at=NOW)
        record_past(past, by=Actor.of(secretary), now=LATER, source="the archive")
        assert again(past).posted_at == NOW


class TestMembers:
    """Members read from circulation on; officers read all of their desk."""

    def withdrawn(self, statement, user):
        advance(statement, "withdraw", by=Actor.of(user), seen=statement.revision_id, reason="Enough.", now=LATER)
        return again(statement)

    def seen_by(self, user):
        return list(Statement.objects.visible_to(Actor.of(user), LATER.date()))

    def test_a_draft_withdrawn_before_circulation_stays_with_the_officers(self, draft, secretary, rapporteur, member):
        row = self.withdrawn(draft, secretary)
        assert (self.seen_by(rapporteur), self.seen_by(member)) == ([row], [])

    def test_one_withdrawn_in_circulation_stays_with_its_readers(self, circulated, secretary, member):
        assert self.seen_by(member) == [self.withdrawn(circulated, secretary)]

    def test_what_a_meeting_approved_is_known_to_members(self, draft, at_meeting, secretary, member):
        advance(draft, "approve", by=Actor.of(secretary), seen=draft.revision_id, details=at_meeting, now=AFTER)
        assert self.seen_by(member) == [draft]
