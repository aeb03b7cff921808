"""Whatever HTML an author left, the tree that is printed has one shape."""

import pytest

from liaisons.documents.body import column_shares, markup, tidy
from liaisons.documents.sanitize import clean
from tests.liaisons.documents import samples


def tidied(html: str) -> str:
    return markup(tidy(clean(html)))


@pytest.mark.parametrize(
    ("html", "shape"),
    [
        ("loose <em>text</em><p>b</p>tail", "<p>loose <em>text</em></p><p>b</p><p>tail</p>"),
        ("<p></p><p> </p><p><br></p><p>a</p>", "<p>a</p>"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>"),
        ("<blockquote>a</blockquote>", "<blockquote><p>a</p></blockquote>"),
        ("<h2>7.1  LS/i</h2>", '<h2 class="numbered"><span class="number">7.1</span>LS/i</h2>'),
        ("<h3>A.2 Terms</h3>", '<h3 class="numbered"><span class="number">A.2</span>Terms</h3>'),
        ("<h2>2030 vision</h2>", '<h2 class="numbered"><span class="number">2030</span>vision</h2>'),
        ("<h2>3GPP</h2>", "<h2>3GPP</h2>"),
    ],
)
def test_blocks_hold_blocks(html, shape):
    assert tidied(html) == shape


def test_first_rows_of_head_cells_become_the_head_and_the_paragraph_above_the_caption():
    root = tidy(clean("<p>Table 2: Groups</p>" + samples.table(("A", "B"), (("a", "b"),))))
    (table,) = root
    assert [part.tag for part in table] == ["caption", "colgroup", "thead", "tbody"]
    assert table[0].text_content() == "Table 2: Groups"
    assert [cell.get("scope") for cell in table.iter("th")] == ["col", "col"]


def test_ordinary_paragraph_above_a_table_stays_one():
    assert [block.tag for block in tidy(clean("<p>The table shows:</p><table><tr><td>a</td></tr></table>"))] == [
        "p",
        "table",
    ]


def test_spans_end_with_the_table():
    root = tidy(clean('<table><tr><td rowspan="999" colspan="63">a</td><td>b</td></tr><tr><td>c</td></tr></table>'))
    spans = [(cell.text_content(), cell.get("rowspan"), cell.get("colspan")) for cell in root.iter("td")]
    assert spans == [("a", "2", "2"), ("b", None, None), ("c", None, None)]


def test_no_word_is_lost_for_which_a_table_has_no_column():
    row = "<tr>" + "".join(f"<td>{number}</td>" for number in range(70)) + "</tr>"
    blocked = "<tr>" + '<td rowspan="2">x</td>' * 63 + "</tr><tr><td>y</td></tr>"
    for rows, words in ((row, [str(number) for number in range(70)]), (blocked, ["x"] * 63 + ["y"])):
        (table,) = tidy(clean(f"<table>{rows}</table>"))
        assert [str(paragraph.text_content()) for paragraph in table.iter("p")] == words
        assert len(column_shares(table)) == 63


def test_tables_in_cells_keep_columns_of_their_own():
    inner = "<table><tr><td>c</td><td>d</td><td>e</td></tr></table>"
    (table,) = tidy(clean(f"<table><tr><td>a</td><td>{inner}</td></tr></table>"))
    assert [len(column_shares(found)) for found in table.iter("table")] == [2, 3]
