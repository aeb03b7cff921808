"""Every address of the project answers every role as tests/addresses.txt says; one that is not there fails."""

import re
from copy import deepcopy
from itertools import product
from pathlib import Path

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from liaisons.documents import renderer
from liaisons.documents.leaves import Leaves
from liaisons.documents.rendered import Rendered
from tests.fixtures import AFTER

pytest_plugins = ["tests.world"]

TABLE = Path(__file__).with_name("addresses.txt")
ROLES = ("secretary", "other", "chair", "member", "nobody", "outsider", "administrator")


@pytest.fixture
def clients(settings, secretary, other_secretary, chair, member, outsider, administrator, time_machine):
    """Somebody of each role, signed in; nobody is not. All hold the links in the addresses."""
    time_machine.move_to(AFTER, tick=False)
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.MailboxBackend"
    users = (secretary, other_secretary, chair, member, None, outsider, administrator)
    signed_in = {role: Client(raise_request_exception=False) for role in ROLES}
    for role, user in zip(ROLES, users, strict=True):
        if user is not None:
            signed_in[role].force_login(user)
    return signed_in


def routes(patterns, before=""):
    """Every address as Django writes it, without those of the admin."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from routes(pattern.url_patterns, route)
        else:
            yield f"/{route}"


def told():
    """The table: (method, address) → the thing it names, and the answer to each role."""
    lines = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert tuple(lines[0][3:]) == ROLES
    rows = {(method, route): (of, answers) for method, route, of, *answers in lines[1:]}
    assert len(rows) == len(lines) - 1, "an address stands there twice"
    return rows


def filled(route, arguments):
    """The address with its arguments put in: "<int:pk>" becomes 7; "?" is what follows."""
    path = route + arguments.get("?", "")
    for converter, name in re.findall(r"<(\w+):(\w+)>", route):
        path = path.replace(f"<{converter}:{name}>", str(arguments[name]))
    return path


def answer(client, method, path, data):
    """The status, with whatever the request changed taken back."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        response = client.post(path, data) if method == "POST" else client.get(path)
        transaction.set_rollback(True)
    client.cookies = cookies
    to_sign_in = response.status_code == 302 and response.url.startswith("/sign-in/")
    return "sign-in" if to_sign_in else str(response.status_code)


def rendered(_sheet, kind, **_limits):
    return Rendered(Leaves((), 0).to_bytes() if kind == "leaves" else b"%PDF-")


class Asked:
    """Half of the table: each of the two classes below may have a process of its own."""

    method: str

    def test_every_address_answers_every_role_as_the_table_says(self, clients, world, monkeypatch, caplog):
        caplog.set_level("CRITICAL", logger="django.request")  # refusals are what is asked for here
        monkeypatch.setattr(renderer, "render", rendered)
        table = told()
        known = {route: of for (_method, route), (of, _answers) in table.items()}
        missing = sorted(set(routes(get_resolver().url_patterns)) - set(known))
        assert not missing, f"tests/addresses.txt says nothing of {missing}"
        wrong = []
        for route, of in known.items():
            path = filled(route, world[of])
            answers = [answer(clients[role], self.method, path, world[of].get("data", {})) for role in ROLES]
            expected = table.get((self.method, route), (of, None))[1]
            if expected is None and set(answers) == {"405"}:
                continue  # the address knows no such method
            if answers != expected:
                wrong.append("  ".join([self.method, route, of, *answers]))
        assert not wrong, "these answer otherwise:\n" + "\n".join(wrong)


class TestRead(Asked):
    method = "GET"


class TestPosted(Asked):
    method = "POST"


def test_addresses_in_the_table_exist():
    assert {route for _method, route in told()} == set(routes(get_resolver().url_patterns))


def test_the_administration_is_for_staff(clients, secretary):
    """Whatever is asked for there, whoever is no staff is shown the way to sign in, and staff gets in."""
    addresses = [
        "/admin/",
        *(f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry),
    ]
    for path, role in product([*addresses, "/admin/contacts/user/1/change/", "/admin/nowhere/"], ROLES):
        response = clients[role].get(path)
        assert (response.status_code, response.url.partition("?")[0]) == (302, "/admin/login/"), (path, role)
    secretary.is_staff = secretary.is_superuser = True
    secretary.save()
    answers = {path: clients["secretary"].get(path).status_code for path in addresses}
    assert set(answers.values()) == {200}, answers


def test_nothing_of_a_letter_is_changed_in_the_administration(clients, world, secretary):
    """Not even by a superuser: states, texts, events and mails change by the machine and the outbox alone."""
    secretary.is_staff = secretary.is_superuser = True
    secretary.save()
    only_read = {model for model in admin.site._registry if model._meta.app_label == "liaisons"}
    assert {model._meta.model_name for model in only_read} >= {"statement", "registration", "event", "message", "link"}
    client = clients["secretary"]
    for model in only_read:
        base = f"/admin/liaisons/{model._meta.model_name}/"
        assert client.get(f"{base}add/").status_code == 403
        row = model.objects.first()
        if row is not None:
            assert client.get(f"{base}{row.pk}/change/").status_code == 200
            assert client.post(f"{base}{row.pk}/change/", {"state": "sent"}).status_code == 403
            assert client.get(f"{base}{row.pk}/delete/").status_code == 403
