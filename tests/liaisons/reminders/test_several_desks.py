"""Whoever works for several desks has one mail a day from all of them, of which no desk reads what is another's."""

import re
from datetime import date, timedelta
from email import message_from_bytes

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.actor import Actor
from contacts.desks import SESSION_KEY
from contacts.models import Appointment, Desk, Group, Holiday, Person, User
from liaisons import links, mail, outbox, reminders
from liaisons.arrivals.taking import take
from liaisons.details import Received
from liaisons.mail import digests
from liaisons.models import Addressee, Link, Message, Mute, Registration, Statement
from liaisons.outbox import reserved
from liaisons.received.registering import register
from liaisons.reminders.rehearsing import rehearse
from liaisons.rules import Refused
from tests.fixtures import NOW, somebody
from tests.liaisons.arrivals.mails import a_bounce
from tests.liaisons.reminders.mornings import DUE, digest_of, geneva, queued

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

WEEK_BEFORE = DUE - timedelta(days=7)
OURS, THEIRS = "LS on nominating representatives", "LS on digital twins"
MASK = "[What it tells of other desks is for its reader alone.]"


def take_on(person: Person, desk: Desk, due_on: date, title: str = THEIRS) -> Registration:
    """A letter of others that is assigned to the person at that desk."""
    came = Received(
        source_text="SG13", reference=f"SG13-LS{due_on:%m%d}-{desk.pk}", title=title, received_on=NOW.date(),
        purpose="action",
    )  # fmt: skip
    keeper = User.objects.filter(
        person__appointments__group=desk.group, person__appointments__role="secretariat"
    ).first()
    by = Actor.of(keeper or somebody("Kay Keeper", f"{desk.slug}@example.org", desk, "secretariat"))
    row = register(desk, came, by=by, now=NOW)
    Registration.objects.filter(pk=row.pk).update(state="assigned", assignee=person, due_on=due_on)
    return row


@pytest.fixture
def both(out, desk, other_desk, secretary) -> Person:
    """The secretary of JCA-MV is a member of SG20 too, where something is due a day before what is due at JCA-MV."""
    Appointment.objects.create(person=secretary.person, group=other_desk.group, role="member")
    take_on(secretary.person, other_desk, DUE - timedelta(days=1))
    return secretary.person


@pytest.fixture
def ours(both) -> Person:
    """What is due at SG20 is due a day after what is due at JCA-MV: so the mail is that of JCA-MV."""
    Registration.objects.update(due_on=DUE + timedelta(days=1))
    return both


def morning(day: date = WEEK_BEFORE, hour: int = 9) -> Message:
    reminders.remind(geneva(day, hour))
    return digest_of("sam@example.org")


def leaving(message: Message) -> str:
    return outbox.compose(message, geneva(WEEK_BEFORE, 9)).body


def of_sam() -> list[Message]:
    return list(Message.objects.filter(kind="remind", recipient="sam@example.org").order_by("pk"))


# One mail


def test_a_person_has_one_mail_of_all_their_desks(both, other_desk):
    message = morning()
    assert of_sam() == [message]
    assert message.desk == other_desk  # which has the most urgent thing
    assert message.reply_to == "secretariat@sg20.example.org"
    assert message.headers["List-Id"] == '"ITU-T SG20 Secretariat" <secretariat.sg20.example.org>'
    assert message.subject == "ITU-T SG20 and 1 other desk: 1 letter to answer, 3 answers awaited"
    body = leaving(message)
    headings = ["ITU-T SG20\n==========\n", THEIRS, "JCA-MV\n======\n", OURS, "-- \nITU-T SG20 Secretariat\n"]
    assert sorted(headings, key=body.index) == headings
    assert body.startswith("Sam Secretary, this is due at 2 desks.\n\nIf you answer this mail, your answer goes to the")


def test_it_belongs_to_the_desk_of_what_is_most_urgent_and_of_equals_to_the_first(both, desk, other_desk):
    Registration.objects.update(due_on=DUE)
    assert morning().desk == desk


def test_with_one_desk_nothing_is_said_of_desks(both, desk):
    Registration.objects.update(state="noted")
    message = morning()
    assert message.text.startswith("Sam Secretary, this is due at the desk of JCA-MV.\n\n* Answers awaited\n\nNumber: ")
    assert "\nTo get fewer of these reminders, or none:\n[[link:" in message.text
    assert "=" not in message.text
    assert "If you answer" not in message.text
    assert reserved.BEGIN not in message.text + message.html
    assert message.subject == "JCA-MV: 3 answers awaited"
    assert message.headers["List-Unsubscribe"].endswith("mute/>")


def test_text_and_html_hold_the_same_within_72_columns(both, other_desk):
    long = "Joint coordination activity on the metaverse, on its twins and on all that is like it"
    Group.objects.filter(pk=other_desk.group_id).update(designation=long)
    message = morning()
    mailed = outbox.compose(message, geneva(WEEK_BEFORE, 9))
    [page] = [alternative.content for alternative in mailed.alternatives]
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page) == [long, "JCA-MV"]
    assert page.count("/l/") == 4  # each door, as an address and its words
    for form in (mailed.body, page):
        assert "[[" not in form
        assert "\n\n\n" not in form
    assert {line for line in mailed.body.split("\n") if len(line) > 72 and "http" not in line} == set()


def test_it_is_written_in_the_language_of_its_reader(both):
    Person.objects.filter(pk=both.pk).update(language="fr")
    page = morning().html
    assert '<html lang="fr"' in page
    assert "janvier 2026" in page[page.index("<h1") :]
    assert "janvier 2026" in page[page.index(reserved.BEGIN) :]


def test_a_subject_that_grows_too_long_names_no_desk(both, other_desk):
    Group.objects.filter(pk=other_desk.group_id).update(
        designation="Joint coordination activity on metaverse and twins"
    )
    assert morning().subject == "2 desks: 1 letter to answer, 3 answers awaited"


def test_a_desk_on_holiday_keeps_its_part_for_another_day(both, desk, other_desk):
    Holiday.objects.create(desk=other_desk, day=WEEK_BEFORE, name="Founding day")
    message = morning()
    assert (message.desk, THEIRS in message.text) == (desk, False)
    outbox.deliver_due(geneva(WEEK_BEFORE, 9))
    monday = morning(WEEK_BEFORE + timedelta(days=3))
    assert (monday.desk, THEIRS in monday.text, OURS in monday.text) == (other_desk, True, False)


def test_a_rehearsal_tells_of_both_desks_at_one_time(both):
    told = rehearse(WEEK_BEFORE, geneva(WEEK_BEFORE, 7))
    of_person = {(one.at.hour, one.why.partition(":")[0]) for one in told if one.recipient == "sam@example.org"}
    assert of_person == {
        (9, "You get this because SG20-TD1 was assigned to you."),
        (9, "You get this because you are responsible for JCA-MV-LS1."),
    }


def statements_of_a_run() -> int:
    """How often the database is asked for one mail; nothing of it stays."""
    reminders.fill(geneva(WEEK_BEFORE, 9))
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert reminders.digest(geneva(WEEK_BEFORE, 9)) == 1
        transaction.set_rollback(True)
    return len(asked)


def test_the_number_of_statements_does_not_grow_with_desks(both, groups):
    Addressee.objects.filter(reply="awaiting").update(unreminded_since=NOW)  # or they would have mails of their own
    Registration.objects.update(due_on=None)
    with_one = statements_of_a_run()
    Registration.objects.update(due_on=DUE - timedelta(days=1))
    for number, name in enumerate(["IETF", "ITU-T TSAG", "ITU-T SG21"]):
        address = {"mailbox": f"desk-{number}@example.org", "mailing_list": f"list-{number}@example.org"}
        third = Desk.objects.create(group=groups[name], slug=f"desk-{number}", **address)
        Appointment.objects.create(person=both, group=third.group, role="member")
        take_on(both, third, DUE, f"Third {number}.")
    assert statements_of_a_run() == with_one
    said = morning().subject
    assert said == "ITU-T SG20 and 4 other desks: 4 letters to answer, 3 answers awaited"


def test_a_bounce_that_gives_it_back_is_shown_to_its_reader_alone(ours, desk, client, secretary):
    message = morning()
    outbox.deliver_due(geneva(WEEK_BEFORE, 9))
    row = take(a_bounce(message), geneva(WEEK_BEFORE, 10))
    addresses = [reverse(name, args=[row.pk]) for name in ("received-mail", "received-mail-raw")]
    colleague = somebody("Cleo Colleague", "cleo@example.org", desk, "secretariat")
    for user, statuses in ((colleague, [200, 403]), (secretary, [200, 200])):
        client.force_login(user)
        assert [client.get(address).status_code for address in addresses] == statuses
        shown = client.get(addresses[0]).content.decode()
        assert ("for the reader of that mail alone" in shown) is (user == colleague)
        assert ("Save it as it came" in shown) is (user == secretary)


# Once a day


@pytest.mark.parametrize(("days", "mails"), [(1, 2), (2, 1)])
def test_what_comes_after_the_mail_of_another_desk_waits_unless_it_is_urgent(out, both, other_desk, days, mails):
    Registration.objects.update(state="noted")
    first = morning()
    take_on(both, other_desk, WEEK_BEFORE + timedelta(days=days))
    for hour in range(10, 18):
        morning(hour=hour)
    assert len(of_sam()) == mails
    assert first.desk != other_desk
    if mails == 2:
        second = of_sam()[1]
        assert second.desk == other_desk
        assert second.text.startswith("Sam Secretary, this came up after today's mail and cannot wait")
        assert OURS not in second.text
    else:
        outbox.deliver_due(geneva(WEEK_BEFORE, 18))
        assert THEIRS in morning(WEEK_BEFORE + timedelta(days=3)).text


def test_what_is_settled_takes_back_the_mail_which_is_made_anew_with_the_other_desk(both, desk, other_desk, secretary):
    first = morning()
    for addressee in Addressee.objects.owing():
        reminders.cancel_for(addressee, geneva(WEEK_BEFORE, 10))
    assert Message.objects.get(pk=first.pk).state == "cancelled"
    second = morning(hour=11)
    assert second.desk == other_desk
    assert second.subject == "ITU-T SG20: 1 letter to answer"
    assert queued(state="queued").count("sam@example.org") == 1


def test_what_is_settled_at_the_desk_of_the_mail_leaves_one_of_the_other(both, desk):
    first = morning()
    Registration.objects.update(state="answered")
    outbox.deliver_due(geneva(WEEK_BEFORE, 10))
    assert Message.objects.get(pk=first.pk).state == "cancelled"
    second = morning(hour=11)
    assert (second.desk, second.subject) == (desk, "JCA-MV: 3 answers awaited")


# Mutes


def test_each_part_has_the_link_of_its_desk(client, both, desk, other_desk, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    parts = leaving(morning()).split("JCA-MV\n======\n")
    for part, at in zip(parts, (other_desk, desk), strict=True):
        assert f"To get fewer of these reminders from {at}, or none:" in part
        assert links.url(Link.objects.get(purpose="mute", person=both, desk=at)) in part
    door = f"/l/{links.token(Link.objects.get(purpose='mute', desk=desk).pk)}/"
    client.post(f"{door}mute/")
    assert [mute.desk for mute in Mute.objects.all()] == [desk]
    assert morning(hour=11).subject == "ITU-T SG20: 1 letter to answer"


def way_out(message: Message) -> str:
    mailed = message_from_bytes(outbox.compose(message, geneva(WEEK_BEFORE, 9)).lines)
    assert mailed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return re.fullmatch(r"<http://localhost:8000(\S+)>", mailed["List-Unsubscribe"])[1]


def test_one_click_ends_the_reminders_of_all_the_mail_told_of(both, desk, other_desk, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    address = way_out(morning())
    outbox.deliver_due(geneva(WEEK_BEFORE, 10))
    program = Client(enforce_csrf_checks=True)
    program.get(address)
    assert not Mute.objects.exists()
    assert program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert {(mute.person, mute.desk, mute.thing) for mute in Mute.objects.all()} == {
        (both, desk, None),
        (both, other_desk, None),
    }
    morning(DUE - timedelta(days=3))
    assert len(of_sam()) == 1


def test_one_click_in_a_mail_of_one_desk_leaves_the_other_alone(both, desk, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    Registration.objects.update(due_on=DUE + timedelta(days=60))
    address = way_out(morning())
    Client().post(address, {"List-Unsubscribe": "One-Click"})
    assert [mute.desk for mute in Mute.objects.all()] == [desk]


def test_whoever_opens_that_address_may_mute_all_of_it(client, both, desk, other_desk, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    address = way_out(morning())
    page = client.get(address, follow=True).content.decode()
    assert "It told of these desks: <bdi>JCA-MV</bdi>, <bdi>ITU-T SG20</bdi>." in page
    assert f'action="{address}"' in page
    told = client.post(address, follow=True).content.decode()
    assert "Muted since 23 January 2026: JCA-MV." in told
    assert "Muted since 23 January 2026: ITU-T SG20." in told


@pytest.mark.parametrize("named", ["", "nonsense", "%", "f" * 36, "\0" * 36])
def test_a_mail_that_is_none_of_theirs_mutes_the_desk_of_the_link(both, other_desk, chair, named, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    address = way_out(morning()).partition("?")[0]
    assert Client().post(f"{address}?mail={named}").status_code == 302
    assert [mute.desk for mute in Mute.objects.all()] == [other_desk]


def test_the_mail_of_another_person_mutes_only_the_desk_of_the_link(both, desk, chair, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    mail_of_sam = way_out(morning()).partition("?")[2]
    door = links.issue("mute", person=chair.person, desk=desk, now=geneva(WEEK_BEFORE, 9))
    Client().post(f"/l/{links.token(door.pk)}/mute/?{mail_of_sam}", {"List-Unsubscribe": "One-Click"})
    assert [(mute.person, mute.desk) for mute in Mute.objects.all()] == [(chair.person, desk)]


# Who reads it


def shown_of(client: Client, message: Message) -> str:
    """All that the outbox shows of a mail."""
    pages = [client.get(reverse("outbox"))]
    pages += [client.get(reverse(name, args=[message.pk])) for name in ("message", "message-html", "message-source")]
    assert {page.status_code for page in pages} == {200}
    return "\n".join(page.content.decode() for page in pages)


def test_the_secretary_of_the_other_desk_reads_nothing_of_ours(client, both, other_secretary, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    message = morning()
    client.force_login(other_secretary)
    shown = shown_of(client, message)
    for word in ("nominating", "JCA-MV", "Awaited from", "[[else"):
        assert word not in shown
    assert THEIRS in shown
    assert shown.count(MASK) == 3 + 1  # the source has it in both of its forms
    assert "nominating" in leaving(message)


def test_our_secretary_reads_nothing_of_the_other_desk(client, ours, chair, desk, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    Appointment.objects.create(person=chair.person, group=desk.group, role="secretariat")
    message = morning()
    assert message.desk == desk
    client.force_login(chair)
    shown = shown_of(client, message)
    for word in ("SG20", "twins", "SG13", "Letter", "[[else"):
        assert word not in shown
    assert OURS in " ".join(shown.split())
    for words in (mail.preview(message), message.subject, message.why):
        assert "SG20" not in words
        assert "twins" not in words


def test_a_desk_reads_nothing_of_a_mail_of_another(client, both, chair, desk, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    Appointment.objects.create(person=chair.person, group=desk.group, role="secretariat")
    message = morning()
    client.force_login(chair)
    for name in ("message", "message-html", "message-source"):
        assert client.get(reverse(name, args=[message.pk])).status_code == 404


@pytest.mark.parametrize("forged", [reserved.END, reserved.BEGIN])
def test_words_of_people_end_and_begin_nothing(client, ours, desk, chair, forged, time_machine):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    Appointment.objects.create(person=chair.person, group=desk.group, role="secretariat")
    Statement.objects.filter(registrations__assignee=ours).update(source_text=f"{forged} Read this, secretary.")
    message = morning()
    client.force_login(chair)
    assert "Read this" not in shown_of(client, message)
    assert forged.replace("[[", "[ [") in " ".join(leaving(message).split())


def test_a_mail_that_its_server_put_off_goes_to_no_other_address(both, other_desk, other_secretary):
    message = morning()
    Message.objects.filter(pk=message.pk).update(tries=1, not_before=geneva(WEEK_BEFORE, 12))
    message.refresh_from_db()
    with pytest.raises(Refused, match="only its reader"):
        outbox.readdress(message, "otto@example.org", Actor.of(other_secretary), geneva(WEEK_BEFORE, 10))
    assert digest_of("sam@example.org").recipient == "sam@example.org"


def test_the_local_mailbox_keeps_it_from_an_administrator_who_is_not_its_reader(
    client, ours, administrator, desk, settings, time_machine
):
    time_machine.move_to(geneva(WEEK_BEFORE, 10), tick=False)
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.MailboxBackend"
    morning()
    outbox.deliver_due(geneva(WEEK_BEFORE, 10))
    client.force_login(administrator)
    assert "sam@example.org" not in client.get(reverse("mailbox")).content.decode()
    [kept] = [one for one in outbox.transport.mailbox_list() if one.recipient == "sam@example.org"]
    assert client.get(reverse("mailbox-mail", args=[kept.name])).status_code == 404
    Appointment.objects.create(person=ours, group=desk.group, role="administrator")
    client.force_login(ours.user)
    session = client.session
    session[SESSION_KEY] = desk.pk
    session.save()
    assert THEIRS in client.get(reverse("mailbox-mail", args=[kept.name])).content.decode()


def test_of_very_much_each_desk_tells_the_most_urgent(both, other_desk, monkeypatch):
    monkeypatch.setattr(digests, "MOST", 1)
    take_on(both, other_desk, DUE, "Second.")
    assert "… and one more, on your own page:" in leaving(morning()).partition("JCA-MV\n")[0]
