"""What a desk has is its own: not for other desks, whatever the roles there, nor for those who have left it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver

from contacts.models import Appointment
from liaisons.documents import renderer
from tests.fixtures import AFTER, somebody
from tests.test_addresses import ROLES, answer, clients, filled, rendered, routes, told

__all__ = ["clients"]
pytest_plugins = ["tests.world"]

# What all desks share: the directory of groups, the roadmap, and what has left or was put into a letter.
SHARED = (
    "/groups/<int:pk>/", "/roadmap/", "/pictures/", "/statements/<slug:study_period>/<path:reference>/",
)  # fmt: skip
LEFT = (
    "/statements/<int:pk>/", "/statements/<int:pk>/pdf/", "/statements/<int:pk>/word/",
    "/statements/<int:pk>/compare/",  # leads to the comparison, which is not there
    "/statements/<int:pk>/send/",  # leads to the dispatch, which is not there
)  # fmt: skip


@pytest.fixture(autouse=True)
def _quick(monkeypatch, caplog):
    caplog.set_level("CRITICAL", logger="django.request")  # refusals are what is asked for here
    monkeypatch.setattr(renderer, "render", rendered)


def test_every_role_at_another_desk_opens_and_changes_nothing_of_this_one(clients, world, other_desk, other_secretary):
    for role in set(Appointment.Role.values) - {"secretariat"}:
        Appointment.objects.create(person=other_secretary.person, group=other_desk.group, role=role)
    named = {
        route: of for (_method, route), (of, _answers) in told().items() if "<" in route and "<str:token>" not in route
    }
    correction = "/statements/<slug:study_period>/<path:reference>/<int:correction>/"
    found = []
    for route in routes(get_resolver().url_patterns):
        if route not in named or (route.startswith(SHARED) and route != correction):
            continue
        thing = world[named[route]]
        for method in ("GET", "POST"):
            status = answer(clients["other"], method, filled(route, thing), thing.get("data", {}))
            if status not in ("404", "405") and not (method == "GET" and route in LEFT):
                found.append((method, route, status))
    assert not found


def test_whoever_has_left_a_desk_is_an_outsider(clients, world, desk):
    left = somebody("Lou Left", "lou@example.org", desk, "secretariat")
    for role in set(Appointment.Role.values) - {"secretariat"}:
        Appointment.objects.create(person=left.person, group=desk.group, role=role)
    Appointment.objects.filter(person=left.person).update(valid_to=(AFTER - timedelta(days=1)).date())
    clients["outsider"].force_login(left)
    at = ROLES.index("outsider")
    wrong = []
    for (method, route), (of, answers) in told().items():
        thing = world[of]
        status = answer(clients["outsider"], method, filled(route, thing), thing.get("data", {}))
        if status != answers[at]:
            wrong.append((method, route, status))
    assert not wrong


def test_no_page_elsewhere_posts_in_somebodys_name(clients, world, secretary):
    """Only what mail programs ask for in their readers' names is taken without the token of a form (RFC 8058)."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(secretary)
    taken = []
    for (method, route), (of, _answers) in told().items():
        if method == "POST":
            thing = world[of]
            status = answer(client, method, filled(route, thing), thing.get("data", {}))
            if status not in ("403", "405"):
                taken.append(route)
    assert taken == ["/l/<str:token>/mute/"]
