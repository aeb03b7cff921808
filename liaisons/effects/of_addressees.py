"""What happens with each step of an addressee: an answer, or somebody else is asked in its place."""

from liaisons import mail, outbox, reminders
from liaisons.details import Answer, Forwarding
from liaisons.models import Addressee
from liaisons.replies import answers, passing

from .taken import Data, Taken, given


def settle(addressee: Addressee, taken: Taken) -> Data:
    reply = answers.keep(addressee, given(taken, Answer), by=taken.by, now=taken.now)
    addressee.settle(taken.now, answers.reached(addressee))
    addressee.save()
    reminders.cancel_for(addressee, taken.now)
    messages = [mail.answer_received(reply, taken.now)]
    if taken.by.kind == "link" and reply.email:
        messages.append(mail.receipt(reply, taken.now))
    outbox.queue(messages)
    return {"reply": reply.pk, "kind": reply.kind}


def forward(addressee: Addressee, taken: Taken) -> Data:
    forwarding = given(taken, Forwarding)
    addressee.forward(taken.now)
    to = passing.on(addressee, forwarding, by=taken.by, now=taken.now)
    return {"reply": forwarding.reply.pk, "to": to.pk if to else None}
