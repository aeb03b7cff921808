"""Letters that were assigned and actions of meetings: whoever took them on is reminded, then the deputy."""

from datetime import date, timedelta

import pytest

from contacts.actor import Actor
from contacts.models import Appointment, Group, Person
from liaisons import reminders
from liaisons.details import Assignment
from liaisons.models import Action, Registration, Reminder
from liaisons.workflow import advance
from tests.fixtures import NOW, somebody
from tests.liaisons.reminders.mornings import digest_of, geneva, queued

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

DUE = date(2025, 11, 28)  # a Friday


def assigned(registration, secretary, *, questions="", assignee=None, deputy=None, now=NOW) -> Registration:
    details = Assignment(questions, assignee and assignee.person, deputy and deputy.person, DUE)
    return advance(registration, "assign", by=Actor.of(secretary), seen=registration.state, details=details, now=now)


def came(days) -> dict[int, list[str]]:
    """Days after DUE → whom the rows are for that came on them."""
    told = {}
    for day in days:
        before = set(Reminder.objects.values_list("pk", flat=True))
        reminders.fill(geneva(DUE + timedelta(days=day), 13))  # it is that day everywhere
        new = Reminder.objects.exclude(pk__in=before).order_by("recipient")
        if new:
            told[day] = [row.recipient.partition("@")[0] for row in new]
    return told


def test_the_assignee_by_stages_and_the_deputy_when_the_day_has_passed(registration, secretary, rapporteur, member):
    assigned(registration, secretary, assignee=rapporteur, deputy=member)
    assert came(range(-20, 16)) == {
        -14: ["ray"], -7: ["ray"], -3: ["ray"], -1: ["ray"], 0: ["ray"],
        1: ["mel"], 7: ["mel", "ray"], 14: ["mel", "ray"],
    }  # fmt: skip


def test_the_deputy_takes_the_place_of_an_assignee_without_an_address(registration, secretary, rapporteur, member):
    Person.objects.filter(pk=rapporteur.person.pk).update(email="")
    assigned(registration, secretary, assignee=rapporteur, deputy=member)
    assert came([-7, 0, 1]) == {-7: ["mel"], 0: ["mel"], 1: ["mel"]}


def test_where_nobody_has_an_address_the_secretariat_is_reminded(registration, secretary, rapporteur):
    Person.objects.filter(pk=rapporteur.person.pk).update(email="")
    assigned(registration, secretary, assignee=rapporteur)
    assert came([-7]) == {-7: ["sam"]}


def test_questions_mean_their_rapporteurs(registration, secretary, groups, desk, member):
    question = Group.objects.create(designation="ITU-T Q6/21", kind="question", parent=groups["ITU-T SG21"])
    quentin = somebody("Quentin", "quentin@example.org")
    Appointment.objects.create(person=quentin.person, group=question, role="rapporteur")
    assigned(registration, secretary, questions="Q6/21", deputy=member)
    assert came([-7, 0, 1]) == {-7: ["quentin"], 0: ["quentin"], 1: ["mel"]}
    reminders.digest(geneva(DUE - timedelta(days=7), 9))
    assert "was assigned to Q6/21, of which you are rapporteur." in " ".join(
        digest_of("quentin@example.org").text.split()
    )
    reminders.digest(geneva(DUE + timedelta(days=3), 21))  # nine in the morning in Pago Pago
    assert "was assigned to Q6/21 and you are the deputy." in " ".join(digest_of("mel@example.org").text.split())


def test_questions_whose_rapporteur_nobody_knows_mean_the_secretariat(registration, secretary):
    assigned(registration, secretary, questions="9/99")
    assert came([-7]) == {-7: ["sam"]}


def test_no_stage_from_before_the_letter_was_assigned(registration, secretary, rapporteur):
    assigned(registration, secretary, assignee=rapporteur, now=geneva(DUE - timedelta(days=5), 15))
    assert came([-5, -4, -3]) == {-3: ["ray"]}


def test_an_answer_a_new_date_or_another_assignee_cancels_what_has_not_left(
    registration, secretary, rapporteur, member
):
    registration = assigned(registration, secretary, assignee=rapporteur)
    reminders.fill(geneva(DUE - timedelta(days=7), 0))
    assigned(registration, secretary, assignee=member)
    assert reminders.digest(geneva(DUE - timedelta(days=7), 9)) == 0
    Registration.objects.update(assignee=rapporteur.person)
    reminders.fill(geneva(DUE - timedelta(days=3), 0))
    Registration.objects.update(due_on=DUE + timedelta(days=30))
    assert reminders.digest(geneva(DUE - timedelta(days=3), 9)) == 0
    Registration.objects.update(due_on=DUE)
    reminders.fill(geneva(DUE - timedelta(days=1), 0))
    Registration.objects.update(state="answered")
    assert reminders.digest(geneva(DUE - timedelta(days=1), 9)) == 0


def test_what_an_assignee_reads(registration, secretary, rapporteur):
    assigned(registration, secretary, assignee=rapporteur)
    reminders.remind(geneva(DUE - timedelta(days=7), 9))
    message = digest_of("ray@example.org")
    assert message.subject == "JCA-MV: 1 letter to answer"
    told = " ".join(message.text.split())
    assert "Answer due: 28 November 2025, end of day in Geneva (Europe/Zurich): due in 7 days" in told
    assert "You get this because JCA-MV-Doc-001 was assigned to you." in told


@pytest.fixture
def action(meeting, rapporteur) -> Action:
    return Action.objects.create(
        meeting=meeting, position=1, text="Ask SG20 for its list.", owner=rapporteur.person, due_on=DUE
    )


def test_the_owner_of_an_action_is_reminded_three_days_before_on_the_day_and_weekly(action):
    assert came(range(-10, 15)) == {-3: ["ray"], 0: ["ray"], 7: ["ray"], 14: ["ray"]}


def test_an_action_that_is_done_or_has_another_day_makes_no_mail(action):
    reminders.fill(geneva(DUE - timedelta(days=3), 0))
    Action.objects.update(done_on=DUE - timedelta(days=4))
    assert reminders.digest(geneva(DUE - timedelta(days=3), 9)) == 0
    assert came([0]) == {}


def test_the_secretariat_hears_of_an_action_whose_owner_has_no_address(action, secretary):
    Person.objects.filter(name="Ray Rapporteur").update(email="")
    assert came([0]) == {0: ["sam"]}
    reminders.digest(geneva(DUE, 9))
    told = " ".join(digest_of("sam@example.org").text.split())
    assert "You get this as secretariat: whoever undertook it has no address (First meeting of JCA-MV)." in told


def test_an_action_that_was_due_before_the_meeting_ended_brings_nothing(action, meeting):
    type(meeting).objects.update(ends_on=DUE + timedelta(days=1))
    assert came([0, 6]) == {}


def test_what_was_assigned_before_liaise_counts_from_when_it_was_registered(registration, rapporteur):
    Registration.objects.update(
        state="assigned", assignee=rapporteur.person, due_on=DUE, created_at=geneva(DUE - timedelta(days=5))
    )
    assert came([-5, -3]) == {-3: ["ray"]}


def test_all_of_a_person_is_one_mail(registration, secretary, rapporteur, action):
    assigned(registration, secretary, assignee=rapporteur)
    assert reminders.remind(geneva(DUE - timedelta(days=3), 9)) == 1
    assert queued() == ["ray@example.org"]
    assert digest_of("ray@example.org").subject == "JCA-MV: 1 letter to answer, 1 action due"
