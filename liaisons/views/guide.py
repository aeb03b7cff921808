"""What Liaise does, told from the machine and the rules themselves, so that it cannot say anything else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_fsm import FSMField
from django_stubs_ext import StrOrPromise

from contacts.http import DeskRequest
from contacts.models import Appointment
from contacts.rights import NAMING, OFFICERS, SECRETARIES
from liaisons.models import Registration, Statement
from liaisons.rules import AUTHORS, BY_ITSELF, CHAIRS, ROLES, SECRETARIAT

# What each step does, in a few words; a step without words here is an error of ours, and a test says so.
MEANINGS: dict[str, StrOrPromise] = {
    "circulate": gettext_lazy("send a draft to the list for comments, as a numbered document"),
    "amend": gettext_lazy("make an editorial change while the window goes on"),
    "revise": gettext_lazy("take a text back to draft, for a new window"),
    "approve": gettext_lazy("approve what the list was silent about; the secretariat records what a meeting approved"),
    "send": gettext_lazy("send an approved statement to its addressees"),
    "recall": gettext_lazy("take a dispatch back while every mail is still held"),
    "complete": gettext_lazy("declare a sent statement replied before all has come"),
    "close": gettext_lazy("close a sent statement with an outcome"),
    "correct": gettext_lazy("begin the statement that takes the place of a sent one"),
    "withdraw": gettext_lazy("give a statement up"),
    "settle": gettext_lazy("record what an addressee answered"),
    "forward": gettext_lazy("pass a statement on to the body that an addressee names, or not"),
    "assign": gettext_lazy("give a received statement to Questions or a person"),
    "answer": gettext_lazy("mark a received statement as answered"),
    "note": gettext_lazy("mark a received statement as noted"),
    "reopen": gettext_lazy("take up again what was noted"),
}

STATES: dict[str, StrOrPromise] = {
    "draft": gettext_lazy("Its authors write it. Every save is a revision that can be read later."),
    "circulated": gettext_lazy("The list has it as a numbered document, and comments until the window closes."),
    "approved": gettext_lazy("Nobody objected, the chairs declared it, and it has its number."),
    "sent": gettext_lazy("It has left to its addressees, who are reminded of what they owe."),
    "replied": gettext_lazy("All that was asked has been answered. Late replies can still be recorded."),
    "closed": gettext_lazy("Nothing is owed or waited for any more."),
    "withdrawn": gettext_lazy("It was given up. A number it had stays, shown as withdrawn."),
    "received": gettext_lazy("It is in the register with a document number, and waits for somebody."),
    "assigned": gettext_lazy("Questions or a person have it, with a day and a deputy."),
    "answered": gettext_lazy("Our answer has left for good."),
    "noted": gettext_lazy("A meeting noted it. That forbids nothing after it."),
}


ASIDE = frozenset({"closed", "withdrawn", "noted"})


@dataclass(frozen=True)
class Way:
    """A step out of a state."""

    step: str
    target: str
    label: str
    by_itself: bool


@dataclass(frozen=True)
class Place:
    """A state with the steps out of it."""

    state: str
    label: str
    meaning: StrOrPromise
    ways: list[Way]

    @property
    def is_aside(self) -> bool:
        """Whether it stands beside the way that a statement goes as a rule."""
        return self.state in ASIDE


@dataclass(frozen=True)
class Right:
    """Something people do, and the roles that may."""

    verb: str
    meaning: StrOrPromise
    roles: frozenset[str]


@require_safe
def help_page(request: DeskRequest) -> HttpResponse:
    roles = [(role.value, role.label) for role in Appointment.Role if role != Appointment.Role.REPRESENTATIVE]
    context = {
        "life": life(Statement, "state", leave_out={"elsewhere"}),
        "incoming_life": life(Registration, "state"),
        "columns": roles,
        "rights": [(right, [(role, role in right.roles) for role, _label in roles]) for right in rights()],
    }
    return render(request, "liaisons/help.html", context)


def life(
    model: "type[Statement | Registration]", name: str, leave_out: frozenset[str] | set[str] = frozenset()
) -> list[Place]:
    """The states in their order with the steps that the machine has between them."""
    machine = model._meta.get_field(name)
    assert isinstance(machine, FSMField)
    ways: dict[str, list[Way]] = {}
    labels = dict(model.State.choices)
    for transition in machine.get_all_transitions(model):
        target = transition.target or transition.source
        way = Way(transition.name, str(target), str(labels[target]), transition.name in BY_ITSELF)
        ways.setdefault(str(transition.source), []).append(way)
    order = list(MEANINGS).index
    return [
        Place(state, str(label), STATES[state], sorted(ways.get(state, []), key=_by(order)))
        for state, label in model.State.choices
        if state not in leave_out
    ]


def rights() -> list[Right]:
    """Who may do what: the steps from the rules of the machine, the rest from those that the pages ask."""
    everyone = frozenset(Appointment.Role.values)
    return [
        Right(_("read"), _("what is circulated, sent and received at this desk"), everyone),
        Right(_("comment"), _("support, comment or object to what circulates"), everyone),
        Right(_("write"), _("begin and change drafts"), AUTHORS),
        *(Right(step, MEANINGS[step], roles) for step, roles in ROLES.items()),
        Right(_("dispose"), _("say what was done about a comment, and move the window"), SECRETARIAT | CHAIRS),
        Right(_("report"), _("put a meeting report before the list, declare it approved"), SECRETARIAT | CHAIRS),
        Right(_("set a kind right"), _("say that a comment is of another kind than it came as"), SECRETARIAT),
        Right(_("look again"), _("set a day on which a sent statement comes back to the desk"), AUTHORS),
        Right(_("grant time"), _("give an addressee more time, or not"), SECRETARIAT),
        Right(_("stand in"), _("name the vice-chair who decides in place of a chair, and the days"), NAMING),
        Right(_("register"), _("enter received statements, documents and meetings"), SECRETARIAT),
        Right(_("keep"), _("change groups, channels and people"), SECRETARIES),
        Right(_("see addresses"), _("read the e-mail and telephone of people"), OFFICERS),
        Right(_("set"), _("change the settings of the desk"), frozenset({"administrator"})),
    ]


def _by(order: Callable[[str], int]) -> Callable[[Way], Any]:
    return lambda way: order(way.step)
