"""Which of our statements a received one answers, and for which of their addressees it may speak."""

from dataclasses import dataclass

from django.db.models import Prefetch

from contacts.designations import Directory, key, read
from contacts.models import Group, Succession
from liaisons.models import Addressee, Registration, Relation, Reply, Request, Statement


@dataclass(frozen=True)
class Answering:
    """A statement of ours that is answered: the addressees for which the source likely speaks, and the others."""

    statement: Statement
    likely: list[Addressee]
    others: list[Addressee]

    @property
    def to_tick(self) -> list[Addressee]:
        """Likely ones of whom something is asked and for whom nothing was recorded yet."""
        return [one for one in self.likely if not one.replies.all() and any(open_requests(one))]

    @property
    def recorded(self) -> list[Addressee]:
        """Addressees for whom something was recorded from this very letter."""
        return [one for one in (*self.likely, *self.others) if one.replies.all()]

    @property
    def to_choose(self) -> list[Addressee]:
        return [one for one in self.others if not one.replies.all()]


@dataclass(frozen=True)
class Named:
    """The bodies for which a letter says that it speaks: those known here by key, the others by their folded names."""

    groups: frozenset[int] = frozenset()
    unknown: tuple[str, ...] = ()

    @classmethod
    def of(cls, registration: Registration) -> "Named":
        if not registration.speaks_for:
            return cls()
        day = registration.received_on or registration.desk.today(registration.created_at)
        mentions = read(registration.speaks_for, Directory.load(day, within=registration.desk.group))
        known = frozenset(mention.group.pk for mention in mentions if mention.group)
        return cls(known, tuple(mention.text for mention in mentions if mention.group is None))

    def has(self, addressee: Addressee) -> bool:
        if addressee.group_id is not None:
            return addressee.group_id in self.groups
        return key(addressee.text) in {key(name) for name in self.unknown}


def open_requests(addressee: Addressee) -> list[Request]:
    """What of it an answer can settle: the addressee's requests have been fetched."""
    return [request for request in addressee.requests.all() if request.outcome != Request.Outcome.SETTLED]


def answered_by(registration: Registration) -> list[Answering]:
    """What the received statement answers of ours, as far as that is certain."""
    named = Relation.objects.filter(
        statement=registration.statement, to__desk=registration.desk, kind=Relation.Kind.REPLIES_TO
    )
    certain = [relation.to for relation in named.select_related("to__revision") if relation.counts]
    if not certain:
        return []
    from_it = Reply.objects.filter(statement=registration.statement)
    rows = Addressee.objects.filter(statement__in=certain).prefetch_related(
        "requests", Prefetch("replies", from_it.prefetch_related("settlements__request"))
    )
    represented, named_ = represented_by(registration.statement.source), Named.of(registration)
    likely = {row.pk for row in rows if row.group_id in represented or named_.has(row)}
    by_statement: dict[int, list[Addressee]] = {}
    for addressee in rows.order_by("position", "pk"):
        by_statement.setdefault(addressee.statement_id, []).append(addressee)
    return [
        Answering(
            statement,
            [one for one in by_statement.get(statement.pk, []) if one.pk in likely],
            [one for one in by_statement.get(statement.pk, []) if one.pk not in likely],
        )
        for statement in certain
    ]


def represented_by(source: Group | None) -> set[int]:
    """The groups for which a letter of the source may speak: itself, what it stands under, and what it carries on."""
    groups: list[int] = []
    above = source
    while above is not None and above.pk not in groups:
        groups.append(above.pk)
        above = above.parent
    before: dict[int, list[int]] = {}
    for predecessor, successor in Succession.objects.values_list("predecessor", "successor") if groups else ():
        before.setdefault(successor, []).append(predecessor)
    for group in groups:  # grows while it is walked
        groups += [one for one in before.get(group, []) if one not in groups]
    return set(groups)
