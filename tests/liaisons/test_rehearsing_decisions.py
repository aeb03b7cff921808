"""What is decided about comments, letters and answers is seen as the mail that tells of it, before it is decided."""

from datetime import date

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons import links, outbox
from liaisons.comments import comment, dispose, reports
from liaisons.details import Answer
from liaisons.filing import Paper, file_document
from liaisons.housekeeping import keep_house
from liaisons.models import Approval, Blob, Circulation, Comment, Document, Message, Registration, Reply, Statement
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.liaisons.looking import as_read, as_shown, everything, leaves, look

pytestmark = pytest.mark.postgres


@pytest.fixture
def signed_in(client, secretary, time_machine):
    time_machine.move_to(AFTER, tick=False)
    client.force_login(secretary)
    return client


def is_what_leaves(client, address, given):
    """Look, compare what leaves when the button is pressed, and return (to, subject, text) of each mail."""
    page = look(client, address, given)
    shown = as_shown(page)
    assert as_read(leaves(client, page, given)) == shown
    return shown


@pytest.fixture
def said(circulated, member, rapporteur):
    """Two comments of wording by one person, and an objection by another."""
    texts = (("editorial", "A comma.", member), ("technical", "A term.", member), ("objection", "No.", rapporteur))
    return [
        comment(circulated.circulation, by=Actor.of(user), kind=kind, text=text, now=NOW) for kind, text, user in texts
    ]


def test_the_answer_to_a_comment(signed_in, said):
    prefix = f"comment-{said[0].pk}"
    given = {f"{prefix}-disposition": "accepted", f"{prefix}-text": "Put in.", f"{prefix}-seen": ""}
    address = reverse("comment-dispose-mails", args=[said[0].pk])
    assertContains(signed_in.get(reverse("circulation", args=[said[0].circulation_id])), f'formaction="{address}"')
    [(to, _subject, text)] = is_what_leaves(signed_in, address, given)
    assert to == "mel@example.org"
    assert "accepted" in text
    assert "Put in." in text


def test_a_disposition_that_is_not_chosen_is_asked_for_on_its_page(signed_in, said):
    prefix = f"comment-{said[0].pk}"
    given = {f"{prefix}-disposition": "", f"{prefix}-text": "Put in.", f"{prefix}-seen": ""}
    page = signed_in.post(reverse("comment-dispose-mails", args=[said[0].pk]), given)
    assertContains(page, "This field is required.", status_code=400)
    assertContains(page, "Put in.</textarea>", status_code=400)


def test_somebody_else_has_disposed_of_it_meanwhile(signed_in, said, secretary, chair):
    prefix = f"comment-{said[0].pk}"
    given = {f"{prefix}-disposition": "accepted", f"{prefix}-text": "", f"{prefix}-seen": ""}
    page = look(signed_in, reverse("comment-dispose-mails", args=[said[0].pk]), given)
    dispose(said[0], "rejected", seen="", text="Why?", by=Actor.of(chair), now=AFTER)
    again = signed_in.get(f"{page.request['PATH_INFO']}?{page.context['query']}")
    assertContains(again, "Chris Chair", status_code=400)
    assertNotContains(again, 'class="mail-html"', status_code=400)


def test_the_same_said_of_several_is_one_mail(signed_in, said):
    row = said[0].circulation
    given = {"ticked": said[1].pk, f"stood-{said[1].pk}": "", "disposition": "noted", "text": "Both."}
    address = reverse("circulation-dispose-mails", args=[row.pk])
    assertContains(signed_in.get(reverse("circulation-dispose", args=[row.pk])), f'formaction="{address}"')
    both = {**given, "ticked": [said[0].pk, said[1].pk], f"stood-{said[0].pk}": ""}
    [(to, _subject, text)] = as_shown(look(signed_in, address, both))
    assert to == "mel@example.org"
    assert "Of 2 comments of yours the same is said: noted." in text
    [(_to, _subject, text)] = is_what_leaves(signed_in, address, given)
    assert "A term." in text


def test_another_kind(signed_in, said):
    prefix = f"kind-{said[0].pk}"
    given = {f"{prefix}-kind": "technical", f"{prefix}-reason": "It is about a term.", f"{prefix}-seen": ""}
    address = reverse("comment-kind-mails", args=[said[0].pk])
    assertContains(signed_in.get(reverse("circulation", args=[said[0].circulation_id])), f'formaction="{address}"')
    [(to, _subject, text)] = is_what_leaves(signed_in, address, given)
    assert (to, "It is about a term." in text) == ("mel@example.org", True)


@pytest.fixture
def reply(sent, secretary):
    """What the IETF answers, by the name of its kind."""

    def answered(kind, **fields):
        addressee = sent.addressees.get(text="IETF")
        answer = Answer(kind, text="We cannot.", name="Ida IETF", email="ida@example.org", **fields)
        advance(addressee, "settle", by=Actor.of(secretary), seen=sent.revision_id, details=answer, now=AFTER)
        return Reply.objects.latest("pk")

    return answered


@pytest.mark.parametrize(
    ("pressed", "button", "sentence"),
    [
        ({}, "Grant time until that day", "Your answer is now awaited until 20 February 2026"),
        ({"refuse": "1"}, "Do not grant more time", "It could not be granted"),
    ],
)
def test_more_time_granted_or_not(signed_in, sent, reply, pressed, button, sentence):
    keys = [sent.pk, reply("more_time", until=date(2026, 3, 1)).pk]
    given = {"until": "2026-02-20", "text": "Because.", **pressed}
    address = reverse("reply-time-mails", args=keys)
    assertContains(signed_in.get(reverse("reply-time", args=keys)), f'formaction="{address}"', count=2)
    page = look(signed_in, address, given)
    assertContains(page, f'<button class="button primary">{button}</button>')
    assertContains(page, f'<a href="{reverse("reply-time", args=keys)}">Back</a>')
    [(to, _subject, text)] = is_what_leaves(signed_in, address, given)
    assert to == "ida@example.org"
    assert sentence in " ".join(text.split())
    assert "Because." in text


def test_no_time_without_a_day(signed_in, sent, reply):
    keys = [sent.pk, reply("more_time", until=date(2026, 3, 1)).pk]
    page = signed_in.post(reverse("reply-time-mails", args=keys), {"until": "", "text": "Because."})
    assertContains(page, "Say until which day.", status_code=400)
    assertContains(page, f'action="{reverse("reply-time", args=keys)}"', status_code=400)


def test_the_letter_passed_on_and_what_the_first_body_is_told(signed_in, sent, reply):
    keys = [sent.pk, reply("not_for_us", for_whom="ITU-T SG20").pk]
    given = {"seen": sent.revision_id, "to": "ITU-T SG20", "due_on": "2026-02-20"}
    address = reverse("reply-forward-mails", args=keys)
    assertContains(signed_in.get(reverse("reply-forward", args=keys)), f'formaction="{address}"')
    shown = is_what_leaves(signed_in, address, given)
    assert [to for to, _subject, _text in shown] == ["sg20@example.org", "ida@example.org"]
    assert Statement.objects.get(pk=sent.pk).addressees.filter(text="ITU-T SG20").exists()


def test_who_a_letter_is_assigned_to(signed_in, registration, member):
    given = {"seen": registration.state, "assignee": member.person_id, "due_on": "2025-11-20"}
    address = reverse("registration-assign-mails", args=[registration.pk])
    assertContains(signed_in.get(registration.get_absolute_url()), f'formaction="{address}"', count=1)
    page = look(signed_in, address, given)
    assert Registration.objects.get(pk=registration.pk).state == "received"
    [(to, _subject, text)] = as_shown(page)
    assert (to, "20 November 2025" in text) == ("mel@example.org", True)
    assert as_read(leaves(signed_in, page, given)) == as_shown(page)


def test_a_letter_assigned_to_nobody_is_not_looked_at(signed_in, registration):
    page = signed_in.post(reverse("registration-assign-mails", args=[registration.pk]), {"seen": registration.state})
    assertContains(page, "Name the Questions or the person who takes it on", status_code=400)


class TestByLink:
    """A chair looks by the link of the mail that asks, without an account."""

    @pytest.fixture
    def token(self, circulated, chair, cochair, time_machine):
        time_machine.move_to(AFTER, tick=False)
        to = {"statement": circulated, "circulation": circulated.circulation}
        return links.token(links.issue("approve", now=AFTER, person=chair.person, email="chris@example.org", **to).pk)

    def test_the_approval_that_is_the_last_one_needed(self, client, token, circulated, cochair):
        advance(circulated, "approve", by=Actor.of(cochair), seen=circulated.revision_id, now=AFTER)
        given = {"seen": circulated.revision_id}
        address = reverse("link-approve-mails", args=[token])
        assertContains(client.get(reverse("link", args=[token])), f'formaction="{address}"')
        [(to, subject, _text)] = is_what_leaves(client, address, given)
        assert to == "secretariat@jca-mv.example.org"
        assert subject.startswith("JCA-MV-LS1 is approved and can be sent")

    def test_the_first_of_two_approvals_tells_nobody_and_is_not_given_by_a_look(self, client, token, circulated, desk):
        page = look(client, reverse("link-approve-mails", args=[token]), {"seen": circulated.revision_id})
        assertContains(page, "No mail leaves with it.")
        assert not Approval.objects.exists()

    def test_a_text_returned(self, client, token, circulated):
        given = {"seen": circulated.revision_id, "reason": "Too early."}
        address = reverse("link-return-mails", args=[token])
        assertContains(client.get(reverse("link", args=[token])), f'formaction="{address}"')
        page = look(client, address, given)
        assertContains(page, "Too early.")
        assertContains(page, f'<a href="{reverse("link", args=[token])}#main">Back</a>')
        framed = client.get(f"{page.request['PATH_INFO']}{page.context['frame']}")
        assertContains(framed, "Too early.")
        assert {page["X-Robots-Tag"], framed["X-Robots-Tag"]} == {"noindex, nofollow"}
        shown = as_shown(page)
        assert {to for to, _subject, _text in shown} >= {"sam@example.org", "secretariat@jca-mv.example.org"}
        assert Statement.objects.get(pk=circulated.pk).state == "circulated"
        assert as_read(leaves(client, page, given)) == shown

    def test_a_return_without_a_reason(self, client, token, circulated):
        page = client.post(reverse("link-return-mails", args=[token]), {"seen": circulated.revision_id})
        assertContains(page, "This field is required.", status_code=400)

    def test_what_is_said_of_an_objection(self, client, token, said):
        prefix = f"comment-{said[2].pk}"
        given = {f"{prefix}-disposition": "overruled", f"{prefix}-text": "It was settled.", f"{prefix}-seen": ""}
        address = reverse("link-comment-dispose-mails", args=[token, said[2].pk])
        assertContains(client.get(reverse("link", args=[token])), f'formaction="{address}"')
        [(to, _subject, text)] = is_what_leaves(client, address, given)
        assert (to, "It was settled." in text) == ("ray@example.org", True)
        assert Comment.objects.get(pk=said[2].pk).disposition == "overruled"

    def test_a_report_taken_back(self, client, desk, secretary, chair, time_machine):
        time_machine.move_to(AFTER, tick=False)
        blob = Blob.objects.keep(b"PK report", "application/msword")
        paper = Paper(kind=Document.Kind.REPORT, title="Report", source_text="JCA-MV", files=((blob, "report.docx"),))
        report = file_document(desk, paper, by=Actor.of(secretary), now=NOW)
        circulation = reports.circulate(report, desk, by=Actor.of(secretary), now=NOW)
        outbox.deliver_due(NOW)
        token = links.token(links.issue("approve", now=AFTER, person=chair.person, circulation=circulation).pk)
        address = reverse("link-take-back-mails", args=[token])
        assertContains(client.get(reverse("link", args=[token])), f'formaction="{address}"')
        [(to, _subject, text)] = is_what_leaves(client, address, {"reason": "Not yet."})
        assert (to, "Not yet." in text) == ("list@jca-mv.example.org", True)

    def test_whoever_is_chair_no_more_sees_nothing(self, client, token, circulated, chair):
        Appointment.objects.filter(person=chair.person).update(valid_to=date(2025, 10, 20))
        page = client.post(reverse("link-return-mails", args=[token]), {"seen": 1, "reason": "Too early."})
        assert page.status_code == 410


class TestTheWindowCloses:
    """The mails of that moment are looked at while comments are open."""

    def look(self, client, circulation):
        address = reverse("circulation-close-mails", args=[circulation.pk])
        assertContains(client.get(reverse("circulation", args=[circulation.pk])), f'href="{address}"')
        before = everything()
        page = client.get(address)
        assertContains(page, "It closes by itself at the end of 27 October 2025 in Geneva.")
        assertNotContains(page, '<form class="end"')
        assert everything() == before
        return as_shown(page)

    @pytest.fixture
    def at_desk(self, client, secretary, time_machine):
        time_machine.move_to(NOW, tick=False)
        client.force_login(secretary)
        return client

    @pytest.fixture
    def other(self, desk, letter, secretary):
        """Another text whose window closes on the same day."""
        statement = begin(desk, letter, by=Actor.of(secretary), now=NOW)
        advance(statement, "circulate", by=Actor.of(secretary), seen=statement.revision_id, now=NOW)
        Circulation.objects.get(statement=statement).distribute(NOW)

    def leaves(self, circulation):
        known = set(Message.objects.values_list("pk", flat=True))
        keep_house(Circulation.objects.get(pk=circulation.pk).closes_at)
        return as_read(Message.objects.exclude(pk__in=known).filter(circulation=circulation).order_by("pk"))

    def test_the_chairs_are_asked_about_a_statement(self, at_desk, circulated, member, other):
        comment(circulated.circulation, by=Actor.of(member), kind="technical", text="A term.", now=NOW)
        shown = self.look(at_desk, circulated.circulation)
        assert [to for to, _subject, _text in shown] == ["chris@example.org", "kim@example.org"]
        assert all("Please approve JCA-MV-Doc-001" in subject and "A term." in text for _to, subject, text in shown)
        assert self.leaves(circulated.circulation) == shown

    def test_an_objection_stops_them(self, at_desk, circulated, said):
        shown = self.look(at_desk, circulated.circulation)
        assert {subject for _to, subject, _text in shown} == {
            "JCA-MV-Doc-001: the window has closed, and an objection stands"
        }
        assert self.leaves(circulated.circulation) == shown

    def test_the_chairs_are_asked_about_a_report(self, at_desk, desk, secretary, chair):
        blob = Blob.objects.keep(b"PK report", "application/msword")
        paper = Paper(kind=Document.Kind.REPORT, title="Report", source_text="JCA-MV", files=((blob, "report.docx"),))
        report = file_document(desk, paper, by=Actor.of(secretary), now=NOW)
        circulation = reports.circulate(report, desk, by=Actor.of(secretary), now=NOW)
        circulation.distribute(NOW)
        shown = self.look(at_desk, circulation)
        assert [to for to, _subject, _text in shown] == ["chris@example.org", "secretariat@jca-mv.example.org"]
        assert self.leaves(circulation) == shown

    def test_once_it_is_over_there_is_nothing_to_look_at(self, signed_in, circulated):
        page = signed_in.get(reverse("circulation", args=[circulated.circulation.pk]))
        address = reverse("circulation-close-mails", args=[circulated.circulation.pk])
        assertNotContains(page, address)
        assertContains(signed_in.get(address), "or they are over", status_code=400)
