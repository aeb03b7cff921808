"""What a page says of two letters: the parts that differ, and of each only the places."""

from dataclasses import replace
from datetime import date

from liaisons.letter import Addressed, Annex, Asked, Letter
from liaisons.texts import changes

OLD = Letter(
    title="LS on the roadmap",
    source="JCA-MV",
    body="<p>The first paragraph stays.</p><p>The list has 53 bodies.</p><table><tr><td>1</td><td>2</td></tr></table>",
    abstract="Line one.\nLine two.",
    deadline=date(2026, 1, 30),
    addressees=(Addressed("IETF", "action"),),
    requests=(Asked("1", "comment", "Comment."),),
    annexes=(Annex("Terms", "<p>Some terms.</p>"),),
)


def between(new):
    return {change.label: str(change.html) for change in changes.between(OLD, new)}


def test_only_the_parts_that_differ_are_shown_and_of_them_only_the_places():
    new = replace(
        OLD,
        title="LS on <the> map",
        body=OLD.body.replace("53", "54"),
        abstract="Line one.\nLine 2.",
        deadline=date(2026, 2, 15),
        annexes=(Annex("Terms", "<p>All terms.</p>"), Annex("Rules", "<p>Vote.</p>")),
    )
    assert between(new) == {
        "Title": "<p>LS on <del>the roadmap</del><ins>&lt;the&gt; map</ins></p>",
        "Deadline": "<p><del>30 January 2026</del><ins>15 February 2026</ins></p>",
        "Abstract": "<p>Line <del>two</del><ins>2</ins>.</p>",
        "Body": "<p>The list has <del>53</del><ins>54</ins> bodies.</p>",
        "Annex 1: Terms": "<p><del>Some</del><ins>All</ins> terms.</p>",
        "Annex 2: Rules": "<p><ins>Annex 2: Rules</ins></p>",
    }


def test_a_changed_table_is_shown_without_the_styles_that_our_policy_forbids():
    body = between(replace(OLD, body=OLD.body.replace("<td>2</td>", "<td>3</td>")))["Body"]
    assert "<del><p>2</p></del><ins><p>3</p></ins>" in body
    assert "style=" not in body


def test_a_letter_written_anew_is_the_same():
    assert between(replace(OLD, annexes=(Annex("Terms", "<p>Some\n  <em>terms</em>.</p>"),))) == {}


def test_who_is_asked_for_what_and_why_is_told():
    new = replace(OLD, addressees=(Addressed("W3C", "comment"),), requests=(Asked("1", "nomination", "Nominate."),))
    assert between(new) == {
        "For action": "<p><del>IETF</del><ins>-</ins></p>",
        "For comment": "<p><ins>W3C</ins></p>",
        "Requests": ("<p><del>comment: Comment.</del></p>\n<p><ins>nominate a representative: Nominate.</ins></p>"),
    }
