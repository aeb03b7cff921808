"""Pages whose words are longer than a telephone is wide, and fields narrower than what stands in them."""

import pytest

from contacts.actor import Actor
from liaisons.details import Answer
from liaisons.models import AgendaItem, ItemDocument
from liaisons.workflow import advance
from tests.fixtures import AFTER

pytestmark = pytest.mark.browser

# How much wider the field would have to be to show all of its choice.
HIDDEN = """field => {
    const copy = field.cloneNode(false);
    copy.append(field.selectedOptions[0].cloneNode(true));
    copy.style.cssText = "inline-size: max-content; min-inline-size: 0; max-inline-size: none; position: absolute";
    field.after(copy);
    const wanted = copy.offsetWidth;
    copy.remove();
    return wanted - field.offsetWidth;
}"""


def test_when_an_answer_is_due_fits_on_a_telephone(walker, registration, secretary):
    sam = walker()
    sam.sign_in("sam@example.org")
    sam.go(registration.get_absolute_url())
    sam.reads("end of the day in Geneva")
    sam.shoot("registration-due")


def test_what_a_meeting_did_with_a_document_can_be_read(walker, meeting, registration, secretary):
    item = AgendaItem.objects.create(meeting=meeting, position=1, clause="7", title="Letters")
    document = registration.document
    document.title = "LS on the initiation of new work items related to identity for metaverse " * 4
    document.save()
    ItemDocument.objects.create(item=item, document=document, disposition="presented")
    sam = walker()
    sam.sign_in("sam@example.org")
    sam.go(meeting.get_absolute_url())
    assert sam.page.locator("[name^='disposition-']").evaluate(HIDDEN) <= 0


def test_what_came_from_addressees_needs_no_scrolling_on_a_telephone(walker, sent, secretary):
    answer = Answer(kind="preliminary", settles=("1",), text="We shall tell more after our next meeting. " * 4)
    addressee = sent.addressees.get(text="IETF")
    advance(addressee, "settle", by=Actor.of(secretary), seen=sent.revision_id, details=answer, now=AFTER)
    sam = walker()
    sam.sign_in("sam@example.org")
    sam.page.set_viewport_size({"width": 390, "height": 844})
    sam.go(sent.get_absolute_url())
    assert sam.page.locator(".matrix-scroll").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    sam.shoot("matrix")


def test_the_number_of_a_paragraph_stands_in_its_margin(walker, circulated, secretary):
    sam = walker()
    sam.sign_in("sam@example.org")
    sam.go(f"/statements/{circulated.pk}/")
    number = sam.page.locator(".letter-body .paragraph").first
    assert number.evaluate("number => getComputedStyle(number).position") == "absolute"


def test_the_mail_that_will_leave_shows_its_72_columns(walker, approved, secretary):
    sam = walker()
    sam.sign_in("sam@example.org")
    sam.page.set_viewport_size({"width": 1280, "height": 900})
    sam.go(f"/statements/{approved.pk}/dispatch/")
    text = sam.page.locator(".mail-forms .mail-body")
    assert text.evaluate("text => text.scrollWidth - text.clientWidth") <= 0


def test_the_form_of_one_step_never_lies_over_that_of_another(walker, circulated, secretary):
    sam = walker(scripts=False)
    sam.sign_in("sam@example.org")
    sam.go(f"/statements/{circulated.pk}/")
    sam.page.locator("details.step summary", has_text="Back to draft").click()
    sam.page.locator("details.step summary", has_text="Withdraw").click()
    assert sam.page.locator("details.step[open] > summary").all_inner_texts() == ["Withdraw"]
