"""Mails looked at before a step, for tests: nothing is kept of the look, and what leaves then is what was shown."""

import re

from django.apps import apps

from liaisons.mail.seen import Seen
from liaisons.models import Message


def everything():
    """How many rows of each kind there are."""
    return {model: model._default_manager.count() for model in apps.get_app_config("liaisons").get_models()}


def look(client, address, given):
    """Press “See the mails” in a form, and compare what there is before and after."""
    before = everything()
    page = client.post(address, given, follow=True)
    assert page.status_code == 200
    assert everything() == before
    return page


def leaves(client, page, given):
    """Press the button on the page that shows the mails; returns the mails that come of it."""
    known = set(Message.objects.values_list("pk", flat=True))
    form = re.search(r'<form class="end" method="post" action="([^"]+)">(.*?)</form>', page.content.decode(), re.DOTALL)
    names = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2]))
    assert {name: names[name] for name in given} == {name: str(value) for name, value in given.items()}
    client.post(form[1], names)
    return list(Message.objects.exclude(pk__in=known).order_by("pk"))


def as_shown(page):
    return as_read(page.context["drafts"])


def as_read(mails):
    """Of addresses that come with the step the number is another one: PostgreSQL gives none of them twice."""
    return [
        (seen.message.recipient, seen.message.subject, re.sub(r"/documents/\d+/", "/documents/…/", seen.text))
        for seen in map(Seen.of, mails)
    ]
