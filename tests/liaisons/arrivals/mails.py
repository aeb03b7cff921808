"""Mails as they come in: answers, bounces, answering machines, and what nobody means well with."""

import base64
from email.message import EmailMessage
from itertools import count

from liaisons import reply_tokens
from liaisons.models import Message

HOST = b"localhost"
_NUMBERS = count(1)


def an_answer(
    text: str = "We will answer after our meeting.\n",
    *,
    ours: Message | None = None,
    token: Message | None = None,
    html: str = "",
    files: tuple[tuple[str, bytes], ...] = (),
    **headers: str,
) -> bytes:
    """A mail of a person, in the thread of one of ours or with its token."""
    mail = EmailMessage()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    defaults = {
        "From": "Ivy Ietf <ivy@ietf.example.org>",
        "To": reply_tokens.address("secretariat@jca-mv.example.org", token.pk)
        if token
        else "secretariat@jca-mv.example.org",
        "Subject": "Re: your liaison statement",
        "Date": "Mon, 13 Oct 2025 10:00:00 +0200",
        "Message-ID": f"<{next(_NUMBERS)}@ietf.example.org>",
    }
    if ours:
        defaults |= {"In-Reply-To": ours.message_id, "References": ours.message_id}
    for name, value in (defaults | named).items():
        if value:
            mail[name] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def a_bounce(
    ours: Message,
    *,
    recipient: str = "",
    action: str = "failed",
    original: str = "",
    whole: bool = True,
    name: str = "",
) -> bytes:
    """What a mail server reports (RFC 3464); `whole`: with the head of the mail it gives back."""
    who = recipient or ours.recipient
    original_line = f"Original-Recipient: rfc822; {original}\r\n" if original else ""
    returned = f"From: {ours.sender}\r\nTo: {ours.to}\r\nMessage-ID: {ours.message_id}\r\nSubject: x\r\n"
    text = f"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: secretariat@jca-mv.example.org
Subject: Undelivered Mail Returned to Sender
Date: Mon, 13 Oct 2025 10:01:00 +0200
Message-ID: <{name or f"bounce-{next(_NUMBERS)}"}@mx.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b0"

--b0
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org. I'm sorry to have to inform you.

--b0
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

{original_line.rstrip()}
Final-Recipient: rfc822; {who}
Action: {action}
Status: {"4.4.1" if action == "delayed" else "5.1.1"}
Diagnostic-Code: smtp; 550 5.1.1 <{who}>: Recipient address rejected: User unknown

--b0
Content-Type: text/rfc822-headers

{returned if whole else "Subject: x"}
--b0--
"""
    text = (
        text.replace("\n\nFinal-Recipient", "\nFinal-Recipient")
        if original
        else text.replace("\n\n\nFinal", "\n\nFinal")
    )
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def from_qmail(ours: Message) -> bytes:
    """A bounce of before there was a form for it."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@old.example.org
To: secretariat@jca-mv.example.org
Subject: failure notice
Date: Mon, 13 Oct 2025 10:01:00 +0200
Message-ID: <qmail-1@old.example.org>

Hi. This is the qmail-send program at old.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{ours.recipient}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <secretariat@jca-mv.example.org>
Message-ID: {ours.message_id}
Subject: JCA-MV-LS1
""".encode()


def _head(**headers: str) -> bytes:
    lines = {"From": "h@example.org", "Subject": "Hostile", "Message-ID": "<h@example.org>"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value).encode()


def _deep(levels: int) -> bytes:
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(levels)
    )
    return _head() + opened + b"Content-Type: text/plain\r\n\r\nAt the bottom.\r\n"


def _mails_in_mails(levels: int) -> bytes:
    return _head() + b"Content-Type: message/rfc822\r\n\r\n" * levels + b"Subject: inside\r\n\r\nText.\r\n"


def _parts(number: int) -> bytes:
    return _head(Content_Type='multipart/mixed; boundary="b"') + b"\r\n" + b"--b\r\n\r\nx\r\n" * number + b"--b--\r\n"


def _charset(name: str, content: bytes) -> bytes:
    return _head(Content_Type=f"text/plain; charset={name}") + b"\r\n" + content


def _file(name: str, content: bytes = b"x") -> bytes:
    head = _head(Content_Type='multipart/mixed; boundary="b"')
    part = f'Content-Type: text/html\r\nContent-Disposition: attachment; filename="{name}"\r\n'
    return head + b"\r\n--b\r\n\r\nText.\r\n--b\r\n" + part.encode() + b"\r\n" + content + b"\r\n--b--\r\n"


HOSTILE: dict[str, bytes] = {
    "deep": _deep(90),
    "too deep": _deep(5_000),
    "mails in mails": _mails_in_mails(90),
    "too many mails in mails": _mails_in_mails(5_000),
    "many parts": _parts(1_900),
    "too many parts": _parts(200_000),
    "a boundary that never comes": _head(Content_Type='multipart/mixed; boundary="b"') + b"\r\nText.",
    "no boundary": _head(Content_Type="multipart/mixed") + b"\r\nText.",
    "an endless header": _head(Subject="x" * 900_000) + b"\r\nText.",
    "an endless line": _head() + b"\r\n" + b"x" * 5_000_000,
    "endless encoded words": _head(Subject="=?utf-8?q?=41?= " * 5_000) + b"\r\nText.",
    "broken encoded words": _head(Subject="=?utf-8?q?=4?= =?nowhere?b?!!?= =?utf-8?b?4?=") + b"\r\nText.",
    "endless addresses": _head(From="<" * 5_000 + "a@b", To="a@b, " * 20_000) + b"\r\nText.",
    "comments in comments": _head(From="(" * 8_000 + "a@b" + ")" * 8_000) + b"\r\nText.",
    "groups in groups": _head(To="g: " * 3_000 + "a@b" + ";" * 3_000) + b"\r\nText.",
    "a hundred thousand headers": _head() + b"X-A: b\r\n" * 100_000 + b"\r\nText.",
    "an endless thread": _head(References="<a@b> " * 100_000) + b"\r\nText.",
    "no charset": _head() + "\r\nRéponse.".encode("latin-1"),
    "an unknown charset": _charset("x-nobody", "Réponse.".encode()),
    "a charset that is none": _charset("zlib", b"x\x9c\x03\x00"),
    "a slow charset": _charset("punycode", b"a-" + b"z" * 300_000),
    "the wrong charset": _charset("utf-16", b"odd"),
    "half of a character": _charset("utf-8", b"R\xc3\xa9ponse \xc3"),
    "bytes in headers": _head() + b"To: \xff\xfe\x80 <a@b>\r\nSubject: \xe9\xe8\r\n\r\nText.",
    "controls": _head(Subject="a\x00b\x1b[2Jc") + b"\r\nText\x00 and \x1b]0;title\x07 more.",
    "no Message-ID": _head(Message_ID="") + b"\r\nText.",
    "a date that cannot be": _head(Date="Fri, 31 Feb 0001 99:99:99 +9999") + b"\r\nText.",
    "a date before all time zones": _head(Date="Mon, 1 Jan 0001 00:00:00 +1400") + b"\r\nText.",
    "half of base64": _head(Content_Type="text/plain", Content_Transfer_Encoding="base64") + b"\r\nVGV4dC4*&=",
    "a path for a name": _file("../../etc/passwd"),
    "a name with steering signs": _file("a\u202efdp.exe\x07"),
    "a name without end": _file("x" * 50_000 + ".pdf"),
    "boxes in boxes": _head(Content_Type="text/html") + b"\r\n" + b"<div><blockquote>" * 20_000 + b"Text.",
    "quotes in quotes": _head(Content_Type="text/html") + b"\r\n" + b'<div class="gmail_quote">' * 10_000,
    "script": _head(Content_Type="text/html") + b"\r\n<script>alert(1)</script><p onclick=x>Text.<img src=http://a/>",
    "entities": _head(Content_Type="text/html") + b"\r\n<!DOCTYPE x [<!ENTITY a 'b'>]>&a;&#0;&#xD800;Text.",
    "a table without end": _head(Content_Type="text/html") + b"\r\n<table>" + b"<tr><td rowspan=999999>x" * 20_000,
    "a bounce about nobody": _head(From="MAILER-DAEMON@b", Content_Type="multipart/report; boundary=b") + b"\r\n--b--",
    "a bounce about everybody": _head(Content_Type='multipart/report; report-type=delivery-status; boundary="b"')
    + b"\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: x\r\n\r\n"
    + b"Final-Recipient: rfc822; a@b\r\nAction: failed\r\n\r\n" * 5_000
    + b"--b--",
    "an archive": base64.b64encode(b"x") and _file("bomb.zip", b"PK\x03\x04" + b"\x00" * 100_000),
}

NONE_AT_ALL = [
    b"",
    b"\x00" * 1000,
    b"Text without a head.\n",
    b"\r\n\r\nFrom: late@example.org\r\n",
    b"\xff\xd8\xff\xe0",
]
