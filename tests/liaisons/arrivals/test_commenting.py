"""An answer to a mail about a text in circulation: a comment, as soon as its author is sure."""

from datetime import date, timedelta
from io import BytesIO

import docx
import pytest

from contacts.actor import Actor
from contacts.models import Appointment
from liaisons import links, reminders, renditions
from liaisons.arrivals import commenting, deciding
from liaisons.arrivals.taking import take
from liaisons.comments import move_window, reports
from liaisons.filing import Paper, file_document
from liaisons.housekeeping import keep_house
from liaisons.models import Action, Blob, Circulation, Comment, Document, Link, Message, Rendition, Statement
from liaisons.rules import Refused
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.liaisons.arrivals.mails import an_answer
from tests.liaisons.intake.edits import Edited, cut, end, ins, start, t
from tests.liaisons.reminders.mornings import digest_of, geneva

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
SOON = AFTER + timedelta(minutes=5)
CLOSES = date(2025, 10, 27)
FRIDAY = geneva(CLOSES - timedelta(days=3), 9)
TEXT = "JCA-MV asks your group to nominate a representative and to tell of its work."


def test_an_answer_to_the_list_becomes_a_comment_when_its_author_confirms(to_list):
    row = take(an_answer("Objection: clause 2 is wrong.\n", ours=to_list, files=(("a.pdf", b"%PDF-"),)), SOON)
    comment = Comment.objects.get()
    assert (comment.kind, comment.way, comment.mail) == ("objection", "mail", row)
    assert (comment.text, comment.confirmed_at, comment.email) == (
        "Objection: clause 2 is wrong.",
        None,
        "ivy@ietf.example.org",
    )
    assert [file.name for file in comment.comment_files.all()] == ["a.pdf"]
    assert (row.state, row.circulation) == ("taken", to_list.circulation)
    assert "once ivy@ietf.example.org has confirmed it" in row.note
    confirmation = Message.objects.get(kind="confirm")
    assert confirmation.recipient == "ivy@ietf.example.org"
    assert confirmation.headers["Auto-Submitted"] == "auto-replied"
    assert "It was taken as: objection." in " ".join(confirmation.text.split())
    assert Link.objects.get(purpose="confirm").comment == comment


def test_a_spoofed_sender_changes_no_state(to_list, chair):
    """Whoever writes in the name of a chair only makes that chair get a mail that asks whether it was them."""
    before = Statement.objects.get(pk=to_list.statement_id)
    take(an_answer("Objection: stop it.\n", ours=to_list, From=f"Chris <{chair.person.email}>"), SOON)
    comment = Comment.objects.get()
    assert (comment.author, comment.confirmed_at) == (None, None)
    assert not Comment.objects.standing_objections().exists()
    assert Message.objects.get(kind="confirm").recipient == chair.person.email
    assert Statement.objects.get(pk=before.pk).state == before.state == "circulated"


@pytest.fixture
def changed(to_list):
    """The Word file that went out, with one word put for another and a question in its margin."""
    renditions.make_missing()
    file = Edited(Rendition.objects.get(kind="docx").blob.read())
    file.comment("1", "Which work?")
    file.write(
        TEXT, t("JCA-MV asks your "), cut("group"), ins("body"), t(" to nominate a representative and to tell of "),
        start("1"), t("its work"), end("1"), t("."),
    )  # fmt: skip
    return file.saved()


def test_the_word_file_that_comes_back_by_mail_becomes_comments_that_one_link_confirms(to_list, changed):
    mail = an_answer("Two things.\n", ours=to_list, files=(("x.docx", b"PK"), ("Doc-001-ivy.docx", changed)))
    row = take(mail, SOON)
    said = Comment.objects.order_by("pk")
    assert [(one.kind, one.quoted) for one in said] == [
        ("technical", ""),
        ("technical", "group"),
        ("question", "its work"),
    ]
    assert {(one.way, one.mail, one.confirmed_at) for one in said} == {("word", row, None)}
    assert Message.objects.filter(kind="confirm").count() == 1
    assert row.note == "Taken as 3 comments. They count once ivy@ietf.example.org has confirmed them."


@pytest.fixture
def minutes():
    """The report of a meeting as a secretary writes it."""
    written = docx.Document()
    written.add_paragraph("The meeting agreed on the roadmap.")
    file = BytesIO()
    written.save(file)
    return file.getvalue()


def test_the_word_file_of_a_report_that_comes_back_by_mail_becomes_comments_too(desk, minutes, secretary):
    blob = Blob.objects.keep(minutes, renditions.MEDIA_TYPES["docx"])
    paper = Paper(
        kind=Document.Kind.REPORT, title="Report", source_text="JCA-MV", files=((blob, "JCA-MV-Doc-001.docx"),)
    )
    report = file_document(desk, paper, by=Actor.of(secretary), now=NOW)
    reports.circulate(report, desk, by=Actor.of(secretary), now=NOW)
    file = Edited(minutes)
    file.write(
        "The meeting agreed on the roadmap.", t("The meeting "), cut("agreed on"), ins("discussed"), t(" the roadmap.")
    )
    mail = an_answer("\n", ours=Message.objects.get(kind="circulate"), files=(("Doc-001-ivy.docx", file.saved()),))
    row = take(mail, SOON)
    [said] = Comment.objects.all()
    assert (said.way, said.quoted, said.mail) == ("word", "agreed on", row)
    assert row.state == "taken"


def test_a_mail_with_a_file_and_no_word_of_its_own_waits(to_list):
    row = take(an_answer("\n", ours=to_list, files=(("minutes.pdf", b"%PDF-"),)), SOON)
    assert (row.state, row.note) == ("waiting", "It holds no text that could be a comment. Look at its files.")


@pytest.fixture
def member(member):
    """Who reads their digest at the hour at which the desk sends it."""
    member.person.zone = "Europe/Zurich"
    member.person.save()
    return member


@pytest.fixture
def to_member(to_list, member) -> Message:
    """Their digest of a day on which nothing but the end of one window was to be told of."""
    reminders.remind(FRIDAY)
    return digest_of(member.person.email)


def test_the_token_of_a_mail_to_one_person_proves_that_it_was_there(to_member, member):
    row = take(an_answer("Support\n", token=to_member, From=f"Mel <{member.person.email.upper()}>"), SOON)
    comment = Comment.objects.get()
    assert (comment.kind, comment.author, comment.confirmed_at) == ("support", member.person, SOON)
    assert row.note == "Taken as a comment: support."
    assert not Message.objects.filter(kind="confirm").exists()


def test_an_objection_is_confirmed_also_by_who_has_the_token(to_member, member):
    """Whoever was sent a copy of the reminder can write its token, and any sender."""
    take(an_answer("Objection: stop it.\n", token=to_member, From=member.person.email), SOON)
    assert Comment.objects.get().confirmed_at is None
    assert not Comment.objects.standing_objections().exists()
    assert Message.objects.get(kind="confirm").recipient == member.person.email


@pytest.mark.parametrize("which", ["moved", "closed", "reminded"])
def test_answers_to_what_the_list_hears_later_are_comments_too(to_list, secretary, which):
    by = Actor.of(secretary)
    if which == "reminded":
        reminders.remind(FRIDAY)
        ours = digest_of(to_list.recipient)
    else:
        day = CLOSES + timedelta(days=7) if which == "moved" else None
        move_window(to_list.circulation, day, reason="Holidays.", by=by, now=FRIDAY)
        ours = Message.objects.get(key__startswith="window:")
    row = take(an_answer("Objection: no.\n", ours=ours), FRIDAY + timedelta(minutes=5))
    comment = Comment.objects.get()
    assert (row.state, comment.kind, comment.circulation, comment.late) == (
        "taken",
        "objection",
        to_list.circulation,
        which == "closed",
    )
    assert Message.objects.get(kind="confirm").recipient == "ivy@ietf.example.org"


def test_an_answer_to_what_was_taken_back_is_none(to_list, secretary):
    statement = Statement.objects.get(pk=to_list.statement_id)
    advance(statement, "revise", by=Actor.of(secretary), seen=statement.revision_id, reason="A slip.", now=FRIDAY)
    row = take(an_answer("Objection: no.\n", ours=Message.objects.get(key__startswith="taken_back:")), FRIDAY)
    assert (row.state, Comment.objects.count()) == ("waiting", 0)


@pytest.fixture
def owes_an_action(member, meeting, to_list):
    Action.objects.create(meeting=meeting, position=1, text="Write to SG20.", owner=member.person, due_on=FRIDAY.date())


@pytest.mark.parametrize("said", ["I have written to SG20.", "Objection: clause 2 is wrong."])
def test_of_a_digest_that_told_of_more_only_what_says_so_is_a_comment(owes_an_action, to_member, said):
    row = take(an_answer(f"{said}\n", ours=to_member), FRIDAY)
    if said.startswith("Objection"):
        assert (row.state, Comment.objects.get().text) == ("taken", said)
        return
    assert (row.state, row.circulation, Comment.objects.count()) == ("waiting", Circulation.objects.get(), 0)
    assert row.note.startswith("It answers a reminder that told of several things")


def test_an_answer_to_a_digest_of_two_texts_waits_and_says_why(to_list, desk, letter, secretary, member):
    other = begin(desk, letter, by=Actor.of(secretary), now=NOW)
    other = advance(other, "circulate", by=Actor.of(secretary), seen=other.revision_id, now=NOW)
    Circulation.objects.get(statement=other).distribute(NOW)
    reminders.remind(FRIDAY)
    row = take(an_answer("Objection: no.\n", ours=digest_of(member.person.email)), FRIDAY)
    assert (row.state, row.circulation, Comment.objects.count()) == ("waiting", None, 0)
    assert row.note.endswith("If it is a comment, say what it belongs to, then take it as one.")
    deciding.tie(row, other, by=Actor.of(secretary), now=FRIDAY)
    deciding.comment(row, by=Actor.of(secretary), now=FRIDAY)
    assert Comment.objects.get().circulation.statement == other


def test_a_mail_of_many_word_files_does_not_hold_up_the_others(to_list, monkeypatch):
    renditions.make_missing()
    asked = []

    def slow(content, _circulated):
        asked.append(content)
        monkeypatch.setattr(commenting.time, "monotonic", lambda: 100_000_000.0)
        raise Refused(["Reading the file took too long."])

    monkeypatch.setattr(commenting.reader, "remarks", slow)
    files = tuple((f"{number}.docx", b"PK%d" % number) for number in range(5))
    row = take(an_answer("See the files.\n", ours=to_list, files=files), SOON)
    assert (asked, row.received_files.count()) == ([b"PK0"], 5)


@pytest.mark.parametrize("way", ["another sender", "only the thread"])
def test_without_both_token_and_address_it_is_asked(to_member, member, way):
    given = {"token": to_member} if way == "another sender" else {"ours": to_member, "From": member.person.email}
    take(an_answer("Support\n", **given), SOON)
    assert Comment.objects.get().confirmed_at is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Support", "support"),
        ("Objection: no.", "objection"),
        ("editorial comment:\na comma", "editorial"),
        ("Question.\nWhy?", "question"),
        ("QUESTION\n\nWhy?", "question"),
        ("Question 5 is not ours.", "technical"),
        ("Support for 6G is missing.", "technical"),
        ("We have no objection.", "technical"),
        ("Objections were raised.", "technical"),
    ],
)
def test_only_an_explicit_first_word_tells_the_kind(said, kind):
    assert commenting.kind_of(said) == kind


def test_a_number_in_the_subject_alone_makes_no_comment(to_list):
    row = take(an_answer(Subject=f"Comments on {to_list.circulation.document.reference}"), SOON)
    assert (row.state, row.circulation, row.found_by) == ("waiting", to_list.circulation, "subject")
    assert not Comment.objects.exists()


@pytest.mark.parametrize("own", ["mailbox", "mailing_list"])
def test_nothing_is_asked_of_a_list_or_of_ourselves(to_list, own):
    row = take(an_answer(ours=to_list, From=getattr(to_list.desk, own)), SOON)
    assert row.state == "waiting"
    assert "nobody there can confirm it" in row.note
    assert not Comment.objects.exists()


@pytest.mark.parametrize("sender", ["nobody", "a@b", "x" * 300 + "@example.org"])
def test_without_an_address_there_is_nobody_to_ask(to_list, sender):
    row = take(an_answer(ours=to_list).replace(b"Ivy Ietf <ivy@ietf.example.org>", sender.encode()), SOON)
    assert (row.state, Comment.objects.count()) == ("waiting", 0)


def test_after_the_circulation_the_answer_waits_and_says_why(to_list):
    type(to_list.circulation).objects.update(ended_at=SOON)
    row = take(an_answer(ours=to_list), SOON)
    assert row.state == "waiting"
    assert row.note.startswith("It came after the circulation of JCA-MV-Doc-001 had ended, so it is no comment")


def test_what_an_author_would_be_refused_with_is_told_to_the_secretary_as_that(to_list):
    for number in range(4):
        row = take(an_answer(f"{number}.\n", ours=to_list), SOON)
    assert (row.state, Comment.objects.count()) == ("waiting", 3)
    assert row.note == (
        "It was not taken as a comment. On the page its author would have read: “Comments from this address wait to be "
        "confirmed. Look into your mailbox first.”"
    )


def test_a_chair_who_quotes_the_mail_that_asks_does_not_give_the_link_away(circulated, chair, secretary):
    """Taken as a comment it is read by everybody who has the link of the list, and they would approve by it."""
    keep_house(AFTER)
    asks = Message.objects.get(kind="approve", person=chair.person)
    mail = f"Your mail says:\n\n{links.fill(asks.text)}\nBefore that I have a question.\n"
    row = take(an_answer(mail, token=asks, From="Chris Chair <chris@example.org>"), AFTER)
    deciding.comment(row, by=Actor.of(secretary), now=AFTER)
    approves = links.token(Link.objects.get(purpose="approve", person=chair.person).pk)
    assert approves in mail
    for text in (row.text, Comment.objects.get().text):
        assert approves not in text
        assert "[a link]" in text


def test_a_member_who_answers_with_their_own_role_counts_as_such(to_member, member, groups):
    Appointment.objects.create(
        person=member.person, group=to_member.desk.group, role="representative", represents=groups["IETF"]
    )
    take(an_answer("Support\n", token=to_member, From=member.person.email), SOON)
    assert Comment.objects.get().group == groups["IETF"]
