"""Every page that a mail names opens for whoever gets the mail."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from contacts.actor import Actor
from contacts.models import Appointment, Group, User
from liaisons import housekeeping, outbox, reminders
from liaisons.details import Assignment
from liaisons.models import Message, Registration
from liaisons.workflow import advance
from tests.fixtures import AFTER

pytest_plugins = ["tests.world"]


@pytest.fixture
def allocated(world, groups, secretary, outsider, rapporteur):
    """A letter that is allocated to a Question whose rapporteur holds no role at the desk."""
    question = Group.objects.create(designation="Q9/21", kind="question", parent=groups["ITU-T SG21"], ordinal=9)
    Appointment.objects.create(person=outsider.person, group=question, role="rapporteur")
    details = Assignment(
        questions="Q9/21", deputy=rapporteur.person, due_on=(AFTER + timedelta(days=20)).date(), informed=()
    )
    letter = Registration.objects.filter(state="received").earliest("pk")
    return advance(letter, "assign", by=Actor.of(secretary), seen="received", details=details, now=AFTER)


def test_every_page_that_a_mail_names_opens_for_its_reader(allocated, settings, desk, secretary, time_machine):
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.MailboxBackend"
    for days in (0, 10, 16, 21):  # windows close, days come and pass
        now = AFTER + timedelta(days=days, hours=1)
        time_machine.move_to(now, tick=False)
        housekeeping.keep_house(now)
        reminders.remind(now)
        outbox.deliver_due(now)
    to_lists = {desk.mailing_list: "/documents/"}  # the link beside it opens without an account
    clients = {user.email: _signed_in(user) for user in User.objects.all()}
    clients[desk.mailbox] = clients[secretary.email]
    opened, refused = set(), []
    for mail in Message.objects.order_by("pk"):
        client = clients.get(mail.recipient, Client())
        for path in set(re.findall(re.escape(settings.SITE_URL) + r"(/\S*)", mail.text)):
            if path.startswith(to_lists.get(mail.recipient, " ")):
                continue
            opened.add((mail.recipient, path))
            if client.get(path).status_code != 200:
                refused.append((mail.kind, mail.recipient, path))
    assert refused == []
    assert {
        ("olu@example.org", allocated.get_absolute_url()),
        ("ray@example.org", allocated.get_absolute_url()),
    } <= opened


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
