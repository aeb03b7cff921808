"""manage.py remind says who would get what and why, and leaves no trace of it."""

import io
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from contacts.models import Desk, Holiday
from liaisons import reminders
from liaisons.mail.seen import Seen
from liaisons.models import Addressee, Message, Reminder
from liaisons.reminders import rehearsing
from tests.liaisons.reminders.mornings import DUE, geneva, queued

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

WEEK_BEFORE = DUE - timedelta(days=7)
MONDAY = DUE + timedelta(days=3)


def said(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("remind", *arguments, stdout=out)
    return out.getvalue().splitlines()


def everything() -> dict[str, list]:
    return {
        model.__name__: sorted(model._base_manager.values_list())
        for model in apps.get_app_config("liaisons").get_models()
    }


def test_it_says_who_would_get_what_and_why_and_changes_nothing(out, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE - timedelta(days=30)), tick=False)
    before = everything()
    lines = said("--on", WEEK_BEFORE.isoformat(), "--dry-run")
    assert everything() == before
    assert len(lines) == 6
    assert {len(line) - len(line.lstrip()) for line in lines} == {0}
    starts = [lines[0].index(heading) for heading in ("when", "to", "what", "of", "stage", "due", "why")]
    cells = [
        [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)] for line in lines
    ]
    assert cells[1] == [
        "2026-01-23 09:00 Europe/Zurich",
        "ietf@example.org",
        "an answer is awaited",
        "JCA-MV-LS1, IETF",
        "7",
        "2026-01-30",
        "IETF was asked by JCA-MV-LS1, and this is its address at our desk.",
    ]
    assert [row[1] for row in cells[1:]] == ["ietf@example.org"] + ["sam@example.org"] * 3 + ["sg21@example.org"]


def test_each_mail_is_shown_as_it_would_leave(out, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE), tick=False)
    shown = "\n".join(said("--dry-run", "--mails")).partition("=" * 72)[2].split("=" * 72)
    reminders.remind(geneva(WEEK_BEFORE))
    left = Message.objects.filter(kind="remind").order_by("recipient")
    assert [text.partition("\n\n")[2].strip() for text in shown] == [Seen.of(one).text.strip() for one in left]


def test_what_has_been_told_before_that_day_is_not_told_on_it(out, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE - timedelta(days=3)), tick=False)
    assert said("--on", (WEEK_BEFORE + timedelta(days=3)).isoformat(), "--dry-run") == [
        "Nobody would be reminded on 2026-01-26."
    ]


def test_what_falls_on_a_weekend_or_a_holiday_is_told_on_the_next_day(out, desk, time_machine):
    Holiday.objects.create(desk=desk, day=WEEK_BEFORE, name="Founding day")
    time_machine.move_to(geneva(WEEK_BEFORE - timedelta(days=3)), tick=False)
    lines = said("--on", (WEEK_BEFORE + timedelta(days=3)).isoformat(), "--dry-run")
    assert len(lines) == 6
    assert lines[1].startswith("2026-01-26 09:00 Europe/Zurich  ietf@example.org")


def test_prompts_are_foreseen(out, time_machine):
    Addressee.objects.exclude(text="IETF").update(reply="replied")
    time_machine.move_to(geneva(DUE), tick=False)
    lines = said("--on", (DUE + timedelta(days=11)).isoformat(), "--dry-run")
    assert "nothing came after the last reminder" in lines[1]


def test_today_begins_now(out, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 14), tick=False)
    lines = said("--dry-run")
    assert lines[1].startswith("2026-01-23 14:00 Europe/Zurich")


def test_without_a_rehearsal_it_reminds(out, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE), tick=False)
    assert said() == ["3 mails queued."]
    assert Reminder.objects.count() == 5
    assert len(queued()) == Message.objects.filter(kind="remind").count() == 3


def test_a_day_that_is_none_is_answered_with_how_one_is_written(out):
    with pytest.raises(CommandError, match=r"23\.11\. is no day\. Write it as in 2026-01-30\."):
        said("--on", "23.11.", "--dry-run")


def test_of_a_day_far_away_the_weeks_before_are_played_and_it_is_told_as_if_all_days_were(out, time_machine):
    now, on = geneva(WEEK_BEFORE - timedelta(days=60)), DUE + timedelta(days=84)
    time_machine.move_to(now, tick=False)
    assert len(rehearsing._mornings(on, now)) == 36
    told = said("--on", on.isoformat(), "--dry-run")
    assert [line.split()[3] for line in told[1:]] == ["sam@example.org"] * 3
    assert all("  -84  " in line for line in told[1:])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--on", "2026-02-01"], "Reminders are made for now. To see what a day would bring, add --dry-run."),
        (["--mails"], "Reminders are made for now. To see what a day would bring, add --dry-run."),
        (["--on", "2025-01-01", "--dry-run"], "2025-01-01 is over: what left on it is in the outbox."),
        (["--on", "2026-01-22", "--dry-run"], "2026-01-22 is over: what left on it is in the outbox."),
        (["--on", "2027-01-25", "--dry-run"], "2027-01-25 is too far away. Give a day until 2027-01-24."),
    ],
)
def test_what_it_does_not_do_it_says(out, arguments, sentence, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE), tick=False)
    with pytest.raises(CommandError, match=sentence):
        said(*arguments)


def test_yesterday_is_not_over_where_a_reader_is_in_the_west(out, member, time_machine):
    """In Pago Pago it is the evening before."""
    time_machine.move_to(geneva(WEEK_BEFORE), tick=False)
    assert said("--on", "2026-01-22", "--dry-run") == ["Nobody would be reminded on 2026-01-22."]


def test_of_two_stages_that_one_mail_tells_of_only_the_latest_is_listed(out, desk, time_machine):
    """Three days before is a Saturday and the day before a Monday: both come then, in a mail that says it once."""
    Desk.objects.update(remind_insiders=[3, 1])
    Addressee.objects.update(due_on=MONDAY + timedelta(days=1), due_at=geneva(MONDAY + timedelta(days=1), 23))
    time_machine.move_to(geneva(MONDAY - timedelta(days=10)), tick=False)
    heading, *lines = said("--on", MONDAY.isoformat(), "--dry-run")
    stages = [line[heading.index("stage") :].split()[0] for line in lines if "sam@example.org" in line]
    assert stages == ["1", "1", "1"]  # of three addressees
