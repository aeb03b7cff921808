"""The others: WeasyPrint as one uses it from its manual, and LibreOffice, on the same pages and the same core."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from weasyprint import HTML
from weasyprint.pdf import fonts

from liaisons.documents.fetcher import STORED, RefusingFetcher


def soffice(folder: Path, documents: Sequence[Path]) -> list[str]:
    """The command that makes PDF files of Word files in one call."""
    program = shutil.which("soffice")
    assert program, "LibreOffice is missing: bin/setup test"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    return [
        program,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder / "out"),
        *map(str, documents),
    ]


def convert(folder: Path, documents: Sequence[Path]) -> None:
    subprocess.run(soffice(folder, documents), capture_output=True, check=True, timeout=300)
    for document in documents:
        (folder / "out" / document.with_suffix(".pdf").name).unlink()  # or the next call would find it done


class FreshWeasyPrint:
    """A process that makes one PDF after the other with everything new: page, styles, fonts."""

    def __init__(self, *, subset_by_harfbuzz: bool) -> None:
        way = "harfbuzz" if subset_by_harfbuzz else "fonttools"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.peers", way],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def make(self, page: Path) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{page}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"

    def stop(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def main() -> None:
    """In the process of FreshWeasyPrint: nothing of ours is loaded but what refuses to fetch."""
    counted = [0]
    if sys.argv[1] == "fonttools":
        fonts.harfbuzz_subset = None  # as on a machine without libharfbuzz-subset
    fall_back = fonts.Font._fonttools_subset

    def count(*arguments: object) -> None:
        counted[0] += 1
        fall_back(*arguments)

    fonts.Font._fonttools_subset = count
    for line in sys.stdin:
        HTML(string=Path(line.strip()).read_text(), base_url=STORED, url_fetcher=RefusingFetcher()).write_pdf(
            pdf_variant="pdf/ua-1"
        )
        assert bool(counted[0]) == (sys.argv[1] == "fonttools")
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
