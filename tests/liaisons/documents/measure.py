"""Reads back from a PDF where its words and rules stand, in millimetres from the top left corner of the page."""

import re
import subprocess
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from tempfile import NamedTemporaryFile

import pikepdf

MM = 25.4 / 72
_HEIGHT = 0.891 + 0.216  # of a line of Liberation Serif, as of Times New Roman, in ems


@dataclass(frozen=True)
class Word:
    page: int
    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def size(self) -> float:
        """Points."""
        return round((self.bottom - self.top) / MM / _HEIGHT, 2)


@dataclass(frozen=True)
class Rule:
    page: int
    left: float
    right: float
    top: float
    points: float


def run(pdf: bytes, *command: str) -> str:
    """What a program of poppler prints about a PDF; its file name is the argument "-"."""
    return subprocess.run(command, input=pdf, capture_output=True, check=True, timeout=60).stdout.decode()


def text(pdf: bytes, *options: str) -> str:
    return run(pdf, "pdftotext", *options, "-", "-")


def pages(pdf: bytes) -> list[str]:
    return text(pdf, "-layout").split("\f")[:-1]


def words(pdf: bytes) -> list[Word]:
    found, page = [], 0
    for line in text(pdf, "-bbox").splitlines():
        if "<page " in line:
            page += 1
        elif match := re.search(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*)</word>', line):
            left, top, right, bottom = (float(number) * MM for number in match.groups()[:4])
            found.append(Word(page, unescape(match[5]), left, right, top, bottom))
    return found


def word(pdf: bytes, wanted: str, page: int = 1) -> Word:
    """The first word of that text on the page."""
    return next(found for found in words(pdf) if found.text == wanted and found.page == page)


def rules(pdf: bytes) -> list[Rule]:
    """Horizontal lines: WeasyPrint draws one as a polygon of four points, in CSS pixels from the top left corner."""
    found = []
    with pikepdf.open(BytesIO(pdf)) as document:
        for number, page in enumerate(document.pages, start=1):
            points: list[tuple[float, float]] = []
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "m":
                    points = []
                if str(operator) in "ml":
                    points.append((float(operands[0]) * 0.75, float(operands[1]) * 0.75))
                if len(points) == 4:
                    across, down = zip(*points, strict=True)
                    thick = round(max(down) - min(down), 2)
                    found.append(Rule(number, min(across) * MM, max(across) * MM, min(down) * MM, thick))
                    points = []
    return found


def bold_texts(pdf: bytes) -> str:
    """All that stands in a bold face, a line for each piece."""
    with NamedTemporaryFile(suffix=".pdf") as file:  # pdftohtml reads no pipe
        file.write(pdf)
        file.flush()
        told = run(b"", "pdftohtml", "-xml", "-stdout", "-i", "-q", file.name)
    return "\n".join(unescape(re.sub("<[^>]+>", "", piece)) for piece in re.findall("<b>(.*?)</b>", told))


def colours(pdf: bytes) -> set[tuple[float, ...]]:
    """Every colour that fills or writes, as red, green and blue from 0 to 1."""
    found = set()
    with pikepdf.open(BytesIO(pdf)) as document:
        for page in document.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "rg":
                    found.add(tuple(round(float(value), 3) for value in operands))
    return found
