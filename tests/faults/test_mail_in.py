"""F17: bounces and answers come twice, in any order and at once, from processes of their own: each is one record."""

import random
import subprocess
import sys
from contextlib import ExitStack

import pytest
from django.conf import settings

from liaisons.models import Comment, Event, Message, ReceivedMail
from tests.fixtures import AFTER, NOW
from tests.liaisons.arrivals.mails import a_bounce, an_answer

pytestmark = [pytest.mark.faults("F17"), pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

RECEIVE = """
import sys, django; django.setup()
from django.utils import timezone
from liaisons.arrivals.taking import take
print("ready", flush=True)
take(sys.stdin.buffer.read(), timezone.now())
"""


def received_at_once(env: dict[str, str], mails: list[bytes]) -> list[int]:
    """Hand each mail to a process; none gets its last byte before all of them stand ready."""
    random.shuffle(mails)
    command = [sys.executable, "-c", RECEIVE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with ExitStack() as open_:
        processes = [
            open_.enter_context(subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, **pipes)) for _mail in mails
        ]
        for process, mail in zip(processes, mails, strict=True):
            assert process.stdout.readline() == b"ready\n"
            process.stdin.write(mail)
            process.stdin.flush()
        for process in processes:
            process.stdin.close()
        return [process.wait(timeout=120) for process in processes]


def marked(message: Message, state: str) -> Message:
    Message.objects.filter(pk=message.pk).update(state=state, handed_over_at=AFTER, sent_at=NOW)
    return Message.objects.get(pk=message.pk)


def test_a_bounce_and_an_answer_twice_and_at_once_are_one_record_each(sent, desk_env):
    letter = marked(Message.objects.get(kind="send", addressee__text="IETF"), random.choice(["sent", "in_doubt"]))
    bounce, answer = a_bounce(letter), an_answer("Our answer.\n", token=letter, files=(("a.pdf", b"%PDF-"),))
    assert received_at_once(desk_env, [bounce, answer] * 3) == [0] * 6
    assert sorted(ReceivedMail.objects.values_list("kind", "state")) == [("bounce", "taken"), ("letter", "waiting")]
    assert Message.objects.get(pk=letter.pk).state == "bounced"
    assert Event.objects.filter(verb="bounce").count() == 1
    assert ReceivedMail.objects.get(kind="letter").received_files.count() == 1
    assert letter.addressee.reply == "awaiting"
    # Days later a server brings both again.
    assert received_at_once(desk_env, [bounce, answer]) == [0] * 2
    assert ReceivedMail.objects.count() == 2


def test_a_comment_by_mail_twice_and_at_once_is_one_and_is_asked_for_once(circulated, desk_env):
    to_list = marked(Message.objects.get(kind="circulate"), "sent")
    answer = an_answer("Objection: no.\n", ours=to_list)
    away = an_answer("I am away.\n", ours=to_list, Auto_Submitted="auto-replied")
    assert received_at_once(desk_env, [answer, away] * 3) == [0] * 6
    assert Comment.objects.count() == 1
    assert Message.objects.filter(kind="confirm").count() == 1
    assert sorted(ReceivedMail.objects.values_list("kind", flat=True)) == ["automatic", "letter"]
