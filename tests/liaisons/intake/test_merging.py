"""A file over the revision it was made from: what reads the same stays as it is, whichever form was uploaded."""

from dataclasses import replace
from datetime import date

import pytest

from liaisons.documents.unformatted import write_unformatted
from liaisons.documents.word import write_word
from liaisons.intake.merging import merged
from liaisons.letter import Annex, Asked, Contact
from tests.liaisons.documents import samples
from tests.liaisons.intake.test_round_trip import SAMPLES, everything, read

ALL = {**SAMPLES, "everything": everything()}


@pytest.fixture
def before():
    return samples.invitation().letter


def taken(before, **changes):
    """The letter after a file that says this otherwise."""
    sheet = replace(samples.invitation(), letter=before)
    printed = read(write_word(sheet))
    edited = read(write_word(replace(sheet, letter=replace(before, **changes))))
    return merged(before, printed.letter, edited)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("write", [write_word, write_unformatted])
def test_a_file_that_was_not_touched_changes_nothing(name, write):
    letter = ALL[name].letter
    assert merged(letter, read(write_word(ALL[name])).letter, read(write(ALL[name]))) == letter


def test_requests_keep_their_kind_and_whom_they_are_put_to(before):
    first, second = before.requests
    assert taken(before, requests=(second,)).requests == (second,)
    assert taken(before, requests=(second,)).addressees[0].requests == ("2",)
    mended = replace(first, text="Name somebody.")
    assert taken(before, requests=(mended, second)) == replace(before, requests=(mended, second))
    new = Asked("9", "comment", "Comment.")
    assert taken(before, requests=(first, new, second)).requests == (first, Asked("3", "answer", "Comment."), second)


def test_requests_are_the_same_when_the_page_shows_the_same(before):
    """However many spaces an author typed, and twice the same when they did."""
    first, second = before.requests
    wide = (replace(first, text="Fill in  the template."), second, Asked("7", "comment", second.text))
    assert taken(replace(before, requests=wide)).requests == wide
    mended = (wide[0], replace(second, text="Look."), wide[2])
    assert taken(replace(before, requests=wide), requests=(wide[0], wide[2])).requests == wide[:2]
    assert taken(replace(before, requests=wide[:2]), requests=mended[:2]).requests == mended[:2]


def test_addressees_keep_what_is_theirs(before):
    one, *others = before.addressees
    assert taken(before, addressees=(*others, one)).addressees == (*others[:4], one, *others[4:])
    assert taken(before, addressees=tuple(others)).addressees == tuple(others)
    dated = replace(one, deadline=date(2026, 5, 1))
    assert taken(before, addressees=(dated, *others)).addressees == (dated, *others)
    assert taken(replace(before, addressees=(dated, *others)), addressees=before.addressees) == before


def test_annexes_stay_the_documents_they_are(before):
    template, report = before.annexes
    changed = replace(report, body="<p>Shorter.</p>")
    assert taken(before, annexes=(template, changed)).annexes == (template, changed)
    assert taken(before, annexes=(report,)).annexes == (report,)
    new = Annex("Terms", "<p>So.</p>", abstract="In short.")
    assert taken(before, annexes=(*before.annexes, new)).annexes == (*before.annexes, new)


def test_single_values_change_one_by_one(before):
    for changes in (
        {"title": "LS on something else"},
        {"questions": "9/21"},
        {"venue_date": "by correspondence"},
        {"ref": "JCA-MV-O-1"},
        {"abstract": "One.\nTwo."},
        {"abstract": ""},
        {"deadline": date(2026, 4, 30)},
        {"deadline": None, "deadline_text": "by your next meeting"},
        {"deadline": None},
        {"contacts": (before.contacts[1], Contact("Lin Li"))},
        {"body": "<p>Shorter.</p>"},
    ):
        assert taken(before, **changes) == replace(before, **changes)
