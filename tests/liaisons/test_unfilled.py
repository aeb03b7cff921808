"""Merge fields that nobody filled stop a letter, and quotations in « … » do not."""

from dataclasses import replace

import pytest
from pytest_django.asserts import assertContains

from contacts.actor import Actor
from liaisons import rules
from liaisons.intake.word import read_word
from liaisons.letter import Letter
from liaisons.models import Statement
from liaisons.texts.writing import rewrite
from liaisons.unfilled import doubtful, merge_fields
from tests.fixtures import NOW
from tests.liaisons.intake.files import p, run, word_file

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


def written(draft: Statement, secretary, letter: Letter) -> Statement:
    rewrite(draft, letter, by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
    return Statement.objects.get(pk=draft.pk)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("fr", "Note de liaison sur le « métavers »"),
        ("fr", "Note de liaison sur le «\u00a0métavers\u00a0»"),
        ("fr", "Note de liaison sur le «\u202fmétavers ouvert\u202f»"),
        ("ru", "Заявление о взаимодействии: «Метавселенная»"),
        ("ru", "О документе «Словарь терминов»"),
        ("el", "Δήλωση για το «μετασύμπαν»"),
        ("de", "Zum «Metaversum» und seinen «offenen Schnittstellen»"),
    ],
)
def test_a_quotation_stops_nothing(draft, letter, secretary, language, title):
    changed = replace(letter, language=language, title=title, body=f"<p>{title}</p>")
    statement = written(draft, secretary, changed)
    assert merge_fields(statement.revision) == []
    assert rules.to_circulate(statement) == []


@pytest.mark.parametrize("field", ["«First_Name»", "«AddressBlock»", "{{ name }}", "&lt;&lt;Name&gt;&gt;", "[[name]]"])
def test_what_can_be_nothing_but_a_field_stops_it(draft, letter, secretary, field):
    statement = written(draft, secretary, replace(letter, body=f"<p>To {field} and others</p>"))
    [said] = rules.to_circulate(statement)
    assert said.startswith("The body holds a merge field that nobody filled")


def test_what_may_be_either_is_told_to_its_author_and_stops_nothing(draft, letter, secretary, client):
    statement = written(draft, secretary, replace(letter, title="Sobre el «metaverso»"))
    told = "«metaverso» in the title looks like a merge field of Word. If it is a quotation, leave it as it is."
    assert doubtful(statement.revision) == [told]
    assert rules.to_circulate(statement) == []
    client.force_login(secretary)
    assertContains(client.get(statement.get_absolute_url()), told)


def test_one_typed_word_of_other_letters_is_not_even_told(draft, letter, secretary):
    statement = written(draft, secretary, replace(letter, title="О «Метавселенной» и « réalité »"))
    assert doubtful(statement.revision) == []


# Read from Word


def simple(code: str, shown: str) -> str:
    return f'<w:fldSimple w:instr="{code}">{run(shown)}</w:fldSimple>'


def complex_(code: str, *shown: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    words = mark("separate") + "".join(run(one) for one in shown) if shown else ""
    return f"{mark('begin')}<w:r><w:instrText>{code}</w:instrText></w:r>{words}{mark('end')}"


def body(*content: str) -> str:
    return read_word(word_file(p("LS on the text", style="Title"), p(*content))).letter.body


@pytest.mark.parametrize(
    "field",
    [
        simple(" MERGEFIELD Nom ", "«Nom»"),
        simple(" MERGEFIELD &quot;Nom&quot; \\* MERGEFORMAT ", "«Nom»"),
        simple(" MERGEFIELD Nom ", ""),
        complex_(" MERGEFIELD  Nom  \\* MERGEFORMAT ", "«", "Nom", "»"),
        complex_(" MERGEFIELD Nom "),
    ],
)
def test_an_unfilled_field_of_a_word_file_stops_the_letter(draft, letter, secretary, field):
    read = read_word(word_file(p("LS on the text", style="Title"), p("We ask ", field, " to come.")))
    assert read.letter.body == "<p>We ask {{Nom}} to come.</p>"
    assert read.sentences == ("The file has merge fields that nobody filled. Write what belongs there: {{…}}.",)
    statement = written(draft, secretary, replace(letter, body=read.letter.body))
    assert rules.to_circulate(statement) == [
        "The body holds a merge field that nobody filled (“{{Nom}}”). Write what belongs there."
    ]


def test_a_filled_field_and_a_quotation_of_a_word_file_stay_as_they_are():
    assert body(simple(" MERGEFIELD Nom ", "Mme Roy"), " et ", complex_(" MERGEFIELD Nom ", "M. Roy")) == (
        "<p>Mme Roy et M. Roy</p>"
    )
    assert body("Le «métavers» de ", simple(" DATE ", "«mai»")) == "<p>Le «métavers» de «mai»</p>"
