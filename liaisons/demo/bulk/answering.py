"""Whom a letter of a load goes to, what it asks of them, and what has come back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from liaisons.calendar import end_of_day
from liaisons.letter import Addressed, Letter
from liaisons.models import Addressee, Reply, Request, Settlement, Statement

from .people import Scene
from .storing import Store

_State = Statement.State
_Reply = Addressee.ReplyState
_SETTLED, _DECLINED, _WAIVED = Request.Outcome.SETTLED, Request.Outcome.DECLINED, Request.Outcome.WAIVED


@dataclass(frozen=True)
class _Came:
    """What has come of one addressee by the load's day."""

    reply: str
    kind: str = ""  # of the Reply, if one came
    outcome: str = ""  # of what was asked
    text: str = ""


_NOTHING = _Came(_Reply.AWAITING)
_ACKNOWLEDGED = _Came(_Reply.ACKNOWLEDGED, Reply.Kind.ACKNOWLEDGEMENT, text="Received.")
_ANSWERED = _Came(_Reply.REPLIED, Reply.Kind.ANSWER, _SETTLED, "Our comments.")
_DECLINED_IT = _Came(_Reply.DECLINED, Reply.Kind.DECLINE, _DECLINED, "None of our work concerns it.")
_ASKED_NO_MORE = _Came(_Reply.NOT_EXPECTED, outcome=_WAIVED)


class Answering:
    def __init__(self, scene: Scene, store: Store, chance: Random) -> None:
        self.desk = scene.desk
        self.store = store
        self.chance = chance
        self.keys = {body.designation: body.pk for body in (scene.desk.group, *scene.bodies)}

    def address(self, statement: Statement, letter: Letter) -> None:
        ours = statement.desk_id is not None
        due_at = end_of_day(letter.deadline, self.desk.zoneinfo) if letter.deadline and ours else None
        for position, addressed in enumerate(letter.addressees):
            asked = addressed.purpose != "information"
            came = self._came(statement, position) if asked else _Came(_Reply.NOT_EXPECTED)
            addressee = self.store.add_values(
                Addressee,
                statement_id=statement.pk,
                position=position,
                text=addressed.text,
                group_id=self.keys[addressed.designation],
                designation=addressed.designation,
                purpose=addressed.purpose,
                due_on=letter.deadline,
                due_at=due_at,
                due_zone=self.desk.zone,
                reply=came.reply,
            )
            if asked:
                self._ask(addressee, addressed, letter, came, self._when(statement, came, position))

    def _came(self, statement: Statement, position: int) -> _Came:
        luck = self.chance.random()
        if statement.state == _State.REPLIED:
            return _ANSWERED if luck < 0.92 else _DECLINED_IT
        if statement.state == _State.CLOSED:
            some = statement.outcome == Statement.Outcome.PARTLY_ANSWERED and position == 0
            return _ANSWERED if some else _ASKED_NO_MORE
        # From the first nothing has come, or the statement would be replied.
        if statement.state != _State.SENT or position == 0 or luck < 0.64:
            return _NOTHING
        return _ANSWERED if luck < 0.92 else _ACKNOWLEDGED

    def _ask(self, addressee: int, addressed: Addressed, letter: Letter, came: _Came, at: datetime) -> None:
        [asked] = letter.requests
        request = self.store.add_values(
            Request,
            addressee_id=addressee,
            key=asked.key,
            kind=asked.kind,
            text=asked.text,
            outcome=came.outcome,
            settled_at=at if came.outcome else None,
        )
        if not came.kind:
            return
        reply = self.store.add_values(
            Reply, addressee_id=addressee, kind=came.kind, text=came.text, name=addressed.designation, received_at=at
        )
        if came.outcome:
            self.store.add_values(Settlement, reply_id=reply, request_id=request, outcome=came.outcome)

    def _when(self, statement: Statement, came: _Came, position: int) -> datetime:
        """What was asked of the last one is settled when the statement ends, by an answer or without one."""
        if statement.ended_at is not None and (position == 0 or came.outcome == _WAIVED):
            return statement.ended_at
        return (statement.sent_at or statement.created_at) + timedelta(days=self.chance.randint(1, 29))
