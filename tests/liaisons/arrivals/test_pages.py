"""What the secretary sees of a mail that came in, and does with it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from contacts.actor import Actor
from liaisons import housekeeping
from liaisons.arrivals.taking import take
from liaisons.comments import reports
from liaisons.filing import Paper, file_document
from liaisons.models import Addressee, Blob, Comment, Message, ReceivedMail, Registration, Reply
from tests.fixtures import AFTER
from tests.liaisons.arrivals.mails import a_bounce, an_answer
from tests.pages import asked, page, send

pytestmark = pytest.mark.django_db
SOON = AFTER + timedelta(minutes=5)
PDF = ("IETF-LS12.pdf", b"%PDF-1.7\n%%EOF\n")


@pytest.fixture(autouse=True)
def _soon(time_machine):
    time_machine.move_to(SOON, tick=False)


def mail(*args, **fields) -> ReceivedMail:
    return take(an_answer(*args, **fields), SOON)


def again(row):
    return type(row)._base_manager.get(pk=row.pk)


def test_what_waits_is_shown_first_and_the_rest_under_its_state(client, secretary, to_ietf):
    waiting = mail("Our answer.\n", token=to_ietf, Subject="Answer")
    automatic = mail(ours=to_ietf, Auto_Submitted="auto-replied", Subject="Away")
    first = page(client, secretary, reverse("received-mails"))
    assert first.context["page"].rows == [waiting]
    assertContains(first, "JCA-MV-LS1")
    assertContains(first, "IETF")
    assert page(client, secretary, f"{reverse('received-mails')}?state=taken").context["page"].rows == [automatic]
    everything = page(client, secretary, f"{reverse('received-mails')}?state=all")
    assert len(everything.context["page"].rows) == 2
    narrowed = page(client, secretary, f"{reverse('received-mails')}?state=all&q=awa&kind=automatic")
    assert narrowed.context["page"].rows == [automatic]
    assertContains(page(client, secretary, f"{reverse('received-mails')}?state=all&q=nothing"), "No mail is like that.")


def test_the_list_asks_as_much_for_three_as_for_one(client, secretary, to_ietf):
    client.force_login(secretary)
    mail(token=to_ietf)
    asked(client, reverse("received-mails"))
    one = asked(client, reverse("received-mails"))
    for _more in range(2):
        mail(token=to_ietf)
    assert asked(client, reverse("received-mails")) == one


def test_it_waits_on_the_desk_and_in_the_navigation(client, secretary, to_ietf):
    row = mail(token=to_ietf, Subject="Answer")
    shown = page(client, secretary, "/")
    assertContains(shown, "Mail received, to be read")
    assertContains(shown, row.get_absolute_url())
    assertContains(shown, f'href="{reverse("received-mails")}"')


def test_on_the_desk_a_mail_about_a_circulation_stands_under_its_document(client, secretary, to_list):
    document = to_list.circulation.document.reference
    mail(Subject=f"On {document}")
    (heap,) = [heap for heap in page(client, secretary, "/").context["heaps"] if heap.key == "arrivals"]
    assert [(row.reference, row.note) for row in heap.rows] == [(document, "Ivy Ietf")]


@pytest.mark.parametrize(("role", "status"), [("administrator", 200), ("chair", 403), ("member", 403)])
def test_it_is_for_the_secretariat_and_administrators(client, to_ietf, request, role, status):
    row = mail(token=to_ietf)
    page(client, request.getfixturevalue(role), row.get_absolute_url(), status=status)
    page(client, request.getfixturevalue(role), reverse("received-mails"), status=status)


def test_another_desk_sees_nothing_of_it(client, other_secretary, to_ietf):
    row = mail(token=to_ietf, files=(PDF,))
    assertContains(page(client, other_secretary, reverse("received-mails")), "No mail has come in yet.")
    page(client, other_secretary, row.get_absolute_url(), status=404)
    for verb in ("raw", "belongs", "comment", "set-aside", "wait"):
        client.force_login(other_secretary)
        address = f"{row.get_absolute_url()}{verb}/"
        assert (client.get if verb == "raw" else client.post)(address).status_code == 404
    settle = reverse("addressee-settle", args=[to_ietf.statement_id, to_ietf.addressee_id])
    page(client, other_secretary, f"{settle}?mail={row.pk}", status=404)
    page(client, other_secretary, f"{reverse('registration-new')}?mail={row.pk}", status=404)


def test_a_mail_is_shown_as_text_with_its_files_to_be_saved(client, secretary, to_ietf):
    row = mail("<script>alert(1)</script>\n", token=to_ietf, files=(PDF, ("x.html", b"<script>")))
    shown = page(client, secretary, row.get_absolute_url())
    assertContains(shown, "&lt;script&gt;alert(1)&lt;/script&gt;")
    assertNotContains(shown, "<script>alert")
    for file in row.received_files.all():
        saved = page(client, secretary, reverse("received-mail-file", args=[row.pk, file.pk]))
        assert saved["Content-Disposition"].startswith("attachment")
        assert saved["X-Content-Type-Options"] == "nosniff"
    raw = page(client, secretary, reverse("received-mail-raw", args=[row.pk]))
    assert raw.content == row.raw.read()
    assert raw["Content-Disposition"] == f'attachment; filename="mail-{row.pk}.eml"'
    other = mail(token=to_ietf, files=(PDF,))
    page(client, secretary, reverse("received-mail-file", args=[other.pk, file.pk]), status=404)


# Recording an answer


@pytest.fixture
def answered(to_ietf):
    return mail(
        "We decline, our group has ended.\n", token=to_ietf, Subject="Re: JCA-MV-LS1", files=(PDF, ("a.exe", b"MZ"))
    )


def settling(row):
    return f"{reverse('addressee-settle', args=[row.statement_id, row.addressee_id])}?mail={row.pk}"


def test_the_answer_stands_in_the_form_and_is_recorded_with_its_mail(client, secretary, answered, to_ietf):
    shown = page(client, secretary, answered.get_absolute_url())
    assertContains(shown, "It seems to be: decline.")
    assertContains(shown, settling(answered).replace("&", "&amp;"))
    form = page(client, secretary, settling(answered)).context["form"]
    assert (form["kind"].value(), form["reference"].value()) == ("decline", "IETF-LS12")
    assert (form["name"].value(), form["email"].value()) == ("Ivy Ietf", "ivy@ietf.example.org")
    assert [name for _blob, name in form.earlier] == ["IETF-LS12.pdf"]  # no program comes into the register

    given = {name: form[name].value() or "" for name in ("seen", "kind", "text", "reference", "name", "email", "kept")}
    assert client.post(settling(answered), given).status_code == 302
    reply = Reply.objects.get()
    assert (reply.mail, reply.kind, reply.received_at) == (answered, "decline", SOON)
    assert [file.name for file in reply.reply_files.all()] == ["IETF-LS12.pdf"]
    assert again(to_ietf.addressee).reply == Addressee.ReplyState.DECLINED
    row = again(answered)
    assert (row.state, row.handled_by, row.note) == ("taken", secretary.person, "Recorded as the answer of IETF.")
    assertContains(page(client, secretary, row.get_absolute_url()), "Decline")


def test_two_secretaries_record_one_mail_once(client, secretary, answered, to_ietf):
    form = page(client, secretary, settling(answered)).context["form"]
    given = {"seen": form["seen"].value(), "kind": "acknowledgement"}
    assert client.post(settling(answered), given).status_code == 302
    second = client.post(settling(answered), given)
    assert second.status_code == 409
    assertContains(second, "Sam Secretary has dealt with this mail meanwhile.", status_code=409)
    assert Reply.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Thank you for your liaison statement.", "acknowledgement"),
        ("We need more time, until March.", "more time"),
        ("This is not within our scope; ask ISO.", "not for us"),
        ("A preliminary answer is attached.", "preliminary"),
        ("We nominate Ms Nora Nominee.", "answer"),
    ],
)
def test_what_it_seems_to_be_is_only_proposed(client, secretary, to_ietf, text, kind):
    row = mail(text + "\n", token=to_ietf)
    assert kind in page(client, secretary, row.get_absolute_url()).context["seems"]
    assert not Reply.objects.exists()


# Registering


def test_a_letter_in_a_mail_is_registered_with_what_the_mail_says(client, secretary, to_ietf):
    row = mail(
        "Please find our answer.\n\nKim <kim@ietf.example.org>\n",
        token=to_ietf,
        Subject="AW: LS/r on our nominations",
        files=(PDF,),
    )
    address = f"{reverse('registration-new')}?mail={row.pk}"
    form = page(client, secretary, address).context["form"]
    names = ("source", "reference", "title", "dated", "received_on", "body", "kept")
    given = {name: form[name].value() or "" for name in names}
    assert given["source"] == "IETF"
    assert (given["reference"], given["title"]) == ("IETF-LS12", "our nominations")
    assert (given["dated"], given["received_on"]) == (date(2025, 10, 13), SOON.date())
    assert form["replies_to"].value() == [to_ietf.statement_id]

    answer = client.post(address, given | {"replies_to": [to_ietf.statement_id]})
    registration = Registration.objects.get()
    assertRedirects(answer, registration.get_absolute_url())
    assert [file.name for file in registration.document.files.all()] == ["IETF-LS12.pdf"]
    assert "&lt;kim@ietf.example.org&gt;" in registration.statement.revision.body
    row = again(row)
    assert (row.state, row.statement) == ("taken", registration.statement)
    assert row.note == f"Registered as {registration.document}."


# Deciding


def test_while_nothing_of_ours_is_out_there_is_nothing_that_it_could_belong_to(client, secretary, draft):
    shown = page(client, secretary, mail(Subject="Hello").get_absolute_url())
    assertNotContains(shown, "Say what it belongs to…")


def test_what_matches_nothing_is_tied_by_a_person_first_to_the_letter_then_to_whom_it_is_from(
    client, secretary, to_ietf
):
    row = mail(Subject="Hello")
    assertContains(page(client, secretary, row.get_absolute_url()), "Say what it belongs to…")
    send(client, secretary, "received-mail-tie", row.pk, statement=to_ietf.statement_id)
    assert (again(row).statement, again(row).addressee, again(row).found_by) == (to_ietf.statement, None, "person")
    send(
        client,
        secretary,
        "received-mail-tie",
        row.pk,
        statement=to_ietf.statement_id,
        addressee=to_ietf.addressee_id,
    )
    assert again(row).addressee == to_ietf.addressee
    assert again(row).state == "waiting"
    send(client, secretary, "received-mail-tie", row.pk, status=400, statement=0)


def test_a_mail_about_a_report_before_the_list_is_tied_to_it_and_becomes_a_comment(client, secretary, desk):
    blob = Blob.objects.keep(b"%PDF-1.7", "application/pdf")
    paper = Paper(kind="report", title="Report of the meeting", source_text="JCA-MV", files=((blob, "report.pdf"),))
    by = Actor.of(secretary)
    circulation = reports.circulate(file_document(desk, paper, by=by, now=AFTER), desk, by=by, now=AFTER)
    row = mail("Clause 3 is not what was said.\n", Subject="The report")
    send(client, secretary, "received-mail-tie", row.pk, report=circulation.pk)
    assert (again(row).circulation, again(row).statement, again(row).found_by) == (circulation, None, "person")
    assertContains(page(client, secretary, row.get_absolute_url()), "Take it as a comment")
    send(client, secretary, "received-mail-comment", row.pk)
    assert Comment.objects.get().circulation == circulation


def test_a_mail_belongs_to_one_thing(client, secretary, to_list):
    row = mail()
    refused = send(client, secretary, "received-mail-tie", row.pk, status=400)
    assertContains(refused, "Choose what it belongs to.", status_code=400)


def test_a_mail_about_a_document_is_taken_as_a_comment_by_hand(client, secretary, to_list):
    row = mail("Question: why?\n", Subject=f"On {to_list.circulation.document}")
    send(client, secretary, "received-mail-comment", row.pk)
    comment = Comment.objects.get()
    assert (comment.kind, comment.mail, comment.confirmed_at) == ("question", row, None)
    assert again(row).state == "taken"
    assert Message.objects.get(kind="confirm").recipient == comment.email
    send(client, secretary, "received-mail-comment", row.pk, status=409)


def test_a_text_whose_days_are_over_is_offered_no_comment(client, secretary, to_list):
    row = mail("Comma.\n", Subject=f"On {to_list.circulation.document}")
    offered = "Take it as a comment"
    shown = page(client, secretary, row.get_absolute_url())
    assertContains(shown, offered)
    title = to_list.statement.revision.title
    assertContains(shown, f'<option value="{to_list.statement_id}" selected>{title}</option>', html=True)
    to_list.circulation.ended_at = AFTER
    to_list.circulation.save()
    assertNotContains(page(client, secretary, row.get_absolute_url()), offered)
    row.note = "It came after the circulation of JCA-MV-Doc-001 had ended"
    row.save()
    refused = send(client, secretary, "received-mail-comment", row.pk, status=400)
    assertContains(refused, "It came after the circulation of JCA-MV-Doc-001 had ended", count=1, status_code=400)


def test_what_comments_on_nothing_cannot_be_a_comment(client, secretary, desk):
    row = mail()
    refused = send(client, secretary, "received-mail-comment", row.pk, status=400)
    assertContains(refused, "Choose the document first.", status_code=400)


def test_a_word_of_a_chair_by_mail_approves_nothing_and_the_page_says_what_does(client, secretary, chair, to_list):
    housekeeping.ask_chairs(SOON)
    ask = Message.objects.get(kind="approve", person=chair.person)
    Message.objects.filter(pk=ask.pk).update(state="sent", sent_at=SOON)
    answered = mail("Approved.\n", ours=ask, From="Chris <chris@work.example.org>")
    document = to_list.circulation.document.reference
    by_number = mail("Approved.\n", Subject=f"On {document}", From="Chris Chair <chris@example.org>")
    other = mail("Approved?\n", Subject=f"On {document}")
    told = "A word by mail approves nothing, and returns nothing"
    for row in (answered, by_number):
        assert row.state == "waiting"
        assertContains(page(client, secretary, row.get_absolute_url()), told)
    assertNotContains(page(client, secretary, other.get_absolute_url()), told)
    assert not to_list.statement.approvals.exists()


def test_a_mail_is_set_aside_with_a_note_and_taken_up_again(client, secretary, desk):
    row = mail()
    send(client, secretary, "received-mail-set-aside", row.pk, note="Advertising")
    assert (again(row).state, again(row).note) == ("set_aside", "Advertising")
    assertContains(page(client, secretary, f"{reverse('received-mails')}?state=set_aside"), "Advertising")
    send(client, secretary, "received-mail-set-aside", row.pk, status=409)
    send(client, secretary, "received-mail-wait", row.pk)
    assert again(row).state == "waiting"
    send(client, secretary, "received-mail-wait", row.pk, status=409)
    send(client, secretary, "received-mail-set-aside", row.pk, status=400, note="a\nb")


def test_a_mail_that_names_no_desk_waits_at_each_until_one_has_taken_it_up(
    client, secretary, other_secretary, to_ietf, other_desk
):
    row = mail("We decline.\n", To="hello@example.org")
    other = ReceivedMail.objects.get(desk=other_desk)
    for user, its in ((secretary, row), (other_secretary, other)):
        assertContains(page(client, user, its.get_absolute_url()), "several desks see it: who takes it up has it.")
    send(client, other_secretary, "received-mail-set-aside", other.pk, note="Not ours")
    assert again(row).state == "waiting"
    send(client, other_secretary, "received-mail-wait", other.pk)
    settle = reverse("addressee-settle", args=[to_ietf.statement_id, to_ietf.addressee_id])
    form = page(client, secretary, f"{settle}?mail={row.pk}").context["form"]
    given = {"seen": form["seen"].value(), "kind": "acknowledgement"}
    assert client.post(f"{settle}?mail={row.pk}", given).status_code == 302
    assert (again(row).state, again(other).state) == ("taken", "set_aside")
    assert again(other).note == "Another desk has taken it up."
    send(client, other_secretary, "received-mail-set-aside", other.pk, status=409)


def test_what_was_written_to_two_desks_is_dealt_with_at_each(client, secretary, to_list, other_desk):
    row = mail("Why?\n", Subject=f"On {to_list.circulation.document}", Cc=other_desk.mailbox)
    send(client, secretary, "received-mail-comment", row.pk)
    assert ReceivedMail.objects.get(desk=other_desk).state == "waiting"


def test_an_administrator_reads_and_does_not_decide(client, administrator, desk):
    row = mail()
    shown = page(client, administrator, row.get_absolute_url())
    assertNotContains(shown, "Set aside…")
    send(client, administrator, "received-mail-set-aside", row.pk, status=403)


def test_an_inbox_in_trouble_is_told(client, secretary, desk, settings):
    settings.INBOX_URLS = ["imap://desk:x@127.0.0.1:9/INBOX"]
    from liaisons.arrivals import fetching

    fetching.fetch()
    assertContains(page(client, secretary, reverse("received-mails")), "Mail is not fetched from desk · 127.0.0.1")


def test_the_help_says_what_becomes_of_mail(client):
    assertContains(client.get(reverse("help")), "A mail settles nothing by itself: anybody can write any sender.")


# In the outbox


def test_a_mail_that_came_back_says_so_and_can_be_sent_again(client, secretary, to_ietf):
    take(a_bounce(to_ietf), SOON)
    shown = page(client, secretary, to_ietf.get_absolute_url())
    assertContains(shown, "its recipient has not got it")
    assertContains(shown, "User unknown")
    assertContains(shown, ReceivedMail.objects.get().get_absolute_url())
    assertContains(page(client, secretary, f"{reverse('outbox')}?state=bounced"), "Came back")
    assertContains(page(client, secretary, "/"), "1 came back")
    send(client, secretary, "message-send-again", to_ietf.pk)
    assert again(to_ietf).state == "queued"


@pytest.mark.parametrize(("verb", "state"), [("arrived", "sent"), ("give-up", "given_up")])
def test_of_a_mail_that_came_back_it_can_be_said_that_it_is_settled(client, secretary, to_ietf, verb, state):
    take(a_bounce(to_ietf), SOON)
    send(client, secretary, f"message-{verb}", to_ietf.pk, reason="By telephone.")
    assert again(to_ietf).state == state
    assert not Message.objects.troubled().exists()


def test_what_a_machine_answered_is_shown_with_the_mail_it_answered(client, secretary, to_ietf):
    row = mail(ours=to_ietf, Auto_Submitted="auto-replied")
    assertContains(page(client, secretary, to_ietf.get_absolute_url()), row.get_absolute_url())
