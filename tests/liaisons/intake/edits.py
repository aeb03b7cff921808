"""What Word writes into a file of ours when somebody tracks changes in it and comments in its margin."""

import io
import zipfile
from html import escape

from lxml import etree

from tests.liaisons.intake.files import NAMESPACES, RELATED

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
W15 = 'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
AT = "2025-10-20T14:03:00Z"
_EXTENDED = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"


def said(author="Ann", at=AT):
    return f'w:id="7" w:author="{author}" w:date="{at}"'


def t(text):
    return f'<w:r w:rsidR="00A1B2C3"><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def ins(text, author="Ann", at=AT):
    return f"<w:ins {said(author, at)}>{t(text)}</w:ins>"


def cut(text, author="Ann", at=AT):
    inside = f'<w:r w:rsidDel="00A1B2C3"><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r>'
    return f"<w:del {said(author, at)}>{inside}</w:del>"


def cut_of(inserted, author="Ben", by="Ann", at=AT):
    """What one put in and another took out."""
    inside = cut(inserted, author, at)
    return f"<w:ins {said(by)}>{inside}</w:ins>"


def start(key):
    return f'<w:commentRangeStart w:id="{key}"/>'


def end(key):
    reference = f'<w:r><w:rPr><w:rStyle w:val="CommentReference"/></w:rPr><w:commentReference w:id="{key}"/></w:r>'
    return f'<w:commentRangeEnd w:id="{key}"/>{reference}'


def paragraph(*runs, mark="", style="Normal"):
    marked = f"<w:rPr>{mark}</w:rPr>" if mark else ""
    return f'<w:p w:rsidR="00A1B2C3"><w:pPr><w:pStyle w:val="{style}"/>{marked}</w:pPr>{"".join(runs)}</w:p>'


CAME, WENT = f"<w:ins {said()}/>", f"<w:del {said()}/>"


class Edited:
    """A file that is being edited; paragraphs are found by the words in them."""

    def __init__(self, content):
        self._entries = {}
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self._entries = {name: archive.read(name) for name in archive.namelist()}
        self._root = etree.fromstring(self._entries["word/document.xml"])
        self._comments, self._extended = "", ""

    def find(self, text):
        """The paragraph, without regard to its number."""
        [*_above, found] = [p for p in self._root.iter(f"{W}p") if self._words(p) == text]
        return found

    def write(self, text, *runs, mark=""):
        """Put runs in the place of those of a paragraph, behind its number; say that its end came or went."""
        found = self.find(text)
        for child in list(found):
            if child.tag != f"{W}pPr" and not self._is_number(child):
                found.remove(child)
        found.extend(self._parsed("".join(runs)))
        if mark:
            found.find(f"{W}pPr").extend(self._parsed(f"<w:rPr>{mark}</w:rPr>"))
        return found

    def below(self, place, *blocks):
        """Put blocks under an element or the paragraph that says so."""
        place = self.find(place) if isinstance(place, str) else place
        for block in reversed(self._parsed("".join(blocks))):
            place.addnext(block)

    def extend(self, place, *runs):
        place.extend(self._parsed("".join(runs)))

    def join(self, text, first):
        """Make a paragraph go on in the one with that text, number and all."""
        found = self.find(text)
        first.extend(child for child in list(found) if child.tag != f"{W}pPr")
        found.getparent().remove(found)

    def remove(self, text):
        found = self.find(text)
        found.getparent().remove(found)

    def row(self, text):
        """The table row with that paragraph."""
        return next(above for above in self.find(text).iterancestors() if above.tag == f"{W}tr")

    def mark_row(self, row, sign):
        properties = row.find(f"{W}trPr")
        if properties is None:
            properties = etree.SubElement(row, f"{W}trPr")
            row.insert(0, properties)
        properties.extend(self._parsed(sign))

    def comment(self, key, *texts, author="Ann", at=AT, answers="", done=False):
        """A comment in the margin, one paragraph for each text; `answers` is the key of the one it answers."""
        last = len(texts) - 1
        inside = "".join(
            f'<w:p {W14} w14:paraId="{self._paragraph_key(key) if at_ == last else f"77{key}{at_:05}"}"><w:pPr>'
            f'<w:pStyle w:val="CommentText"/></w:pPr><w:r><w:annotationRef/></w:r>{t(text)}</w:p>'
            for at_, text in enumerate(texts)
        )
        self._comments += (
            f'<w:comment w:id="{key}" w:author="{author}" w:date="{at}" w:initials="A">{inside}</w:comment>'
        )
        parent = f' w15:paraIdParent="{self._paragraph_key(answers)}"' if answers else ""
        self._extended += f'<w15:commentEx w15:paraId="{self._paragraph_key(key)}"{parent} w15:done="{int(done)}"/>'

    def part(self, name, change):
        self._entries[name] = change(self._entries[name])

    def saved(self):
        entries = self._entries | {"word/document.xml": etree.tostring(self._root)}
        if self._comments:
            entries["word/comments.xml"] = f"<w:comments {NAMESPACES}>{self._comments}</w:comments>".encode()
            entries["word/commentsExtended.xml"] = f"<w15:commentsEx {W15}>{self._extended}</w15:commentsEx>".encode()
            rows = (
                f'<Relationship Id="rIdC" Type="{RELATED}/comments" Target="comments.xml"/>'
                f'<Relationship Id="rIdE" Type="{_EXTENDED}" Target="commentsExtended.xml"/></Relationships>'
            )
            name = "word/_rels/document.xml.rels"
            entries[name] = entries[name].replace(b"</Relationships>", rows.encode())
            types = (
                '<Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.'
                'wordprocessingml.comments+xml"/><Override PartName="/word/commentsExtended.xml" ContentType='
                '"application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"/></Types>'
            )
            entries["[Content_Types].xml"] = entries["[Content_Types].xml"].replace(b"</Types>", types.encode())
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries.items():
                archive.writestr(name, content)
        return file.getvalue()

    @staticmethod
    def _paragraph_key(key):
        return f"{int(key):08X}"

    @staticmethod
    def _parsed(xml):
        return list(etree.fromstring(f"<w:x {NAMESPACES}>{xml}</w:x>"))

    @classmethod
    def _words(cls, p):
        runs = [run for run in p.iter(f"{W}r") if not cls._is_number(run)]
        return "".join(text.text or "" for run in runs for text in run.iter(f"{W}t"))

    @staticmethod
    def _is_number(run):
        style = run.find(f"{W}rPr/{W}rStyle")
        return style is not None and style.get(f"{W}val") == "ParagraphNumber"
