"""The page of a text in circulation in a real browser: the number before a paragraph goes into the form."""

import pytest
from playwright.sync_api import expect

from liaisons.models import Comment

pytestmark = pytest.mark.browser


def test_what_was_typed_stays_when_the_number_of_a_paragraph_is_chosen(walker, circulated, member):
    mel = walker()
    mel.sign_in("mel@example.org")
    mel.go(f"/circulations/{circulated.circulation.pk}/")
    mel.page.get_by_label("A technical comment: what the text says").check()
    mel.fill(text="Say which roadmap.")
    mel.page.locator("a.paragraph").first.click()
    expect(mel.page.locator("[name='clause']")).to_have_value("1")
    mel.press("Send the comment")
    comment = Comment.objects.get()
    assert (comment.clause, comment.text) == ("1", "Say which roadmap.")
