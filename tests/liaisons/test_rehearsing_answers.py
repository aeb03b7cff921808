"""What the desk is told of an answer, and a letter that is sent again, are seen as mails before they leave."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains

from contacts.actor import Actor
from contacts.models import Channel
from liaisons.models import Blob, Event, Message, Reply
from liaisons.outbox.queueing import stored
from liaisons.received.registering import register
from tests.fixtures import AFTER
from tests.liaisons.looking import as_read, as_shown, everything, leaves, look
from tests.pages import PDF

pytestmark = pytest.mark.postgres


@pytest.fixture
def signed_in(client, secretary, time_machine):
    time_machine.move_to(AFTER, tick=False)
    client.force_login(secretary)
    return client


def test_the_desk_is_told_of_an_answer_with_its_file(signed_in, sent):
    addressee = sent.addressees.get(text="IETF")
    keys = [sent.pk, addressee.pk]
    address = reverse("addressee-settle-mails", args=keys)
    assertContains(signed_in.get(reverse("addressee-settle", args=keys)), f'formaction="{address}"')
    given = {"seen": sent.revision_id, "kind": "answer", "settles": "1", "text": "We nominate nobody."}
    page = signed_in.post(address, {**given, "files": SimpleUploadedFile("why.pdf", PDF)}, follow=True)
    assert not Reply.objects.exists()
    assert Blob.objects.filter(size=len(PDF)).exists(), "kept, as of a form that was refused"
    [(to, subject, text)] = as_shown(page)
    assert (to, subject) == ("secretariat@jca-mv.example.org", "JCA-MV-LS1, IETF: answer")
    assert "We nominate nobody." in text
    assert "why.pdf" in text
    assert as_read(leaves(signed_in, page, given)) == [(to, subject, text)]
    assert [file.name for file in Reply.objects.get().reply_files.all()] == ["why.pdf"]


def test_a_file_that_cannot_be_taken_is_told_in_the_form(signed_in, sent):
    keys = [sent.pk, sent.addressees.get(text="IETF").pk]
    given = {"seen": sent.revision_id, "kind": "answer", "files": SimpleUploadedFile("run.exe", b"MZ")}
    page = signed_in.post(reverse("addressee-settle-mails", args=keys), given)
    assertContains(page, "run.exe", status_code=400)
    assertContains(page, f'action="{reverse("addressee-settle", args=keys)}"', status_code=400)


@pytest.fixture
def answer(desk, received, sent, secretary):
    """SG21's letter that answers ours."""
    received = type(received)(**{**vars(received), "replies_to": (sent,), "received_on": AFTER.date()})
    return register(desk, received, by=Actor.of(secretary), now=AFTER)


def test_an_answer_by_a_letter_is_for_the_addressee_that_its_address_names(signed_in, sent, answer):
    addressee = sent.addressees.get(text="ITU-T SG21")
    which = f"?addressee={addressee.pk}"
    page = signed_in.get(f"{reverse('registration-settle', args=[answer.pk])}{which}")
    address = f"{reverse('registration-settle-mails', args=[answer.pk])}{which}"
    assertContains(page, f'formaction="{address}"')
    given = {"seen": sent.revision_id, "kind": "answer", "settles": "1"}
    page = look(signed_in, address, given)
    assertContains(page, f'<a href="{reverse("registration-settle", args=[answer.pk])}{which}">Back</a>')
    [(_to, subject, _text)] = as_shown(page)
    assert subject == "JCA-MV-LS1, ITU-T SG21: answer"
    assert as_read(leaves(signed_in, page, given)) == as_shown(page)
    assert Reply.objects.get().addressee == addressee


def test_what_is_ticked_as_settled(signed_in, sent, answer):
    addressee = sent.addressees.get(text="ITU-T SG21")
    address = reverse("registration-settle-ticked-mails", args=[answer.pk])
    assertContains(signed_in.get(answer.get_absolute_url()), f'formaction="{address}"')
    given = {f"seen-{sent.pk}": sent.revision_id, "settles": f"{addressee.pk}:2"}
    page = look(signed_in, address, given)
    assert [subject for _to, subject, _text in as_shown(page)] == ["JCA-MV-LS1, ITU-T SG21: answer"]
    assert as_read(leaves(signed_in, page, given)) == as_shown(page)


def test_nothing_ticked_is_said_before_any_mail_is_seen(signed_in, sent, answer):
    page = signed_in.post(reverse("registration-settle-ticked-mails", args=[answer.pk]))
    assertContains(page, "Tick what the letter settles", status_code=400)


class TestSentAgain:
    @pytest.fixture
    def bounced(self, sent, groups):
        """The IETF's letter came back; the World Metaverse Council has an address by now."""
        Message.objects.of_dispatch(sent).update(state="sent", sent_at=AFTER)
        Message.objects.filter(recipient="ietf@example.org").update(state="bounced")
        Channel.objects.create(group=groups["World Metaverse Council"], kind="mail", email="wmc@example.org")
        return sent

    def test_the_same_mail_once_more_and_one_to_a_new_address(self, signed_in, bounced):
        address = reverse("statement-send-missed-mails", args=[bounced.pk])
        page = signed_in.get(reverse("statement-dispatch", args=[bounced.pk]))
        assertContains(page, f'formaction="{address}"')
        who = re.findall(r'name="who" value="(\w+)"', page.content.decode())
        assert len(who) == 2
        came_back = Message.objects.get(recipient="ietf@example.org")
        page = look(signed_in, address, {"who": who})
        assert {to for to, _subject, _text in as_shown(page)} == {"ietf@example.org", "wmc@example.org"}
        assert as_read([stored(came_back)])[0] in as_shown(page)
        assertContains(page, "JCA-MV-LS1.pdf, JCA-MV-LS1.docx")
        assert Message.objects.get(pk=came_back.pk).state == "bounced"
        assert not Event.objects.filter(verb="send_again").exists()

    def test_chosen_nobody(self, signed_in, bounced):
        before = everything()
        page = signed_in.post(reverse("statement-send-missed-mails", args=[bounced.pk]))
        assertContains(page, "Choose at least one who has not got it.", status_code=400)
        assert everything() == before
