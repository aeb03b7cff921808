"""Fills in the form of a draft as a browser would."""

from lxml import html


def fields(page):
    """What a browser would send back of the form: the names and values of everything in it."""
    (form,) = html.fromstring(page.content.decode()).xpath("//form[@data-guard]")
    # A browser leaves out the line break that a text area begins with, and sends a field that is empty; lxml does not.
    empty = form.xpath('.//input[@type="text" or @type="email" or @type="date"][not(@value)]/@name')
    given = {name: value.removeprefix("\n") for name, value in form.form_values() if name != "csrfmiddlewaretoken"}
    return dict.fromkeys(empty, "") | given


def typed(client, address, **changes):
    """Open the form, change some of it, and send it."""
    given = {**fields(client.get(address)), **changes}
    return client.post(address, {name: value for name, value in given.items() if value is not None})


CELL = "<tbody><tr><td>x</td></tr></tbody>"
BASIC = {
    "title": "LS on time",
    "language": "en",
    "questions": "N/A",
    "action": "ITU-T SG21 and TSAG",
    "deadline": "2026-01-30",
    "body": "<p>We ask.</p>",
}
