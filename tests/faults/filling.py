"""`python -m tests.faults.filling NAME COUNT` queues that many mails at a desk in a process of its own."""

import sys

import django

SECRETARY = "secretary@jca-mv.example.org"


def main(name: str, count: int) -> None:
    from django.db import transaction
    from django.utils import timezone

    from contacts.demo import PASSWORD
    from contacts.models import Appointment, Desk, Group, Person, User
    from liaisons import outbox
    from tests.liaisons.outgoing import a_message

    with transaction.atomic():
        group, new = Group.objects.get_or_create(designation="JCA-MV", defaults={"kind": Group.Kind.JOINT_ACTIVITY})
        if new:
            person = Person.objects.create(name="Sam Secretary", email=SECRETARY)
            Appointment.objects.create(person=person, group=group, role=Appointment.Role.SECRETARIAT)
            User.objects.create_user(SECRETARY, PASSWORD, person=person)
            Desk.objects.create(group=group, slug="jca-mv", mailbox=SECRETARY, mailing_list="list@jca-mv.example.org")
        desk, now = Desk.objects.get(), timezone.now()
        outbox.queue(a_message(desk, now, f"{name}-{number}") for number in range(count))


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], int(sys.argv[2]))
