"""Who gets a copy of what a desk sends, and why: its rules as data, each address once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from contacts.models import Appointment, Desk, Group, Person, StandIn
from liaisons.letter import Letter
from liaisons.mail import ways
from liaisons.mail.letterhead import Recipient
from liaisons.models import Addressee, CopyRule, Registration, Relation, Statement

Who = CopyRule.Who
Role = Appointment.Role


@dataclass(frozen=True)
class Copied:
    """Somebody who gets a copy by a rule, perhaps for a chair in whose place they decide."""

    recipient: Recipient
    rule: CopyRule
    in_place_of: str = ""

    @property
    def why(self) -> str:
        if self.in_place_of:
            return _("you decide in place of %(chair)s.") % {"chair": self.in_place_of}
        return why_of(self.rule)


def rules_of(desk: Desk) -> list[CopyRule]:
    """The rules of a desk in their order. One that never changed them follows the standing ones, unsaved."""
    if not desk.own_copy_rules:
        return standing(desk)
    return list(CopyRule.objects.filter(desk=desk).select_related("group"))


def standing(desk: Desk) -> list[CopyRule]:
    """What every desk begins with: copies to contacts, chairs concerned, a forwarder, and the secretariat."""
    rows = [
        CopyRule(who=Who.CONTACTS, why=gettext_noop("you are a contact named in it.")),
        CopyRule(who=Who.SENDER, role=Role.CHAIR, why=gettext_noop("you chair the group that sends it.")),
        CopyRule(who=Who.SENDER, role=Role.COCHAIR, why=gettext_noop("you chair the group that sends it.")),
        *(
            CopyRule(
                who=Who.ADDRESSED,
                role=role,
                purpose=Addressee.Purpose.ACTION,
                why=gettext_noop("you chair a group that it asks for action."),
            )
            for role in (Role.CHAIR, Role.COCHAIR)
        ),
        CopyRule(who=Who.FORWARDER, why=gettext_noop("you forwarded the statement that it answers.")),
        CopyRule(who=Who.ADDRESS, email=desk.mailbox, why=gettext_noop("the secretariat keeps what its desk sends.")),
    ]
    for position, row in enumerate(rows):
        row.desk, row.position = desk, position
    return rows


def why_of(rule: CopyRule) -> str:
    """A standing rule gives its reason in the language that is active, one of the desk as the desk has written it."""
    return rule.why if rule.pk else _(rule.why)


def copied(statement: Statement, now: datetime) -> list[Copied]:
    """Everybody to whom a rule gives a copy, the first rule that names an address giving the reason."""
    desk, revision = statement.desk, statement.revision
    if desk is None or revision is None:
        return []
    addressees = list(statement.addressees.select_related("group__parent"))
    case = _Case(desk, statement, revision.letter, addressees, desk.today(now))
    once: dict[str, Copied] = {}
    for rule in rules_of(desk):
        for one in case.named_by(rule):
            if one.recipient.email:
                once.setdefault(one.recipient.email.lower(), one)
    return list(once.values())


@dataclass(frozen=True)
class _Case:
    """A letter that leaves a desk on a day."""

    desk: Desk
    statement: Statement
    letter: Letter
    addressees: list[Addressee]
    today: date

    def named_by(self, rule: CopyRule) -> Iterator[Copied]:
        addressed = [one for one in self.addressees if rule.purpose in ("", one.purpose)]
        if rule.purpose and not addressed:
            return
        yield from (Copied(recipient, rule) for recipient in self._recipients(rule, addressed))
        if group := self.desk.group if rule.who == Who.SENDER else rule.group:
            yield from self._standing_in(rule, group)

    def _recipients(self, rule: CopyRule, addressed: list[Addressee]) -> Iterator[Recipient]:
        groups = [one.group for one in addressed if one.group]
        if rule.who == Who.CONTACTS:
            yield from (Recipient(contact.name, contact.email) for contact in self.letter.contacts)
        elif rule.who == Who.FORWARDER:
            yield from self._forwarders()
        elif rule.who == Who.ADDRESS:
            ours = rule.email.lower() == self.desk.mailbox.lower()
            yield Recipient.desk(self.desk) if ours else Recipient("", rule.email)
        elif rule.who == Who.SENDER:
            yield from self._in(rule, [self.desk.group])
        elif rule.who == Who.ADDRESSED:
            yield from self._in(rule, groups)
        elif rule.who == Who.PARENT:
            yield from self._in(rule, [group.parent for group in groups if group.parent])
        elif rule.group:
            yield from self._in(rule, [rule.group])

    def _forwarders(self) -> Iterator[Recipient]:
        """At the mailboxes of the bodies that handed on what this letter answers."""
        answered = self.statement.relations.counting().filter(kind=Relation.Kind.REPLIES_TO).values("to")
        rows = Registration.objects.of_desk(self.desk).filter(statement__in=answered, forwarded_by__isnull=False)
        groups = Group.objects.filter(pk__in=rows.values("forwarded_by"))
        for group in groups.prefetch_related("channels__via__channels"):
            if way := ways.by_mail(group):
                yield Recipient(str(group), way.email)

    def _standing_in(self, rule: CopyRule, group: Group) -> Iterator[Copied]:
        held = Appointment.objects.in_force(self.today).filter(role=rule.role, group=group)
        rows = StandIn.objects.in_force(self.today).filter(group=group, chair__in=held.values("person"))
        for row in rows.select_related("person", "chair"):
            yield Copied(Recipient.of(row.person), rule, str(row.chair))

    def _in(self, rule: CopyRule, groups: list[Group]) -> Iterator[Recipient]:
        """In one query, however many bodies are addressed."""
        held = Appointment.objects.in_force(self.today).filter(role=rule.role, group__in=groups)
        yield from (Recipient.of(person) for person in Person.objects.filter(pk__in=held.values("person")))
