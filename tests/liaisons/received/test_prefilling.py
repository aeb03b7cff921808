"""What a statement is about, without what titles and registers put around it."""

import pytest

from contacts.actor import Actor
from liaisons.details import Received
from liaisons.models import Document
from liaisons.received.prefilling import as_received, body, subject
from liaisons.received.registering import register
from tests.fixtures import AFTER


@pytest.mark.parametrize(
    ("title", "about"),
    [
        ("LS/i/r on the terms (reply to SG20-LS9) [from ITU-T Study Group 21]", "the terms"),
        ("LS/r/i on revised text of Question 9/21 [From TSAG]", "revised text of Question 9/21"),
        ("LS/r to ITU-T SG11 on “QoS-related work on networks”", "“QoS-related work on networks”"),
        ("Liaison statement on terms", "terms"),
        ("Report on terms", "Report on terms"),
    ],
)
def test_the_subject_of_a_title(title, about):
    assert subject(title) == about


@pytest.mark.parametrize(
    ("title", "here"),
    [
        ("LS/o on the terms", "LS/i on the terms"),
        ("LS/o/r on the terms (reply to SG20-LS9)", "LS/i/r on the terms (reply to SG20-LS9)"),
        ("LS/r/o: the terms", "LS/r/i: the terms"),
        ("LS/i/r on LS/o numbers", "LS/i/r on LS/o numbers"),
        ("LS on the terms", "LS on the terms"),
    ],
)
def test_the_type_letters_of_a_title_as_the_receiver_has_them(title, here):
    assert as_received(title) == here


@pytest.mark.django_db
def test_what_is_outgoing_at_one_desk_is_incoming_in_the_register_of_another(sent, other_desk, other_secretary):
    theirs = Received(
        source_text="JCA-MV",
        source=sent.desk.group,
        reference=sent.reference,
        title="LS/o/r on the terms",
        received_on=AFTER.date(),
    )
    registration = register(other_desk, theirs, by=Actor.of(other_secretary), now=AFTER)
    assert registration.statement == sent
    document = Document.objects.of_desk(other_desk).get()
    assert (document, document.title) == (registration.document, "LS/i/r on the terms")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "Write to <a@example.org>,\nif 2 < 3.\n\nSam",
            "<p>Write to &lt;a@example.org&gt;,<br>if 2 &lt; 3.</p>\n\n<p>Sam</p>",
        ),
        ("<p>As <b>marked</b> up.</p>", "<p>As marked up.</p>"),
        ("", ""),
    ],
)
def test_of_a_mail_no_word_is_lost_that_looks_like_a_tag(text, kept):
    assert body(text) == kept
