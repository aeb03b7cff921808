"""Asking for pages and sending forms as somebody, with the answer that is expected."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from liaisons import links
from liaisons.models import Link

PDF = b"%PDF-1.7\n%%EOF\n"  # the least that is taken for one


def at(name: str, /, *args: object) -> str:
    """The address of that name; in it a signed link stands as its token."""
    return reverse(name, args=[links.token(arg.pk) if isinstance(arg, Link) else arg for arg in args])


def page(client, user, path, *, status=200):
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == status
    return response


def send(client, user, address, /, *args, status=302, **data):
    """Post a form to the address of that name."""
    client.force_login(user)
    response = client.post(reverse(address, args=args), data)
    assert response.status_code == status, response.content.decode()
    return response


def opened(client, user, path):
    """What the form of that page holds when it is opened, as a browser would send it."""
    form = page(client, user, path).context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) is not None}


def asked(client, path):
    """How often the page asks the database."""
    with CaptureQueriesContext(connection) as asking:
        assert client.get(path).status_code == 200
    return len(asking)
