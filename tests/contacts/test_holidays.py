"""The holidays of a desk: one by one, pasted, from a calendar file, and removed."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts import holidays
from contacts.models import Holiday
from tests.fixtures import NOW

pytestmark = pytest.mark.django_db

CHRISTMAS = date(2026, 12, 25)
GENEVA = ZoneInfo("Europe/Zurich")
ICS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Somebody//EN\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;VALUE=DATE:20261225\r
DTEND;VALUE=DATE:20261227\r
SUMMARY:Christmas\\, both days\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
DTSTART:20260801T080000Z\r
SUMMARY:National day\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:3\r
DTSTART;VALUE=DATE:20260101\r
RRULE:FREQ=YEARLY\r
SUMMARY:New year\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.fixture
def at_work(client, secretary, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(secretary)
    return client


def kept() -> list[tuple[str, str]]:
    return [(row.day.isoformat(), row.name) for row in Holiday.objects.all()]


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_day_is_added_and_removed(at_work, desk):
    response = at_work.post(reverse("holidays"), {"day": "2026-12-25", "name": "Christmas"}, follow=True)
    assert "1 holiday is added." in words(response)
    assert kept() == [("2026-12-25", "Christmas")]
    at_work.post(reverse("holiday-remove", args=[Holiday.objects.get().pk]))
    assert kept() == []


def test_lines_are_pasted_and_a_day_that_is_there_keeps_its_name(at_work, desk):
    Holiday.objects.create(desk=desk, day=CHRISTMAS, name="Noël")
    pasted = "2026-12-25 Christmas\n\n2026-08-01: National day\n"
    response = at_work.post(reverse("holidays-list"), {"text": pasted}, follow=True)
    assert "1 holiday is added. 1 was there already." in words(response)
    assert kept() == [("2026-08-01", "National day"), ("2026-12-25", "Noël")]


def test_a_calendar_file_is_read_with_its_days(at_work, desk):
    file = SimpleUploadedFile("holidays.ics", ICS, "text/calendar")
    response = at_work.post(reverse("holidays-list"), {"file": file}, follow=True)
    assert kept() == [
        ("2026-08-01", "National day"),
        ("2026-12-25", "Christmas, both days"),
        ("2026-12-26", "Christmas, both days"),
    ]
    assert "1 entry repeats by a rule and was left out. Add its days one by one." in words(response)


@pytest.mark.parametrize("line", ["Christmas", "2026-12-25", "25.12.2026 Christmas", "2026-02-30 Nothing"])
def test_a_line_that_is_no_holiday_is_named_and_nothing_is_added(at_work, desk, line):
    response = at_work.post(reverse("holidays-list"), {"text": f"2026-08-01 National day\n{line}"})
    assert response.status_code == 400
    assert f"“{line}” is no holiday. Write a day and a name on each line" in words(response)
    assert kept() == []


@pytest.mark.parametrize(
    "content", [b"", b"Not a calendar", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n",
                ICS.replace(b"20261225", b"20269999")],
)  # fmt: skip
def test_a_file_that_is_no_calendar_is_refused(content):
    with pytest.raises(holidays.Unreadable, match="The file is no calendar"):
        holidays.from_calendar(content, GENEVA)


def test_a_calendar_cannot_fill_the_desk():
    many = b"".join(
        b"BEGIN:VEVENT\r\nUID:%d\r\nDTSTART;VALUE=DATE:%d0101\r\nDTEND;VALUE=DATE:%d0201\r\nEND:VEVENT\r\n"
        % (number, 2000 + number, 2000 + number)
        for number in range(20)
    )
    with pytest.raises(holidays.Unreadable, match="more than 500 days"):
        holidays.from_calendar(b"BEGIN:VCALENDAR\r\n" + many + b"END:VCALENDAR\r\n", GENEVA)
    with pytest.raises(holidays.Unreadable, match="larger than 256 kB"):
        holidays.from_calendar(b"x" * (holidays.MAX_BYTES + 1), GENEVA)


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        ("DTSTART:20261224T230000Z\nDTEND:20261225T230000Z", [25]),  # midnight to midnight in Geneva
        ("DTSTART:20261225T090000\nDTEND:20261226T170000", [25, 26]),
        ("DTSTART:20261225T090000\nDTEND:20261225T090000", [25]),
        ("DTSTART;VALUE=DATE:20261225\nDURATION:P2D", [25, 26]),
        ("DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED", []),
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225", [25]),
    ],
)
def test_an_entry_is_taken_on_the_days_that_it_has_at_the_seat(lines, days):
    event = f"BEGIN:VEVENT\nUID:1\n{lines}\nSUMMARY:Christmas\nEND:VEVENT\n"
    read = holidays.from_calendar(f"BEGIN:VCALENDAR\n{event}END:VCALENDAR\n".replace("\n", "\r\n").encode(), GENEVA)
    assert list(read.days) == [date(2026, 12, day) for day in days]


def test_a_long_vacation_is_no_holiday_and_that_is_said(at_work, desk):
    file = SimpleUploadedFile("holidays.ics", ICS.replace(b"20261227", b"20270301"), "text/calendar")
    response = at_work.post(reverse("holidays-list"), {"file": file}, follow=True)
    assert kept() == [("2026-08-01", "National day")]
    assert "1 entry goes on for more than 31 days and was left out." in words(response)


def test_days_of_another_desk_are_not_seen_nor_removed(at_work, desk, other_desk):
    theirs = Holiday.objects.create(desk=other_desk, day=CHRISTMAS, name="Noël")
    assert "Noël" not in words(at_work.get(reverse("holidays")))
    assert at_work.post(reverse("holiday-remove", args=[theirs.pk])).status_code == 404
    at_work.post(reverse("holidays"), {"day": "2026-12-25", "name": "Christmas"})
    assert Holiday.objects.count() == 2
