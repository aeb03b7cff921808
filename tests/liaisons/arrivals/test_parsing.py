"""What a mail says: its author's words and files, whatever it is made of."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaisons.arrivals.parsing import LONGEST_TEXT, NotAMail, parse
from liaisons.arrivals.quoting import answer_of
from liaisons.arrivals.recognising import kind_of
from tests.liaisons.arrivals.mails import HOSTILE, NONE_AT_ALL, an_answer

HISTORY = "> Dear colleagues,\n> please find attached.\n>\n> Sam\n"


def test_a_mail_is_taken_apart():
    mail = parse(
        an_answer(
            "We agree.\n",
            From='"Kim Ö." <Kim@Example.org>',
            Subject="Re: JCA-MV-LS1, your letter",
            Message_ID="<1@a>",
            files=(("réponse.pdf", b"%PDF-"), ("a/b.docx", b"PK")),
        )
    )
    assert (mail.sender, mail.sender_name, mail.subject) == ("kim@example.org", "Kim Ö.", "Re: JCA-MV-LS1, your letter")
    assert mail.dated_at == datetime(2025, 10, 13, 8, 0, tzinfo=UTC)
    assert (mail.message_id, mail.text) == ("<1@a>", "We agree.")
    assert [(file.name, file.media_type, file.content) for file in mail.files] == [
        ("réponse.pdf", "application/pdf", b"%PDF-"),
        ("b.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
    ]


def test_a_mail_in_html_alone_is_read_as_text():
    page = "<p>We <b>agree</b>.</p><ul><li>one</li></ul><div class='gmail_quote'><p>Dear all</p></div>"
    head = b"From: a@b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    assert parse(head + page.encode()).text == "We agree.\n\n– one"


def test_a_table_by_which_a_mail_is_laid_out_becomes_lines():
    page = "<table><tr><td>Dear Sam,</td></tr><tr><td>we</td><td>agree.</td></tr></table>"
    text = parse(b"From: a@b\r\nContent-Type: text/html\r\n\r\n" + page.encode()).text
    assert [" ".join(line.split()) for line in text.split("\n") if line.strip()] == ["Dear Sam,", "we agree."]


def test_of_two_forms_the_plain_one_is_read_and_neither_is_a_file():
    mail = parse(an_answer("Plain.\n", html="<p>Rich.</p>", files=(("a.pdf", b"%PDF-"),)))
    assert mail.text == "Plain."
    assert [file.name for file in mail.files] == ["a.pdf"]


VIA = {
    "From": "Ivy Ietf via List <list@example.org>",
    "Reply_To": "Ivy <ivy@ietf.example.org>, list@example.org",
    "List_Id": "<list.example.org>",
}


@pytest.mark.parametrize("named_in", [{"To": "list@example.org"}, {"List_Post": "<mailto:List@example.org>"}])
def test_who_wrote_through_a_list_that_puts_itself_into_from_is_the_author(named_in):
    mail = parse(an_answer(**VIA, **named_in))
    assert (mail.sender, mail.sender_name) == ("ivy@ietf.example.org", "Ivy")


@pytest.mark.parametrize(
    "other",
    [
        {"From": "Ivy <ivy@example.org>"},  # only the answers go elsewhere
        {"List_Id": ""},
        {"Reply_To": "list@example.org"},
        {"Reply_To": ""},
    ],
)
def test_else_the_author_is_who_stands_in_from(other):
    mail = parse(an_answer(**{**VIA, "To": "list@example.org", **other}))
    assert mail.sender == (other.get("From") or VIA["From"]).partition("<")[2].rstrip(">")


def test_a_blank_plain_form_does_not_hide_the_other_one():
    assert parse(an_answer(" \n", html="<p>We <b>agree</b>.</p>")).text == "We agree."


FORWARDED = "FYI\n\n---------- Forwarded message ---------\nFrom: A\nDate: Monday\nSubject: LS\nTo: Kim\n\nDear JCA-MV,"


@pytest.mark.parametrize("subject", ["Fwd: LS", "WG: LS", "TR : LS", "[list] FW: LS"])
def test_a_letter_that_is_forwarded_is_read_as_well(subject):
    assert parse(an_answer(f"{FORWARDED}\n", Subject=subject)).text == FORWARDED
    page = '<p>FYI</p><div class="gmail_quote"><p>Dear JCA-MV,</p></div>'
    assert parse(an_answer(" \n", html=page, Subject=subject)).text == "FYI\n\nDear JCA-MV,"


@pytest.mark.parametrize("subject", ["Re: Fwd: LS", "Forwarding rules: LS"])
def test_an_answer_to_what_was_forwarded_is_read_without_it(subject):
    assert parse(an_answer(f"{FORWARDED}\n", Subject=subject)).text == "FYI"


@pytest.mark.parametrize("year", ["0900", "1969", "9999"])
def test_a_year_that_no_zone_could_show_is_none(year):
    assert parse(an_answer(Date=f"Wed, 31 Dec {year} 23:59:59 +0000")).dated_at is None


def test_a_picture_under_a_signature_is_no_file():
    parts = [
        "Content-Type: text/html\r\n\r\n<p>We agree.</p><img src='cid:1'>",
        "Content-Type: image/png; name=logo.png\r\nContent-ID: <1>\r\n\r\nx",
        "Content-Type: image/png\r\nContent-ID: <2>\r\nContent-Disposition: attachment; filename=map.png\r\n\r\nx",
    ]
    head = 'From: a@b\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n'
    mail = parse((head + "\r\n--b\r\n".join(parts) + "\r\n--b--\r\n").encode())
    assert mail.text == "We agree."
    assert [file.name for file in mail.files] == ["map.png"]


def test_a_mail_that_is_attached_is_a_file():
    inner = an_answer("Inside.\n")
    raw = b'From: a@b\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nSee below.\r\n--b\r\n'
    raw += b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    mail = parse(raw)
    assert mail.text == "See below."
    assert [file.name for file in mail.files] == ["mail.eml"]
    assert b"Inside." in mail.files[0].content


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("I agree.\n\nOn Mon, 13 Oct 2025 at 10:00, Sam <s@a> wrote:\n\n" + HISTORY, "I agree."),
        ("I agree.\n\nOn Mon, 13 Oct 2025 at 10:00, Sam <\nsecretariat+1-a@b> wrote:\n\n" + HISTORY, "I agree."),
        ("I agree.\nOn Mon, 13 Oct 2025 Sam wrote:\n" + HISTORY, "I agree."),
        ("On that we agree.\nSam wrote:\n" + HISTORY, "On that we agree."),
        ("D’accord.\n\nLe lun. 13 oct. 2025 à 10:00, Sam <s@a> a écrit :\n\n" + HISTORY, "D’accord."),
        ("Gut.\n\nAm 13.10.2025 um 10:00 schrieb Sam:\n" + HISTORY, "Gut."),
        ("同意。\n\n在 2025年10月13日，Sam <s@a> 写道：\n\n" + HISTORY, "同意。"),
        ("No.\n\nFrom: Sam\nSent: Monday\nTo: list\nSubject: x\n\nDear all", "No."),
        ("Non.\n\n-----Message d'origine-----\nDe : Sam\nEnvoyé : lundi\nÀ : y\nObjet : z\n\nbla", "Non."),
        ("No.\n\n" + "_" * 32 + "\nFrom: Sam\nSent: Monday\nTo: list\n\nDear all", "No."),
        ("Fine.\n\n-- \nKim\nOrganization\n", "Fine."),
        # What stands between quoted lines, or under them, is the answer.
        (
            "Sam wrote:\n> Clause 1\n\nNo.\n\n> Clause 2\n\nYes.\n",
            "Sam wrote:\n> Clause 1\n\nNo.\n\n> Clause 2\n\nYes.",
        ),
        ("From: now on we agree.\nTo: all.\n", "From: now on we agree.\nTo: all."),
        ("", ""),
        (HISTORY, HISTORY.strip()),
    ],
)
def test_the_history_under_an_answer_is_cut_off(written, answer):
    assert answer_of(written) == answer


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_in_time_and_can_be_stored(name):
    began = time.process_time()  # whatever else this machine does
    mail = parse(HOSTILE[name])
    kind_of(mail)
    assert time.process_time() - began < 5
    said = (
        mail.sender,
        mail.sender_name,
        mail.subject,
        mail.message_id,
        mail.text,
        *(file.name for file in mail.files),
    )
    for text in said:
        text.encode()  # no half characters
        assert "\x00" not in text
        assert "\x1b" not in text
    assert len(mail.text) <= LONGEST_TEXT
    assert len(mail.subject) <= 500
    assert all(len(file.name) <= 200 and "/" not in file.name for file in mail.files)


def test_of_hostile_mails_what_can_be_read_is_read():
    assert {name: parse(HOSTILE[name]).text for name in ("no charset", "an unknown charset", "a slow charset")} == {
        "no charset": "Réponse.",
        "an unknown charset": "Réponse.",
        "a slow charset": "a-" + "z" * (LONGEST_TEXT - 2),
    }
    assert parse(HOSTILE["script"]).text == "Text."
    assert parse(HOSTILE["deep"]).text == "At the bottom."
    assert parse(HOSTILE["too deep"]).text == ""
    assert parse(HOSTILE["too deep"]).subject == "Hostile"


@pytest.mark.parametrize("raw", NONE_AT_ALL)
def test_what_is_no_mail_is_refused(raw):
    with pytest.raises(NotAMail):
        parse(raw)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=400),
    st.sampled_from(["text/plain", "text/html", 'multipart/mixed; boundary="b"', "multipart/report; boundary=b"]),
    st.sampled_from(["7bit", "base64", "quoted-printable", "8bit", "x-uuencode", "nonsense"]),
)
def test_whatever_stands_in_a_mail_it_is_read(content, media_type, encoding):
    head = f"From: a@b\r\nContent-Type: {media_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    mail = parse(head.encode() + content)
    kind_of(mail)
    (mail.text + mail.subject).encode()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["From", "To", "Date", "Content-Type", "Message-ID", "References"]), st.binary(max_size=200))
def test_whatever_stands_in_a_header_the_mail_is_read(name, value):
    value = value.replace(b"\r", b" ").replace(b"\n", b" ")
    mail = parse(b"Subject: s\r\n" + name.encode() + b": " + value + b"\r\n\r\nText.")
    kind_of(mail)
    "".join([mail.sender, mail.message_id, *mail.thread, *mail.addresses("To")]).encode()
