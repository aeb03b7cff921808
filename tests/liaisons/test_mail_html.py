"""The HTML of mails: the same words as their text, in a page that needs nothing from anywhere else."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from lxml import html

from contacts.actor import Actor
from liaisons import links, mail, renditions
from liaisons.letter import Addressed
from liaisons.mail import text
from liaisons.models import Link, Message
from liaisons.outbox import compose, enclosures
from liaisons.texts.writing import begin
from liaisons.workflow import advance
from tests.fixtures import AFTER, NOW
from tests.liaisons.mail.test_form import every_mail

pytestmark = pytest.mark.django_db

BODY = (
    "<h2>1 Background</h2><p>See <a href='https://example.org/a'>the page</a> &lt;b&gt;now&lt;/b&gt;.</p>"
    "<ol start='3'><li>First <strong>point</strong></li><li>Second point<ul><li>inside</li></ul></li></ol>"
    "<blockquote><p>Quoted</p></blockquote>"
    "<table><tr><th>Work item</th><th>Title</th></tr><tr><td>H.IIS</td><td>Requirements</td></tr></table>"
)


@pytest.fixture
def rich(letter):
    return replace(letter, body=BODY, title="LS on <i>A & B</i>")


@pytest.fixture
def mails(desk, rich, secretary, chair, cochair, member) -> list[Message]:
    draft = begin(desk, rich, by=Actor.of(secretary), now=NOW)
    statement = advance(draft, "circulate", by=Actor.of(secretary), seen=draft.revision_id, now=NOW)
    return every_mail(statement, chair, secretary, member)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", text))


def words_of_text(text: str) -> Counter[str]:
    """Without what stands for the look of HTML: marks of lists, and the address after the words of a link."""
    without = re.sub(r"(?m)^\s*\d+\) (\d+\) )*", "", text)
    return words(without.replace("<https://example.org/a>", ""))


def words_of_page(page: str) -> Counter[str]:
    body = html.document_fromstring(page).body
    for element in body.iter():
        element.tail = f" {element.tail or ''}"
    return words(body.text_content())


@pytest.mark.parametrize("attached", [True, False])
def test_text_and_html_of_every_mail_say_the_same(mails, attached):
    for message in mails:
        plain, page = (
            links.fill(enclosures.settle(written, 12_345_678, attached=attached))
            for written in (message.text, message.html)
        )
        assert words_of_page(page) == words_of_text(plain), message.key


def test_the_letter_keeps_its_headings_lists_and_tables(mails):
    [message] = [message for message in mails if message.key.startswith("send:") and "sg21" in message.recipient]
    page = html.document_fromstring(message.html)
    assert [" ".join(heading.text_content().split()) for heading in page.iter("h2")] == ["1 Background"]
    assert [item.get("start") for item in page.iter("ol")][-1] == "3"
    assert [cell.text_content() for cell in page.iter("th")][-2:] == ["Work item", "Title"]
    assert page.xpath("//a[@href='https://example.org/a']")
    assert page.xpath(f"//a[@href='{links.placeholder(Link(pk=0))}']") == []
    assert "LS on &lt;i&gt;A &amp; B&lt;/i&gt;" in message.html


def test_nothing_in_it_is_fetched_and_no_style_is_lost_on_the_way(mails):
    for message in mails:
        page = html.document_fromstring(message.html)
        assert not {element.tag for element in page.iter()} & {"img", "style", "link", "script", "iframe", "form"}
        assert not page.xpath("//@class | //@src")
        assert page.get("lang") == "en"
        assert page.get("dir") == "ltr"


def test_nobodys_words_become_markup_or_another_ones_link(desk):
    forged = "[[link:1]] <script>[[files]] [[/files]] [[size]] \x02[]\x03"
    words = {"desk": desk, "facts": text.facts([("Title", forged)]), "reason": forged, "address": forged}
    written = text.text("withdraw", words, link=Link(pk=7))
    for form in (written.plain, written.html):
        assert not re.search(r"\[\[(link|/?files|size)", form)
        assert not re.search(r"[\x00-\x08]", form)
    assert written.html.count("&lt;script&gt;") == written.plain.count("<script>") == 3
    assert "<script>" not in written.html


def test_an_arabic_letter_reads_from_the_right(desk, letter, secretary, chair, cochair):
    arabic = replace(letter, language="ar", addressees=(Addressed("IETF", "action", "IETF"),))
    statement = begin(desk, arabic, by=Actor.of(secretary), now=NOW)
    first = mail.dispatch(statement, NOW, preview=True)[0].message
    page = html.document_fromstring(first.html)
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    assert page.xpath("//div[@lang='ar'][@dir='rtl']")


def test_a_mail_leaves_as_text_html_and_files_in_this_order(sent):
    renditions.make_missing()
    message = Message.objects.of_dispatch(sent).first()
    parts = [part.get_content_type() for part in compose(message, AFTER).message().walk()]
    assert parts == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html"),
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ]
