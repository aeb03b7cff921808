"""A statement goes its whole way through the hands of five people, each in a browser of their own."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from liaisons.models import Statement
from tests.browser.walker import Walker, link_for, time_passes
from tests.pages import PDF

pytestmark = pytest.mark.browser

ROADMAP = "Fill in the template of the roadmap."
NOMINATION = "Nominate a representative to JCA-MV."
WRITTEN = {
    "title": "LS on a representative in JCA-MV and input to the roadmap",
    "venue_date": "by correspondence",
    "action": "ITU-T SGs 20, 21; IETF; World Metaverse Council",
    "information": "ITU-T TSAG; Club of Mirrors",
    "abstract": "JCA-MV invites groups working on the metaverse to take part.",
    "asked-0-text": NOMINATION,
    "contacts-0-name": "Sam Secretary",
    "contacts-0-organization": "TSB",
    "contacts-0-country": "Switzerland",
    "contacts-0-email": "sam@example.org",
}


def test_a_statement_goes_its_way(walker, desk, secretary, chair, cochair):
    sam, passer_by, answering = walker(), walker(), walker()
    sam.sign_in("sam@example.org")
    sam.shoot("desk-empty")
    _write(sam)
    statement = Statement.objects.get()
    _circulate(sam)
    _see_nothing(passer_by, statement)
    _comment(walker(), desk.mailing_list)
    _close_the_window(sam)
    _approve(walker(), "kim@example.org", "Your approval is kept.")
    _approve(walker(), "chris@example.org", "You approved it. It is JCA-MV-LS1 now.")
    _send(sam)
    _acknowledge(answering)
    _answer_a_part(answering)
    _see_what_came(sam)
    _read(passer_by)


def test_the_secretary_needs_no_script(walker, desk, secretary, chair):
    sam = walker(scripts=False)
    sam.sign_in("sam@example.org")
    sam.follow("Write a statement")
    _type(sam)
    sam.fill(body="<p>JCA-MV asks your group.</p><table><tbody><tr><td>One cell</td></tr></tbody></table>")
    sam.shoot("draft")
    sam.press("Save")
    expect(sam.page.locator(".letter-body table td")).to_have_text("One cell")
    sam.take("Circulate")
    time_passes(seconds=1)
    _close_the_window(sam)
    _approve(walker(scripts=False), "chris@example.org", "You approved it. It is JCA-MV-LS1 now.")
    _send(sam)


def _write(sam: Walker) -> None:
    """A letter with addressees in shorthand, two requests and a table."""
    sam.follow("Write a statement")
    _type(sam)
    expect(sam.page.locator("#resolved-action li")).to_contain_text(
        ["ITU-T SG20", "ITU-T SG21", "IETF", "World Metaverse Council"]
    )
    expect(sam.page.locator("#resolved-information li.unread")).to_contain_text("Club of Mirrors")
    sam.page.get_by_role("textbox", name="Body (optional)", exact=True).click()
    sam.page.keyboard.type("JCA-MV asks your group to nominate a representative and to fill in this table.")
    sam.page.keyboard.press("Enter")
    _insert_table(sam, [["Reference", "Status"], ["ITU-T Y.4000", "Published"]])
    sam.page.get_by_text("Write an annex").click()
    sam.fill(**{"annexes-0-title": "Template of the roadmap"})
    sam.page.get_by_role("textbox", name="Or its text (optional)", exact=True).click()
    sam.page.keyboard.type("One row for each standard.")
    sam.shoot("draft")
    sam.press("Save")
    sam.reads("One row for each standard.")
    expect(sam.page.locator(".letter-body table :is(th, td)")).to_have_text(
        ["Reference", "Status", "ITU-T Y.4000", "Published"]
    )
    sam.reads("Club of Mirrors")
    sam.shoot("statement-draft")


def _type(sam: Walker) -> None:
    """Fill in the form, its body excepted; a second request has room only after a button made it."""
    sam.fill(**WRITTEN, deadline=f"{timezone.now().date() + timedelta(days=60)}")
    sam.choose("asked-0-kind", "nomination")
    sam.press("One more request")
    sam.fill(**{"asked-1-text": ROADMAP})
    sam.choose("asked-1-kind", "roadmap")


def _insert_table(sam: Walker, rows: list[list[str]]) -> None:
    page = sam.page
    page.get_by_role("button", name="Insert table").first.click()
    sam.fill(rows=f"{len(rows)}", cols=f"{len(rows[0])}")
    page.get_by_role("button", name="Insert Table", exact=True).click()
    first, *others = [cell for row in rows for cell in row]
    page.keyboard.type(first)
    for cell in others:
        page.keyboard.press("Tab")
        page.keyboard.type(cell)


def _circulate(sam: Walker) -> None:
    sam.take("Circulate")
    time_passes(seconds=1)
    sam.page.reload()
    sam.reads("comments until")
    sam.shoot("statement-circulated")


def _see_nothing(passer_by: Walker, statement: Statement) -> None:
    """Before it is sent, an outsider finds an empty register and no such statement."""
    passer_by.go("/")
    expect(passer_by.page.get_by_text("LS on a representative")).to_have_count(0)
    passer_by.shoot("public-register-empty")
    passer_by.go(f"/statements/{statement.pk}/", status=404)
    passer_by.go(f"/statements/{statement.pk}/pdf/", status=404)
    passer_by.go(statement.get_absolute_url(), status=404)
    passer_by.shoot("public-not-found")


def _comment(delegate: Walker, mailing_list: str) -> None:
    """Somebody nobody knows here comments by the list's link, then confirms by the mail to their own address."""
    delegate.go(link_for(mailing_list))
    delegate.shoot("comment-page")
    delegate.page.get_by_label("An editorial comment").check()
    delegate.fill(clause="1", text="Say which table.", proposed="fill in the table below", name="Dee Delegate")
    delegate.fill(email="dee@delegates.example.org", group_text="IETF")
    delegate.shoot("comment-form")
    delegate.press("Send the comment")
    delegate.reads("dee@delegates.example.org")
    delegate.shoot("comment-made")
    time_passes(seconds=1)
    delegate.go(link_for("dee@delegates.example.org"))
    delegate.reads("Is this comment yours?")
    delegate.shoot("comment-confirm")
    delegate.press("Yes, it is mine")
    delegate.reads("Your comment counts")
    delegate.shoot("comment-confirmed")


def _close_the_window(sam: Walker) -> None:
    """The secretary finds the comments at the desk and lets the window close early; the chairs are asked."""
    sam.go("/")
    sam.shoot("desk-circulated")
    sam.go(f"/circulations/{Statement.objects.get().circulation.pk}/")
    sam.shoot("circulation")
    sam.take("Move the window…", "Move it", at_once=True, reason="All have spoken.")
    sam.reads("The window was shortened")
    time_passes(seconds=1)


def _approve(cochair: Walker, email: str, said: str) -> None:
    cochair.go(link_for(email))
    cochair.shoot(f"approve-{email.partition('@')[0]}")
    cochair.press("Approve")
    cochair.reads(said)
    cochair.shoot(f"approved-{email.partition('@')[0]}")


def _send(sam: Walker) -> None:
    """The secretary looks at a mail as it will leave, sends all, and sees them leave."""
    sam.go("/")
    sam.shoot("desk-approved")
    sam.go(Statement.objects.get().get_absolute_url())
    sam.follow("Send…")
    sam.page.locator(".choices a", has_text="IETF").click()
    expect(sam.page.locator(".choices [aria-current]")).to_contain_text("ietf@example.org")
    sam.reads(ROADMAP)
    sam.shoot("dispatch-preview")
    sam.press(re.compile(r"^Send \d+ mails$"))
    sam.reads("The mails are held until")
    sam.shoot("dispatch-held")
    time_passes(hours=1)
    sam.page.reload()
    expect(sam.page.get_by_text(re.compile(r"^(\d+) of \1 sent$"))).to_be_visible()
    sam.shoot("dispatch-sent")


def _acknowledge(addressee: Walker) -> None:
    addressee.go(link_for("sg21@example.org"))
    addressee.reads(NOMINATION)
    addressee.shoot("answer-page")
    addressee.page.get_by_label("A note that we have received it").check()
    addressee.fill(name="Ann Answer", email="ann@example.org")
    addressee.press("Send it")
    addressee.reads("Thank you, this is recorded")
    expect(addressee.page.locator(".obstacles li")).to_contain_text([NOMINATION, ROADMAP])
    addressee.shoot("answer-acknowledged")


def _answer_a_part(addressee: Walker) -> None:
    """A file settles the second request; the first stays open."""
    addressee.follow("Answer the rest")
    addressee.page.get_by_label("Our answer", exact=True).check()
    addressee.page.get_by_label(re.compile(ROADMAP)).check()
    addressee.page.locator("[name='files']").set_input_files(
        {"name": "SG21-LS82.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    addressee.fill(text="Our rows are attached.", reference="SG21-LS82")
    addressee.shoot("answer-form")
    addressee.press("Send it")
    addressee.reads("Thank you, this is recorded")
    expect(addressee.page.locator(".obstacles li")).to_contain_text([NOMINATION])
    addressee.shoot("answer-recorded")
    addressee.follow("Answer the rest")
    addressee.shoot("answer-page-after")


def _see_what_came(sam: Walker) -> None:
    sam.go(Statement.objects.get(desk__isnull=False).get_absolute_url())
    row = sam.page.locator(".matrix tr", has_text="ITU-T SG21")
    for words in ("Acknowledged", "Open", "Settled", "SG21-LS82.pdf"):
        expect(row).to_contain_text(words, ignore_case=True)
    sam.shoot("statement-sent")
    sam.go("/")
    sam.shoot("desk-sent")
    for name in ("statements", "outbox"):
        sam.go(f"/{name}/")
        sam.shoot(name)


def _read(passer_by: Walker) -> None:
    """After it is sent, the outsider reads it, and nobody's address."""
    passer_by.go("/")
    passer_by.shoot("public-register")
    passer_by.follow("LS on a representative")
    passer_by.reads("JCA-MV-LS1")
    assert "@" not in passer_by.page.content()
    passer_by.shoot("public-statement")
