"""A body holds what the editor offers and nothing else, and reads well in a mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaisons.documents.sanitize import clean, plain
from tests.liaisons.documents import samples


@pytest.mark.parametrize(
    ("given_html", "kept"),
    [
        ("<p>a <strong>b</strong> <em>c</em> <u>d</u> H<sub>2</sub>O x<sup>2</sup><br>e</p>", None),
        ("<h2>1 A</h2><h3>1.1 B</h3><h4>C</h4><blockquote><p>q</p></blockquote>", None),
        ('<ul><li><p>a</p></li></ul><ol start="3"><li>b</li></ol>', None),
        (
            '<table><tbody><tr><th colspan="2">a</th></tr><tr><td rowspan="2">b</td><td>c</td></tr></tbody></table>',
            None,
        ),
        ('<p><a href="https://itu.int/go/fgmv">x</a> <a href="mailto:a@example.org">y</a></p>', None),
        ("<h1>a</h1>", "<p>a</p>"),
        ('<p class="x" style="color:red" onclick="y()" id="z">a</p>', "<p>a</p>"),
        ("<p>a</p><script>alert(1)</script><style>p{}</style>", "<p>a</p>"),
        ('<p><a href="javascript:alert(1)">a</a></p>', "<p><a>a</a></p>"),
        ('<p><a href="//example.org/a">a</a> <a href="/admin/">b</a></p>', "<p><a>a</a> <a>b</a></p>"),
        ('<p><img src="http://example.org/a.png">a</p>', "<p>a</p>"),
        ('<figure><img src="http://example.org/a.png"><figcaption></figcaption></figure><p>a</p>', "<p>a</p>"),
        ("<p>a<!-- b --></p>", "<p>a</p>"),
        ('<iframe src="x"></iframe><form action="y"><input name="z">a</form>', "<p>a</p>"),
        ("one & two\n\nthree <- four\nfive", "<p>one &amp; two</p>\n\n<p>three &lt;- four<br>five</p>"),
        ("<p>a\x00\x0bb\ufffe</p>", "<p>ab</p>"),
    ],
)
def test_clean_keeps_what_the_editor_offers(given_html, kept):
    assert clean(given_html) == (given_html if kept is None else kept)


def test_spans_and_starts_are_bounded():
    assert clean('<table><tbody><tr><td colspan="1000000" rowspan="1000000">a</td></tr></tbody></table>') == (
        '<table><tbody><tr><td colspan="63" rowspan="1000">a</td></tr></tbody></table>'
    )
    assert 'start="9999"' in clean('<ol start="123456789"><li>a</li></ol>')
    assert clean('<ol start="-1"><li>a</li></ol>') == "<ol><li>a</li></ol>"
    assert clean('<ol start="²"><li>a</li></ol>') == "<ol><li>a</li></ol>"


@pytest.mark.parametrize("deep", [150, 5000])
def test_boxes_without_end_lose_their_boxes_and_keep_their_words(deep):
    assert clean("<blockquote>" * deep + "<p>x</p>") == "<p>x</p>"
    assert plain("<ul><li>a" * deep).split() == ["a"] * deep


@given(st.text() | st.text(alphabet="<>/abpuliotdr= \"'&;\n"))
def test_cleaning_twice_changes_nothing_and_everything_clean_can_be_read(html):
    once = clean(html)
    assert clean(once) == once
    plain(once)


def test_mail_has_lines_of_72_columns_with_lists_and_links():
    text = plain(samples.invitation().letter.body)
    assert max(len(line) for line in text.splitlines()) <= 72
    assert "\n\n1) A representative. Please name a person who will speak for you in\n   JCA-MV," in text
    assert "More about JCA-MV: http://itu.int/en/ITU-T/jca/mv." in text
    assert plain('<p>See <a href="https://itu.int/x">the page</a>.</p>') == "See the page <https://itu.int/x>."
    assert plain("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>") == "– a\n  – b\n– c"
    assert plain("<h2>1 Scope</h2><p>a<br>b</p><blockquote>c</blockquote>") == "1 Scope\n\na\nb\n\n    c"


def test_mail_sets_a_narrow_table_in_columns():
    html = "<p>Table – Topics</p>" + samples.table(("Topic", "Organizations"), (("Security", "ITU-T SG17, JTC1 SC27"),))
    assert plain(html, width=50).splitlines() == [
        "Table – Topics",
        "",
        "Topic                     Organizations",
        "-----------------------   -----------------------",
        "Security                  ITU-T SG17, JTC1 SC27",
    ]


def test_mail_sets_a_wide_table_row_by_row_and_leaves_empty_rows_out():
    rows = (samples.ROADMAP_EXAMPLES[3], ("",) * 7)
    assert plain(samples.table(samples.ROADMAP_COLUMNS, rows)) == (
        "SDO / Org.: W3C\nReference: WebXR API\nType: Standard\nTitle: WebXR Device API\nStatus: Published\n"
        "Category: Enabling technology, Interoperability\nSummary: How pages in a browser use headsets and controllers."
    )


def test_mail_breaks_chinese_by_its_width():
    lines = plain("<p>" + "国际电信联盟" * 20 + "</p>", width=40).splitlines()
    assert [len(line) for line in lines] == [20] * 6
