"""The mails of a step are seen before it is taken, and nothing of the look is kept."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from liaisons import outbox
from liaisons.comments import reports
from liaisons.filing import Paper, file_document
from liaisons.forms.steps import FORMS
from liaisons.models import Blob, Document, Message, Statement
from liaisons.views.steps import TELLING
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.liaisons.looking import as_read, as_shown, leaves, look

pytestmark = pytest.mark.postgres


@pytest.fixture
def signed_in(client, secretary, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(secretary)
    return client


@pytest.fixture
def printed(signed_in, draft):
    """A draft whose page was printed and looked at, as the step asks."""
    signed_in.get(reverse("statement-circulate", args=[draft.pk]))
    return draft


def test_the_mail_of_a_circulation_is_the_one_that_leaves(signed_in, printed):
    given = {"seen": printed.revision_id}
    page = look(signed_in, reverse("statement-mails", args=[printed.pk, "circulate"]), given)
    assertContains(page, "list@jca-mv.example.org")
    assertContains(page, "JCA-MV-Doc-001, for comment until 27 October 2025")
    assertContains(page, "JCA-MV-Doc-001.pdf, JCA-MV-Doc-001.docx")
    assert Statement.objects.get(pk=printed.pk).state == "draft"
    shown = as_shown(page)
    [(_to, _subject, text)] = shown
    assert "/l/" not in text
    assert as_read(leaves(signed_in, page, given)) == shown


def test_its_html_stands_in_a_frame_of_its_own(signed_in, printed):
    given = {"seen": printed.revision_id}
    page = look(signed_in, reverse("statement-mails", args=[printed.pk, "circulate"]), given)
    assertContains(page, '<iframe class="mail-html" src="?typed=')
    framed = signed_in.get(f"{page.request['PATH_INFO']}{page.context['frame']}")
    assertContains(framed, "This text is before the list for comment")
    assert framed["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    assert framed["X-Frame-Options"] == "SAMEORIGIN"


def test_the_notices_of_a_withdrawal_are_seen_with_the_reason_that_was_typed(signed_in, sent, secretary, time_machine):
    time_machine.move_to(AFTER, tick=False)
    signed_in.force_login(secretary)  # two weeks on
    for message in Message.objects.of_dispatch(sent):
        Message.objects.filter(pk=message.pk).update(state="sent", sent_at=AFTER)
    given = {"seen": sent.revision_id, "reason": "撤回 – the meeting was called off."}
    page = look(signed_in, reverse("statement-mails", args=[sent.pk, "withdraw"]), given)
    shown = as_shown(page)
    assert len(shown) > 2
    assert all("撤回 – the meeting was called off." in text for _to, _subject, text in shown)
    assert Statement.objects.get(pk=sent.pk).state == "sent"
    assertContains(signed_in.get(f"{page.request['PATH_INFO']}?{page.context['query']}&number=1"), shown[1][0])
    assert as_read(leaves(signed_in, page, given)) == shown


def test_the_list_is_told_what_was_seen_when_a_text_goes_back_to_draft(signed_in, circulated):
    Message.objects.filter(kind="circulate").update(state="sent", sent_at=NOW)
    given = {"seen": circulated.revision_id, "reason": "A slip."}
    page = look(signed_in, reverse("statement-mails", args=[circulated.pk, "revise"]), given)
    [(to, subject, _text)] = as_shown(page)
    assert (to, subject) == ("list@jca-mv.example.org", "JCA-MV-Doc-001 has been taken back")
    assert as_read(leaves(signed_in, page, given)) == as_shown(page)


def test_a_moved_window_is_seen_with_its_day(signed_in, circulated):
    given = {"window-closes_on": "2025-11-03", "window-reason": "Holidays."}
    page = look(signed_in, reverse("circulation-window-mails", args=[circulated.circulation.pk]), given)
    assertContains(page, "JCA-MV-Doc-001: comments until 3 November 2025 now")
    assert as_read(leaves(signed_in, page, given)) == as_shown(page)


@pytest.fixture
def report(desk, secretary, chair):
    blob = Blob.objects.keep(b"PK report", "application/msword")
    paper = Paper(kind=Document.Kind.REPORT, title="Report", source_text="JCA-MV", files=((blob, "report.docx"),))
    return file_document(desk, paper, by=Actor.of(secretary), now=NOW)


def test_the_mail_of_a_report_is_seen_before_it_circulates(signed_in, report):
    page = look(signed_in, reverse("document-circulate-mails", args=[report.pk]), {})
    assertContains(page, "This report is before the list for comment, for 14 days")
    assertContains(page, "report.docx")
    assert as_read(leaves(signed_in, page, {})) == as_shown(page)


def test_the_list_is_told_what_was_seen_when_a_report_is_taken_back(signed_in, report, desk, secretary):
    circulation = reports.circulate(report, desk, by=Actor.of(secretary), now=NOW)
    outbox.deliver_due(NOW)
    given = {"back-reason": "Not yet."}
    page = look(signed_in, reverse("report-take-back-mails", args=[circulation.pk]), given)
    assertContains(page, "has been taken back")
    assert as_read(leaves(signed_in, page, given)) == as_shown(page)


def test_a_step_that_is_not_open_answers_the_look_as_it_would_be_answered_itself(signed_in, circulated):
    address = reverse("statement-mails", args=[circulated.pk, "circulate"])
    page = signed_in.post(address, {"seen": circulated.revision_id})
    assertContains(page, "It is circulated: Sam Secretary took the step", status_code=400)
    assertNotContains(page, 'class="mail-html"', status_code=400)
    assert signed_in.get(f"{address}?as=html").status_code == 400


def test_a_form_that_is_not_valid_comes_back_with_what_was_typed(signed_in, circulated):
    address = reverse("statement-mails", args=[circulated.pk, "withdraw"])
    page = signed_in.post(address, {"seen": circulated.revision_id, "reason": "x" * 501})
    assertContains(page, "Ensure this value has at most 500 characters", status_code=400)
    assertContains(page, "x" * 501, status_code=400)
    # From there it is taken as from its own page.
    assertContains(page, f'action="{reverse("statement-withdraw", args=[circulated.pk])}"', status_code=400)


def test_what_a_step_says_of_itself_is_not_said_of_a_look(signed_in, circulated):
    given = {"seen": circulated.revision_id, "reason": "A slip."}
    page = look(signed_in, reverse("statement-mails", args=[circulated.pk, "revise"]), given)
    assertNotContains(page, "It is a draft again")
    assertNotContains(signed_in.get("/"), "It is a draft again")


def test_where_the_step_says_on_another_page_what_is_against_it_the_look_says_so_itself(signed_in, report, desk):
    type(desk).objects.update(mailing_list="")
    page = signed_in.post(reverse("document-circulate-mails", args=[report.pk]))
    assertContains(page, "This cannot be done now", status_code=400)
    assertNotContains(page, 'class="mail-html"', status_code=400)
    assert signed_in.get(f"{page.request['PATH_INFO']}?as=html").status_code == 404


def test_a_long_text_is_seen_too(signed_in, circulated):
    """An address holds four kilobytes at most."""
    given = {"window-closes_on": "2025-11-03", "window-reason": "".join(map(chr, range(0x4E00, 0x4E00 + 500)))}
    page = look(signed_in, reverse("circulation-window-mails", args=[circulated.circulation.pk]), given)
    assert len(page.request["QUERY_STRING"]) < 200
    [(_to, _subject, text)] = as_shown(page)
    assert given["window-reason"][-9:] in text


def test_whoever_is_not_signed_in_signs_in_first(client, circulated):
    page = client.get(reverse("circulation-window-mails", args=[circulated.circulation.pk]))
    assert page.url.startswith("/sign-in/")


def test_a_step_without_mails_has_no_such_page(signed_in, sent):
    assert signed_in.get(reverse("statement-mails", args=[sent.pk, "close"])).status_code == 404


def test_every_step_that_tells_somebody_has_one():
    assert {step for step, form in FORMS.items() if form.tells} == set(TELLING)


def test_where_nobody_hears_of_it_that_is_said(signed_in, draft):
    given = {"seen": draft.revision_id, "reason": "Not needed."}
    page = look(signed_in, reverse("statement-mails", args=[draft.pk, "withdraw"]), given)
    assertContains(page, "No mail leaves with it.")


def test_nobody_is_led_to_a_form_that_somebody_else_filled_in(signed_in, chair, draft):
    given = {"seen": draft.revision_id, "reason": "Not needed."}
    page = look(signed_in, reverse("statement-mails", args=[draft.pk, "withdraw"]), given)
    signed_in.force_login(chair)
    again = signed_in.get(f"{page.request['PATH_INFO']}?{page.context['query']}")
    assertNotContains(again, "Not needed.", status_code=400)


def test_forms_of_steps_with_mails_lead_to_them(signed_in, circulated, report):
    for page, address in (
        (circulated.get_absolute_url(), reverse("statement-mails", args=[circulated.pk, "withdraw"])),
        (circulated.get_absolute_url(), reverse("statement-mails", args=[circulated.pk, "revise"])),
        (
            reverse("statement-withdraw", args=[circulated.pk]),
            reverse("statement-mails", args=[circulated.pk, "withdraw"]),
        ),
        (report.get_absolute_url(), reverse("document-circulate-mails", args=[report.pk])),
        (
            reverse("circulation", args=[circulated.circulation.pk]),
            reverse("circulation-window-mails", args=[circulated.circulation.pk]),
        ),
    ):
        assertContains(signed_in.get(page), f'formaction="{address}"')
    assertNotContains(signed_in.get(reverse("statement-complete", args=[circulated.pk]), follow=True), "formaction")


def test_a_rehearsal_leaves_the_next_mail_as_it_is(desk, draft, secretary):
    """Whatever is raised in it: mails are collected in rehearsals only."""

    def take():
        advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        outbox.rehearse(take)
    assert not Message.objects.exists()
    [found] = outbox.rehearse(
        lambda: advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
    )
    advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
    assert Message.objects.get().subject == found.message.subject
