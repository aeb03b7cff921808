"""The letter that comes back, and what is read of it."""

from datetime import date, datetime

import pytest

from liaisons.documents.word import write_word
from liaisons.intake import remarks
from liaisons.letter import Addressed, Annex, Letter, Masthead, Sheet
from liaisons.rules import Refused
from tests.liaisons.intake.edits import CAME, WENT, Edited, cut, end, ins, paragraph, start, t

FIRST = "The group recommends this method. It has been tried by six bodies. They wrote reports."
BODY = (
    f"<p>{FIRST}</p><h2>1 Scope</h2><p>Second words stand here.</p>"
    "<ul><li>Item of the list</li><li>Another item of it</li></ul>"
    "<table><caption>Table 1 – Bodies</caption><tbody><tr><td>Body</td><td>Part</td></tr>"
    "<tr><td>SG20</td><td>Networks</td></tr><tr><td>SG21</td><td>Coding of pictures</td></tr></tbody></table>"
    "<p>The last paragraph of the letter.</p>"
)
LETTER = Letter(
    "On methods of the metaverse",
    "JCA-MV",
    BODY,
    addressees=(Addressed("ITU-T SG20", "action"),),
    annexes=(Annex("Terms", "<p>Terms begin here.</p><ul><li>A term of the list</li></ul>"),),
)
SHEET = Sheet(LETTER, Masthead("JCA-MV-Doc-021", "JCA-MV", "2025-2028", comments_until=date(2025, 10, 27)))
SENT = write_word(SHEET)
AT = datetime(2025, 10, 20, 14, 3)  # noqa: DTZ001 – by the clock of whoever wrote it


def read(file, sent=SENT):
    return remarks.read(file.saved(), sent)


def rows(file, *names):
    return [tuple(getattr(row, name) for name in names) for row in read(file).rows]


def the_row(file):
    [row] = read(file).rows
    return row


def refusal(content, sent=SENT):
    with pytest.raises(Refused) as refused:
        remarks.read(content, sent)
    return refused.value.sentences[0]


def busy():
    """A file with one of each."""
    file = Edited(SENT)
    found = file.write(FIRST, t("The group recommend"), cut("s"), ins("ed"), t(FIRST[20:]), mark=CAME)
    file.below(found, paragraph(ins("A new one.")))
    file.write("Second words stand here.", t("Second "), start("0"), t("words"), end("0"), t(" stand here."))
    file.comment("0", "Which?", author="Ben")
    file.write("Coding of pictures", t("Coding of "), cut("pictures", "Ben"), ins("films", "Ben"))
    file.write("Terms begin here.", t("Terms start here."))
    file.write("The last paragraph of the letter.", cut("The last paragraph of the letter."), mark=WENT)
    return file
