"""The filters above the register of statements."""

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Desk, Group
from liaisons.models import Addressee, Registration, Statement
from liaisons.models.statement import StatementQuerySet
from liaisons.overviews.listing import DIRECTIONS, of_direction
from liaisons.overviews.search import find

# What an outsider can come across: states of statements that have left.
OUT = [Statement.State.SENT, Statement.State.REPLIED, Statement.State.CLOSED, Statement.State.WITHDRAWN]


class RegisterFilter(forms.Form):
    """Any of the filters may be empty; a value that does not exist is left out."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200, widget=forms.SearchInput)
    state = forms.ChoiceField(label=_("State"), required=False)
    direction = forms.ChoiceField(label=_("Direction"), required=False)
    group = forms.ModelChoiceField(Group.objects.none(), label=_("Group"), required=False, empty_label=_("any"))

    def __init__(self, given: object, desk: Desk | None, statements: StatementQuerySet) -> None:
        super().__init__(given)  # type: ignore[arg-type]
        self.desk = desk
        state, direction, group = self.fields["state"], self.fields["direction"], self.fields["group"]
        assert isinstance(state, forms.ChoiceField)
        assert isinstance(direction, forms.ChoiceField)
        assert isinstance(group, forms.ModelChoiceField)
        any_ = ("", _("any"))
        if desk is None:
            state.choices = [any_, *((one.value, one.label) for one in OUT)]
            del self.fields["direction"]
        else:
            ours = [one for one in Statement.State.choices if one[0] != Statement.State.ELSEWHERE]
            state.choices = [any_, (_("outgoing"), ours), (_("incoming"), Registration.State.choices)]
            direction.choices = [any_, *DIRECTIONS.items()]
        addressed = Addressee.objects.filter(group=OuterRef(OuterRef("pk")), statement=OuterRef("pk"))
        group.queryset = Group.objects.filter(
            Exists(statements.order_by().filter(source=OuterRef("pk")))
            | Exists(statements.order_by().filter(Exists(addressed)))
        )

    def narrow(self, statements: StatementQuerySet) -> StatementQuerySet:
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("q"):
            statements = find(statements, chosen["q"], self.desk)
        if chosen.get("state"):
            statements = self._in_state(statements, chosen["state"])
        if chosen.get("direction") and self.desk is not None:
            statements = of_direction(statements, chosen["direction"], self.desk)
        if chosen.get("group"):
            addressed = Addressee.objects.filter(group=chosen["group"]).values("statement")
            statements = statements.filter(Q(source=chosen["group"]) | Q(pk__in=addressed))
        return statements

    def _in_state(self, statements: StatementQuerySet, state: str) -> StatementQuerySet:
        if state in Registration.State.values:
            received = Registration.objects.filter(desk=self.desk, state=state)
            return statements.exclude(desk=self.desk).filter(pk__in=received.values("statement"))
        return statements.filter(state=state)
