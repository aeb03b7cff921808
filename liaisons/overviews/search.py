"""Finding statements by words; one function, so that a better index can take its place."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from contacts.models import Desk
from liaisons.models import Addressee, Circulation, Registration
from liaisons.models.statement import StatementQuerySet

MOST_WORDS = 12


def find(statements: StatementQuerySet, typed: str, desk: Desk | None) -> StatementQuerySet:
    """Keep the statements in which every word occurs: in title, number, source, an addressee, our document number."""
    for word in typed.replace("\0", "").split()[:MOST_WORDS]:
        addressed = Addressee.objects.filter(
            Q(text__icontains=word) | Q(designation__icontains=word), statement=OuterRef("pk")
        )
        found: Q | Combinable = (
            Q(revision__title__icontains=word)
            | Q(reference__icontains=word)
            | Q(source_text__icontains=word)
            | Q(source__designation__icontains=word)
            | Q(source__name__icontains=word)
            | Exists(addressed)
        )
        if desk is not None:
            documents = Registration.objects.of_desk(desk).filter(document__reference__icontains=word)
            found |= Exists(documents.filter(statement=OuterRef("pk")))
            circulated = Circulation.objects.of_desk(desk).filter(document__reference__icontains=word)
            found |= Exists(circulated.filter(statement=OuterRef("pk")))
        statements = statements.filter(found)
    return statements
