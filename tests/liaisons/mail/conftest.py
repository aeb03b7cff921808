"""A letter with long names, and the mails of a dispatch."""

from dataclasses import replace

import pytest

from liaisons.letter import Annex
from liaisons.models import Message
from tests.liaisons.mail.facts import FG_MV_ADDRESSEES, FG_MV_CONTACTS, FG_MV_TITLE


@pytest.fixture
def fg_mv(letter):
    """A letter as long and as various as real ones are."""
    point, sentence = "A point. " * 20, "The Focus Group was established by TSAG and has met twice. " * 5
    cells = "<tr><th>Work item</th><th>Title</th></tr><tr><td>H.IIS-reqts</td><td>" + "Requirements " * 12
    chinese = "元宇宙标准化工作的范围包括术语、架构和互操作性，并与其他组织协调，以避免重复的工作和不必要的差异。"
    address = "https://example.org/a/very/long/address/that/no/line/can/hold/because/it/is/one/word"
    return replace(
        letter,
        title=FG_MV_TITLE,
        addressees=FG_MV_ADDRESSEES,
        contacts=FG_MV_CONTACTS,
        in_reply_to=("SG20-LS9",),
        abstract="FG-MV tells of its establishment and asks for information. " * 4,
        body=f"<p>{sentence}</p><ul><li>{point}</li></ul><table>{cells}</td></tr></table><p>{chinese}</p>"
        f"<p>See <a href='{address}'>here</a>.</p>",
        annexes=(Annex("Terms of reference of the Focus Group, adopted by TSAG in December 2022, with amendments"),),
    )


@pytest.fixture
def sent_mails(sent) -> list[Message]:
    return list(Message.objects.of_dispatch(sent).order_by("pk"))
