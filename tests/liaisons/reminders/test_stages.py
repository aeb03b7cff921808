"""Own stages of a statement, and the prompt to our own people when a body stays silent."""

from datetime import timedelta

import pytest

from liaisons import outbox, reminders
from liaisons.models import Reminder, Statement
from tests.liaisons.reminders.mornings import DUE, digest_of, geneva

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def stages(outsider: bool) -> set[int]:
    return set(Reminder.objects.filter(kind="answer", outsider=outsider).values_list("stage", flat=True))


def through(days) -> None:
    for day in days:
        reminders.fill(geneva(DUE + timedelta(days=day)))


def test_a_statement_may_have_stages_of_its_own(out):
    Statement.objects.update(remind_outsiders=[10, 2], remind_insiders=[5])
    through(range(-20, 15))
    assert (stages(outsider=True), stages(outsider=False)) == ({10, 2}, {5, -7, -14})


def test_where_it_says_nothing_the_desk_is_asked(out):
    Statement.objects.update(remind_insiders=[5])
    through(range(-20, 5))
    assert (stages(outsider=True), stages(outsider=False)) == ({7, -1}, {5})


def test_a_statement_may_remind_nobody(out):
    Statement.objects.update(remind_outsiders=[], remind_insiders=[])
    through(range(-20, 20))
    assert not Reminder.objects.exists()


def test_after_the_last_reminder_our_own_people_are_prompted_once(out, rapporteur):
    Statement.objects.update(responsible=rapporteur.person)
    for hours in range(-24 * 8, 24 * 40, 8):
        at = geneva(DUE, 9) + timedelta(hours=hours)
        reminders.remind(at)
        outbox.deliver_due(at)
    prompts = Reminder.objects.filter(kind="prompt")
    assert {(row.addressee.text, row.recipient) for row in prompts} == {
        ("ITU-T SG21", "ray@example.org"),
        ("IETF", "ray@example.org"),
    }
    # The day after the deadline is a Saturday: the last reminder left on Monday at nine.
    assert {row.message.queued_at for row in prompts} == {geneva(DUE + timedelta(days=10), 17)}
    told = " ".join(prompts[0].message.text.split())
    assert "No answer to the last reminder They are not reminded again. Write, call, give more time, or close" in told
    assert "You get this because you are the rapporteur responsible for JCA-MV-LS1." in told


def test_there_is_no_prompt_while_the_last_reminder_has_not_left(out):
    for day in range(-8, 20):
        reminders.remind(geneva(DUE + timedelta(days=day), 9))
    assert not Reminder.objects.filter(kind="prompt").exists()


def test_an_answer_after_the_last_reminder_spares_the_prompt(out):
    through([1])
    reminders.digest(geneva(DUE + timedelta(days=3), 9))
    outbox.deliver_due(geneva(DUE + timedelta(days=3), 9))
    out.addressees.filter(text="IETF").update(reply="replied")
    reminders.fill(geneva(DUE + timedelta(days=11)))
    assert {row.addressee.text for row in Reminder.objects.filter(kind="prompt")} == {"ITU-T SG21"}


def test_a_digest_tells_once_of_whom_it_prompts(out):
    for day in (-7, 1, 7, 14):
        at = geneva(DUE + timedelta(days=day + (2 if day == 1 else 0)), 9)
        reminders.remind(at)
        outbox.deliver_due(at)
    told = digest_of("sam@example.org")
    assert "No answer to the last reminder" in told.text
    assert told.text.count("– IETF") == 1
    assert told.text.count("– World Metaverse Council") == 1
    assert told.subject == "JCA-MV: 3 answers awaited, 3 overdue"


def test_the_secretariat_reads_why_it_hears_of_it(out):
    Statement.objects.update(responsible=None)
    reminders.remind(geneva(DUE - timedelta(days=7), 9))
    told = " ".join(digest_of("sam@example.org").text.split())
    assert "You get this as secretariat of JCA-MV: nobody else is responsible for JCA-MV-LS1." in told
