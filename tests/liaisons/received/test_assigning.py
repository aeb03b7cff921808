"""A statement that came in is allocated for action and for information; everybody with a part in it is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from contacts.actor import Actor
from contacts.models import Appointment, Group, Person, User
from liaisons.details import Answered, Assignment, Noted
from liaisons.models import Blob, Message, Registration
from liaisons.received.registering import register
from liaisons.workflow import Refused, advance
from tests.fixtures import NOW, somebody
from tests.pages import page, send

DUE = date(2025, 12, 1)


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def question(groups):
    """Question 9/21 with its rapporteur, who holds no role at the desk."""
    group = Group.objects.create(designation="Q9/21", kind="question", parent=groups["ITU-T SG21"], ordinal=9)
    person = Person.objects.create(name="Quinn Question", email="quinn@example.org")
    Appointment.objects.create(person=person, group=group, role="rapporteur")
    return group


@pytest.fixture
def letter_file(db):
    return Blob.objects.keep(b"%PDF-", "application/pdf"), "letter.pdf"


def assign(registration: Registration, user, now=NOW, **given) -> Registration:
    current = Registration.objects.get(pk=registration.pk)
    details = Assignment(**given)
    return advance(current, "assign", by=Actor.of(user), seen=current.state, details=details, now=now)


def mails(time: int = 0) -> dict[str, str]:
    """Subjects of the mails of that assignment by recipient."""
    found = Message.objects.filter(key__startswith="assign:").order_by("pk")
    return {mail.recipient: mail.subject for mail in found if mail.key.split(":")[2] == str(time)}


def words(recipient: str) -> str:
    return " ".join(Message.objects.filter(recipient=recipient).latest("pk").text.split())


def test_assignee_deputy_and_the_informed_are_told_their_part(registration, secretary, rapporteur, member, chair):
    assign(
        registration, secretary,
        assignee=rapporteur.person, deputy=member.person, due_on=DUE, informed=(chair.person,),
    )  # fmt: skip
    assert mails() == {
        "ray@example.org": "JCA-MV-Doc-001 is yours to see to: LS on metaverse",
        "mel@example.org": "JCA-MV-Doc-001, you are the deputy: LS on metaverse",
        "chris@example.org": "JCA-MV-Doc-001, for your information: LS on metaverse",
    }
    assert "you are asked to see that it is answered" in words("ray@example.org")
    assert "1 December 2025, end of day in Geneva" in words("ray@example.org")
    assert f"http://localhost:8000{registration.get_absolute_url()}" in words("ray@example.org")
    assert "came in for Ray Rapporteur. You are the deputy" in words("mel@example.org")
    assert "for information. Nothing is asked of you" in words("chris@example.org")
    assert "1 December" not in words("chris@example.org")


def test_rapporteurs_are_told_for_their_questions(registration, secretary, question):
    assign(registration, secretary, questions="Q9/21", due_on=DUE)
    assert "allocated to Q9/21 for action. As rapporteur" in words("quinn@example.org")


def test_questions_can_get_it_for_information_alone(registration, secretary, question):
    assert assign(registration, secretary, informed_questions="Q9/21").state == "assigned"
    assert "for information. Nothing is asked of you" in words("quinn@example.org")


def test_people_who_are_informed_take_nothing_on(registration, secretary, member):
    with pytest.raises(Refused, match="Name the Questions or the person who takes it on"):
        assign(registration, secretary, informed=(member.person,))


def test_a_second_time_only_those_are_told_for_whom_something_changed(registration, secretary, rapporteur, member):
    assign(registration, secretary, assignee=rapporteur.person, deputy=member.person, due_on=DUE)
    other = somebody("Nia New", "nia@example.org", registration.desk, "member")
    later = NOW + timedelta(hours=1)
    assign(
        registration, secretary, later,
        assignee=rapporteur.person, deputy=other.person, due_on=DUE,
    )  # fmt: skip
    assert set(mails(1)) == {"nia@example.org", "mel@example.org"}
    assert mails(1)["mel@example.org"] == "JCA-MV-Doc-001 is no longer yours: LS on metaverse"
    assert "with others now: nothing is asked of you any more" in words("mel@example.org")
    assign(registration, secretary, later, assignee=rapporteur.person, deputy=other.person, due_on=date(2025, 12, 8))
    assert set(mails(2)) == {"ray@example.org", "nia@example.org"}


def test_whoever_a_letter_is_allocated_to_reads_it_without_a_role_at_the_desk(
    client, desk, received, secretary, question, outsider, other_secretary, letter_file
):
    quinn = User.objects.create_user("quinn@example.org", person=Person.objects.get(email="quinn@example.org"))
    registration = register(desk, replace(received, files=(letter_file,)), by=Actor.of(secretary), now=NOW)
    file = reverse("registration-file", args=[registration.pk, registration.document.files.get().pk])
    readers = {quinn: 403, outsider: 403, other_secretary: 404}

    def answers(path):
        return {user: page(client, user, path, status=status).status_code for user, status in readers.items()}

    assert answers(registration.get_absolute_url()) == answers(file) == readers
    assign(registration, secretary, questions="Q9/21", deputy=outsider.person, informed=(other_secretary.person,))
    readers = dict.fromkeys(readers, 200)
    assert answers(registration.get_absolute_url()) == answers(file) == readers
    for user in readers:
        shown = page(client, user, registration.get_absolute_url()).content.decode()
        assert "Incoming at the desk of JCA-MV" in shown
        assert 'href="mailto:secretariat@jca-mv.example.org"' in shown
        assert "/assign/" not in shown
        assert reverse("document", args=[registration.document_id]) not in shown
        sent = client.post(reverse("registration-note", args=[registration.pk]), {"seen": "assigned"})
        assert sent.status_code in (403, 404)


def test_from_whom_it_is_taken_without_a_role_at_the_desk_gets_no_address(
    registration, secretary, question, rapporteur, member
):
    assign(registration, secretary, questions="Q9/21", deputy=member.person)
    assign(registration, secretary, NOW + timedelta(hours=1), assignee=rapporteur.person)
    assert "It is with others now" in words("quinn@example.org")
    assert registration.get_absolute_url() not in words("quinn@example.org")
    assert registration.get_absolute_url() in words("mel@example.org")


def test_whoever_assigns_it_knows(registration, secretary):
    assign(registration, secretary, assignee=secretary.person, due_on=DUE)
    assert mails() == {}


def test_the_page_takes_both_and_says_who_has_it(client, registration, secretary, rapporteur, member):
    send(
        client, secretary, "registration-assign", registration.pk,
        seen="received", questions="Q9/21", assignee=rapporteur.person.pk, due_on="2025-12-01",
        informed_questions="Q2/21", informed=[member.person.pk],
    )  # fmt: skip
    shown = page(client, secretary, reverse("registration", args=[registration.pk])).content.decode()
    assert "Q2/21, Mel Member" in shown
    assert "Assigned to Q9/21, Ray Rapporteur, until 1 December 2025; for information to Q2/21, Mel Member" in shown
    assert f'<option value="{member.person.pk}" selected>' in shown


# Over


def over(registration: Registration, secretary, verb: str, **given) -> None:
    current = Registration.objects.get(pk=registration.pk)
    advance(current, verb, by=Actor.of(secretary), seen=current.state, now=NOW, **given)


def settled() -> dict[str, str]:
    return dict(Message.objects.filter(key__startswith="settled:").order_by("pk").values_list("recipient", "subject"))


def test_those_who_had_to_see_to_it_are_told_that_it_was_noted(
    registration, secretary, rapporteur, member, chair, meeting
):
    assign(registration, secretary, assignee=rapporteur.person, deputy=member.person, informed=(chair.person,))
    over(registration, secretary, "note", details=Noted(meeting, "5.1"))
    subject = "JCA-MV-Doc-001 was noted: LS on metaverse"
    assert settled() == {"ray@example.org": subject, "mel@example.org": subject}
    assert f"was noted at {meeting}, clause 5.1. Nothing is asked of you any more." in words("ray@example.org")


def test_they_are_told_what_it_was_answered_with(registration, secretary, rapporteur, sent):
    assign(registration, secretary, assignee=rapporteur.person)
    over(registration, secretary, "answer", details=Answered(sent))
    assert settled() == {"ray@example.org": "JCA-MV-Doc-001 was answered: LS on metaverse"}
    assert f"was answered with {sent}. Nothing is asked of you any more." in words("ray@example.org")


def test_whoever_gets_it_again_after_it_was_noted_is_told_so(registration, secretary, rapporteur):
    assign(registration, secretary, assignee=rapporteur.person, due_on=DUE)
    over(registration, secretary, "note")
    over(registration, secretary, "reopen", reason="TSAG asks again.")
    assign(registration, secretary, assignee=rapporteur.person, due_on=DUE)
    assert mails(1) == {"ray@example.org": "JCA-MV-Doc-001 is yours to see to: LS on metaverse"}
