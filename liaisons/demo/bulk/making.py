"""The rows of a load, statement by statement, as record_past() would leave them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from contacts.actor import Actor
from contacts.models import Group
from liaisons.calendar import end_of_day, study_period
from liaisons.letter import Letter, sha256_of
from liaisons.models import (
    Approval,
    Circulation,
    Document,
    Event,
    Registration,
    Revision,
    RevisionContact,
    Series,
    Statement,
)

from .answering import Answering
from .letters import letter
from .lives import APPROVED, CIRCULATED, SENT, Life, lives
from .people import Scene, set_up
from .storing import Store

SOURCE = "Load: made for measuring"
ANSWER_IN = timedelta(days=30)

_State = Statement.State
_NUMBERED = {_State.APPROVED, _State.SENT, _State.REPLIED, _State.CLOSED, _State.WITHDRAWN}
_LEFT = {_State.SENT, _State.REPLIED, _State.CLOSED, _State.WITHDRAWN}
_ENDED = {_State.REPLIED, _State.CLOSED, _State.WITHDRAWN}


@dataclass(frozen=True)
class Load:
    """How many rows there are of each model, by its name."""

    stored: Mapping[str, int]


def make(statements: int, now: datetime, seed: int) -> Load:
    """Store the load, or nothing of it. Raises InTheWay. The same number, day and seed give the same letters."""
    chance = Random(seed)  # noqa: S311 – it only has to be the same each time
    with transaction.atomic():
        making = _Making(set_up(now), now, chance)
        for life in lives(statements, now, chance):
            making.enter(life)
        making.finish()
    return Load(making.store.stored)


class _Making:
    def __init__(self, scene: Scene, now: datetime, chance: Random) -> None:
        self.scene = scene
        self.now = now
        self.chance = chance
        self.store = Store()
        self.answering = Answering(scene, self.store, chance)
        self.papers = self._series(Series.Kind.DOCUMENTS, "")
        self.numbered: dict[str, Series] = {}
        self.latest: Statement | None = None  # of ours that have left

    def enter(self, life: Life) -> None:
        if life.state == _State.ELSEWHERE:
            self._receive(life)
        else:
            self._write(life)
        self.store.store_if_many()

    def finish(self) -> None:
        self.store.finish()
        Series.objects.bulk_update([self.papers, *self.numbered.values()], ["last_number"])

    # Ours

    def _write(self, life: Life) -> None:
        desk = self.scene.desk
        outcome = self._outcome(life)
        statement = Statement(
            desk=desk,
            source=desk.group,
            source_text=desk.group.designation,
            state=life.state,
            outcome=outcome,
            responsible=self.scene.secretary,
            created_at=life.begun_at,
        )
        if life.state in _NUMBERED:
            self._number(statement, life.begun_at + APPROVED)
        if life.state in _LEFT:
            statement.sent_at = statement.posted_at = life.begun_at + SENT
        if life.state in _ENDED:
            statement.ended_at = life.begun_at + life.ended_in
        revision = self._text(statement, desk.group, None if outcome == Statement.Outcome.NOTHING_OWED else life)
        if life.state in _NUMBERED:
            statement.approved_revision_id = revision.pk
            self._approve(statement, revision)
        if life.state != _State.DRAFT:
            self._circulate(statement, revision, life)
        if life.state in _LEFT:
            self.latest = statement

    def _outcome(self, life: Life) -> str:
        """Those that are closed: some asked for nothing, some got a few answers, some none."""
        outcomes = Statement.Outcome
        ways = (outcomes.NOTHING_OWED, outcomes.PARTLY_ANSWERED, outcomes.LAPSED)
        return self.chance.choice(ways) if life.state == _State.CLOSED else ""

    def _number(self, statement: Statement, approved_at: datetime) -> None:
        desk = self.scene.desk
        day = desk.today(approved_at)
        period = study_period(day)
        if period not in self.numbered:
            self.numbered[period] = self._series(Series.Kind.STATEMENTS, period)
        series = self.numbered[period]
        series.last_number += 1
        statement.series, statement.number, statement.study_period = series, series.last_number, period
        statement.reference = desk.number_pattern.format(group=desk.group.designation, n=series.last_number)
        statement.dated, statement.approved_at = day, approved_at
        statement.approval_text = f"{desk.group}, by correspondence ({day.isoformat()})"

    def _text(self, statement: Statement, source: Group, life: Life | None) -> Revision:
        """Store the statement with its letter; without a life it asks for nothing."""
        deadline = self.scene.desk.today(life.begun_at + life.deadline_in) if life else None
        written = letter(self.scene, source, deadline, self.chance)
        self.store.add(statement)
        revision = self.store.add(self._revision(statement, written))
        statement.revision_id = revision.pk
        for position, contact in enumerate(written.contacts):
            self.store.add(
                RevisionContact(
                    revision_id=revision.pk,
                    position=position,
                    person=self.scene.secretary,
                    name=contact.name,
                    organization=contact.organization,
                    country=contact.country,
                    phone=contact.phone,
                    email=contact.email,
                )
            )
        self.answering.address(statement, written)
        self._record(statement_id=statement.pk, desk_id=statement.desk_id, revision_id=revision.pk, to=statement.state)
        return revision

    def _revision(self, statement: Statement, written: Letter) -> Revision:
        desk = self.scene.desk
        ours = statement.desk_id is not None
        content = written.to_dict()
        return Revision(
            statement_id=statement.pk,
            number=1,
            language=written.language,
            title=written.title,
            questions=written.questions,
            abstract=written.abstract,
            body=written.body,
            deadline=written.deadline,
            deadline_zone=desk.zone,
            deadline_at=end_of_day(written.deadline, desk.zoneinfo) if written.deadline and ours else None,
            content=content,
            sha256=sha256_of(content),
            author=self.scene.secretary if ours else None,
            created_at=statement.created_at,
        )

    def _approve(self, statement: Statement, revision: Revision) -> None:
        assert statement.approved_at is not None  # it has a number
        self.store.add(
            Approval(
                statement_id=statement.pk,
                revision_id=revision.pk,
                person=self.scene.chair,
                given_at=statement.approved_at,
            )
        )

    def _circulate(self, statement: Statement, revision: Revision, life: Life) -> None:
        desk, at = self.scene.desk, life.begun_at + CIRCULATED
        document = self._document(Document.Kind.DRAFT, revision, desk.group, at)
        circulation = Circulation(
            desk=desk,
            statement_id=statement.pk,
            revision_id=revision.pk,
            document_id=document.pk,
            window_days=desk.window_days,
            zone=desk.zone,
            opened_at=at,
            distributed_at=at,
            ended_at=statement.approved_at,
            asked=2,
        )
        circulation.close_on(circulation.expected_close())
        self.store.add(circulation)

    # Of others

    def _receive(self, life: Life) -> None:
        source = self.chance.choice(self.scene.bodies)
        day = self.scene.desk.today(life.begun_at)
        statement = Statement(
            source=source,
            source_text=source.designation,
            study_period=study_period(day),
            reference=f"{source.designation} LS {self.papers.last_number + 1}",
            state=life.state,
            created_at=life.begun_at,
            dated=day,
        )
        revision = self._text(statement, source, life)
        document = self._document(Document.Kind.INCOMING, revision, source, life.begun_at + CIRCULATED)
        registration = self.store.add(self._registration(statement, document))
        self._record(
            registration_id=registration.pk, statement_id=statement.pk, desk=self.scene.desk, to=registration.state
        )

    def _registration(self, statement: Statement, document: Document) -> Registration:
        desk, states = self.scene.desk, Registration.State
        received_on = desk.today(document.registered_at)
        luck = self.chance.randrange(10)
        state = states.RECEIVED if luck <= 1 else states.ASSIGNED if luck == 2 else states.NOTED
        if luck >= 6 and self.latest is not None:
            state = states.ANSWERED
        assigned = state == states.ASSIGNED
        due_on = received_on + ANSWER_IN if assigned else None
        return Registration(
            desk=desk,
            statement_id=statement.pk,
            document_id=document.pk,
            purpose="action",
            received_on=received_on,
            watched=luck == 0,
            state=state,
            assignee=self.scene.secretary if assigned else None,
            due_on=due_on,
            due_at=end_of_day(due_on, desk.zoneinfo) if due_on else None,
            due_zone=desk.zone,
            answered_by_id=self.latest.pk if self.latest and state == states.ANSWERED else None,
            created_at=document.registered_at,
        )

    # Both

    def _document(self, kind: Document.Kind, revision: Revision, source: Group, at: datetime) -> Document:
        desk = self.scene.desk
        self.papers.last_number += 1
        number = self.papers.last_number
        return self.store.add(
            Document(
                series=self.papers,
                number=number,
                reference=desk.document_pattern.format(group=desk.group.designation, n=number),
                kind=kind,
                title=revision.title,
                source=source,
                source_text=source.designation,
                statement_revision_id=revision.pk,
                registered_at=at,
            )
        )

    def _record(self, *, to: str, **what: object) -> None:
        """The event with which record_past() enters what was before Liaise."""
        by = Actor.system()
        self.store.add(Event(verb="record", at=self.now, actor_kind=by.kind, reason=SOURCE, target_state=to, **what))

    def _series(self, kind: Series.Kind, period: str) -> Series:
        return Series.objects.create(group=self.scene.desk.group, kind=kind, period=period)
