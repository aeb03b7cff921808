"""What the author of an answer wrote, without the history that mail programs put under it.

Words between quoted lines are kept with them: delegates answer paragraph by paragraph.
"""

import re

from lxml import html
from lxml.etree import ParserError

# The line above what is quoted, as in: Le lun. 13 oct. 2025 à 10:00, Sam a écrit :
_SAYS = re.compile(
    r"(?:\b(?:wrote|writes|a écrit|schrieb|geschrieben|escribió|написал\(?а?\)?|пишет|scrisse|ha scritto|escreveu)"
    r"|写道|كتب)[^\n]{0,200}[:：]$",
    re.IGNORECASE,
)
# Its first line, with a date, where it is folded into several.
_BEGINS = re.compile(r"(?:On|Le|Am|El|Il|Em|Op|Den|В|在|في|\d)[^\d]*\d.*", re.IGNORECASE)
# The head of the mail before, as Outlook puts it above it: three of these lines in a row.
_FIELD = re.compile(
    r"\s*\*?(?:From|Sent|Date|To|Cc|Subject|De|Envoyé|Date|À|Objet|Von|Gesendet|Datum|An|Betreff|Enviado|Para|Asunto"
    r"|От|Отправлено|Кому|Тема|发件人|发送时间|收件人|抄送|主题|من|إلى|الموضوع)\s?[:：]",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*(?:_{10,}|-{2,} ?(?:Original|Forwarded|Message d.origine|Ursprüngliche)[^\n]{0,40}-{2,})\s*$")
_ROW = re.compile(r"</?tr\b[^<>]{0,500}>", re.IGNORECASE)
_CELL = re.compile(r"</?(?:table|tbody|thead|tfoot|td|th|caption|colgroup|col)\b[^<>]{0,500}>", re.IGNORECASE)
_SIGNATURE = "-- "
LONGEST_LINE = 1_000


def answer_of(text: str) -> str:
    """The text up to the history: a block of lines with ">" at its end, or the mail before under its head."""
    lines = text.rstrip().split("\n")
    lines = _before_head(lines)
    if any(not line.startswith(">") for line in lines):
        lines = _before_quote(lines)
    if _SIGNATURE in lines:
        lines = lines[: lines.index(_SIGNATURE)]
    return "\n".join(line.rstrip() for line in lines).strip()


def without_quotes(page: str) -> str:
    """HTML without the parts in which Gmail, Thunderbird and Outlook put the mail that is answered."""
    try:
        tree = html.fromstring(page)
    except (ParserError, ValueError):
        return page
    for element in [one for one in tree.iter("div", "blockquote") if _is_history(one)]:
        later = list(element.itersiblings()) if element.get("id") == "divRplyFwdMsg" else []
        for old in [element, *later]:
            if isinstance(old, html.HtmlElement) and old.getparent() is not None:
                old.drop_tree()
    return str(html.tostring(tree, encoding="unicode"))


def without_tables(page: str) -> str:
    """HTML whose tables, by which mails are laid out more often than not, have become lines."""
    return _CELL.sub(" ", _ROW.sub("<br>", page))


def _is_history(element: html.HtmlElement) -> bool:
    is_gmails = "gmail_quote" in element.get("class", "").split()
    return is_gmails or element.get("type") == "cite" or element.get("id") == "divRplyFwdMsg"


def _before_head(lines: list[str]) -> list[str]:
    for at in range(len(lines) - 2):
        if at and all(_FIELD.match(line[:LONGEST_LINE]) for line in lines[at : at + 3]):
            before = lines[:at]
            while before and (not before[-1].strip() or _RULE.match(before[-1][:LONGEST_LINE])):
                before.pop()
            return before
    return lines


def _before_quote(lines: list[str]) -> list[str]:
    """Without the lines with ">" at the end, and what stands above them to say who wrote them."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith(">")):
        end -= 1
    if end == len(lines):
        return lines
    return lines[: end - _height_of_attribution(lines[max(end - 3, 0) : end])]


def _height_of_attribution(above: list[str]) -> int:
    """How many of the lines right above a quote only say who wrote it; mail programs fold that into up to three."""
    tallest = 0
    for height in range(1, len(above) + 1):
        block = [line.strip() for line in above[-height:]]
        if not block[0]:
            break
        if _SAYS.search(" ".join(block)[-LONGEST_LINE:]) and (
            height == 1 or _BEGINS.fullmatch(block[0][:LONGEST_LINE])
        ):
            tallest = height
    return tallest
