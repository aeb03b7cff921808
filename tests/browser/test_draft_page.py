"""The page of a draft in a real browser: a figure outlives typing, and the printed pages follow it."""

import pytest
from playwright.sync_api import expect

from liaisons.models import Statement
from tests.liaisons.test_pictures import drawn, figure

pytestmark = pytest.mark.browser


def test_a_figure_outlives_typing_in_it_and_below(walker, desk, secretary):
    sam = walker()
    sam.sign_in("sam@example.org")
    sam.go("/statements/new/")
    sam.fill(title="Plans", action="IETF")
    sam.page.get_by_text("Put a picture into the text").click()
    sam.page.locator("[name='picture']").set_input_files(
        {"name": "plan.png", "mimeType": "image/png", "buffer": drawn(size=(40, 30))}
    )
    sam.fill(picture_alt="A plan.", picture_caption="Rooms")
    sam.press("Put it in")

    pages = sam.page.locator("#preview-pages img")
    expect(pages).to_have_count(1)
    first = pages.get_attribute("src")
    box = sam.page.locator("[role=textbox]").first
    expect(box.locator("figure img")).to_be_visible()
    box.locator("figcaption").click()
    sam.page.keyboard.press("End")
    sam.page.keyboard.type(", all")
    sam.page.keyboard.press("Enter")
    sam.page.keyboard.type("Typed below.")
    expect(pages).not_to_have_attribute("src", first)
    sam.press("Save")

    shown = figure(drawn(size=(40, 30)), caption="Figure 1 – Rooms, all")
    assert Statement.objects.get().revision.body == f"{shown}<p>Typed below.</p>"
