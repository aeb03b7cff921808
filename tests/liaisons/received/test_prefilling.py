"""What a statement is about, without what titles and registers put around it."""

import pytest

from liaisons.received.prefilling import body, subject


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
