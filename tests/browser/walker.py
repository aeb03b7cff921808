"""Somebody in a browser: goes to pages, presses buttons, opens links from mails, takes pictures."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator

from liaisons import housekeeping, outbox
from liaisons.outbox import transport
from tests.browser.shoot import shoot, watch


class Walker:
    """`album` begins the names of the pictures: two walks come by the same pages."""

    def __init__(self, context: BrowserContext, site: str, album: str) -> None:
        self.site = site
        self.album = album
        self.complaints = watch(context)
        self.page = context.new_page()

    def go(self, address: str, *, status: int = 200) -> None:
        """Open a page of the desk, or the link of a mail."""
        response = self.page.goto(address if address.startswith("http") else self.site + address)
        assert response is not None
        assert response.status == status, f"{address} answers {response.status}"

    def sign_in(self, email: str) -> None:
        self.go("/sign-in/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill("liaise")
        self.press("Sign in")

    def follow(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()

    def press(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Press a button that sends a form, and wait for the page that answers."""
        with self.page.expect_navigation():
            (within or self.page).get_by_role("button", name=name, exact=True).click()

    def fill(self, **fields: str) -> None:
        """Type into the fields of these names."""
        for name, text in fields.items():
            self.page.locator(f"[name='{name}']").fill(text)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"[name='{name}']").select_option(value)

    def take(self, step: str, button: str = "", **fields: str | bool) -> None:
        """Open the form behind the button of that step, fill it in (a box is True) and send it."""
        behind = self.page.locator("details.step").filter(has=self.page.locator("summary", has_text=step))
        behind.locator("summary").click()
        for name, text in fields.items():
            field = behind.locator(f"[name$='{name}']")
            field.check() if text is True else field.fill(f"{text}")
        self.press(button or step, within=behind)

    def reads(self, text: str) -> None:
        """Wait until the page says so."""
        self.page.get_by_text(text).first.wait_for()

    def shoot(self, name: str) -> None:
        shoot(self.page, f"{self.album}{name}")


def time_passes(**span: float) -> None:
    """Do what the scheduler would have done so much later; twice, because a mail can be due to what came first."""
    then = timezone.now() + timedelta(**span)
    for _round in range(2):
        housekeeping.keep_house(then)
        while outbox.deliver_due(then):
            pass


def link_for(recipient: str) -> str:
    """The signed link in the latest mail to that address."""
    name = next(mail.name for mail in transport.mailbox_list() if mail.recipient == recipient)
    body = transport.mailbox_mail(name).get_body(("plain",))
    assert body is not None
    found = re.search(r"\S+/l/\S+/", body.get_content())
    assert found is not None
    return found[0]
