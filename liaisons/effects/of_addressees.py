"""What happens with each step of an addressee: an answer, or somebody else is asked in its place."""

from liaisons import mail, outbox, reminders
from liaisons.details import Answer, Forwarding
from liaisons.models import Addressee
from liaisons.replies import answers, passing

from .taken import Data, Taken, given


def settle(addressee: Addressee, taken: Taken) -> Data:
    answer = given(taken, Answer)
    reply = answers.keep(addressee, answer, by=taken.by, now=taken.now)
    addressee.settle(taken.now, answers.reached(addressee))
    addressee.save()
    reminders.cancel_for(addressee, taken.now)
    messages = [mail.answer_received(reply, taken.now, replaces=answer.replaces)]
    if taken.by.kind == "link" and reply.email:
        messages.append(mail.receipt(reply, taken.now, replaces=answer.replaces))
    outbox.queue(messages)
    data: Data = {"reply": reply.pk, "kind": reply.kind}
    return data | ({"replaces": answer.replaces.pk} if answer.replaces else {})


def forward(addressee: Addressee, taken: Taken) -> Data:
    forwarding = given(taken, Forwarding)
    addressee.forward(taken.now)
    to = passing.on(addressee, forwarding, by=taken.by, now=taken.now)
    return {"reply": forwarding.reply.pk, "to": to.pk if to else None}
