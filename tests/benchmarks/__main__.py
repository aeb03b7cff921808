"""How fast documents are made, beside others in the same run and on one core: python -m tests.benchmarks [name …].

What a desk does with many letters and mails is measured by `mails` and `load`: on PostgreSQL, with two cores.

What counts are the ratios: below its goal one of them ends the run with a failure. Seconds are printed with the machine
that took them. Every document is another one; nothing of a page or a file is kept from one to the next.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import weasyprint
from django.conf import settings
from weasyprint.text.ffi import harfbuzz_subset

from liaisons.documents import pdf, renderer
from liaisons.documents.comparison import page_of
from liaisons.letter import Sheet
from tests.benchmarks import reporting
from tests.benchmarks.documents import one_page, three_pages
from tests.benchmarks.peers import FreshWeasyPrint, convert
from tests.benchmarks.reporting import expect, missed, report, say

STYLES = Path(pdf.__file__).with_name("statement.css")
ROUNDS = 5


Thing = TypeVar("Thing")


def one_page_beside_others(folder: Path) -> None:
    """One-page statements, through the renderer's process as everybody gets them."""
    numbers = iter(range(100_000))
    others = {
        "fresh WeasyPrint, fontTools": FreshWeasyPrint(subset_by_harfbuzz=False),
        "fresh WeasyPrint, HarfBuzz": FreshWeasyPrint(subset_by_harfbuzz=True),
    }
    rates: dict[str, list[float]] = {"ours": [], **{name: [] for name in others}, "soffice, one by one": []}
    warm_up(folder, others)
    for _ in range(ROUNDS):
        rates["ours"].append(rate(render_pdf, [one_page(next(numbers)) for _ in range(20)]))
        for name, other in others.items():
            rates[name].append(rate(other.make, [page_file(folder, one_page(next(numbers))) for _ in range(4)]))
        words = [word_file(folder, one_page(next(numbers))) for _ in range(2)]
        rates["soffice, one by one"].append(rate(lambda word: convert(folder, [word]), words))
    for other in others.values():
        other.stop()
    report("one page, a second", rates)
    expect("ours to a fresh WeasyPrint with fontTools", rates["ours"], rates["fresh WeasyPrint, fontTools"], 5)
    expect("ours to one call of soffice each", rates["ours"], rates["soffice, one by one"], 20)


def three_pages_beside_soffice(folder: Path) -> None:
    """Three pages with a table of thirty rows, and thirty of them in one call of LibreOffice."""
    numbers = iter(range(100_000))
    rates: dict[str, list[float]] = {"ours": [], "soffice, thirty in one call": []}
    warm_up(folder, {})
    for _ in range(3):
        rates["ours"].append(rate(render_pdf, [three_pages(next(numbers)) for _ in range(30)]))
        words = [word_file(folder, three_pages(next(numbers))) for _ in range(30)]
        rates["soffice, thirty in one call"].append(30 * rate(lambda files: convert(folder, files), [words]))
    report("three pages, a second", rates)
    expect("ours to soffice in one call", rates["ours"], rates["soffice, thirty in one call"], 1)


def first_document(folder: Path) -> None:
    """The first document of a renderer that has been started ahead, and those that follow. Reported."""
    firsts, rest = [], []
    for round_ in range(ROUNDS):
        renderer.stop()
        renderer.start()
        time.sleep(4)  # while it loads, as after the start of a worker
        times = [waited(one_page(100 * round_ + at)) for at in range(11)]
        firsts.append(times[0])
        rest.extend(times[1:])
    say(f"first document {1000 * statistics.median(firsts):.0f} ms, later ones {1000 * statistics.median(rest):.0f} ms")


def memory(folder: Path) -> None:
    """A thousand documents: what the process holds after the last tenth beside what it held after the first."""
    renderer.stop()
    held = []
    for number in range(1000):
        render_pdf(one_page(number))
        if number % 10 == 9:
            renderer.render(one_page(number), "docx")
        held.append(resident())
    first, last = statistics.median(held[90:100]), statistics.median(held[990:])
    say(f"memory after a tenth {first / 1e6:.0f} MB, after all {last / 1e6:.0f} MB: {last / first:.2f} times")
    if last > 1.1 * first:
        missed.append(f"memory grows {last / first:.2f} times instead of 1.1")


def word(folder: Path) -> None:
    """Word files a second, of one page and of three; at least 25 are wanted. Reported."""
    warm_up(folder, {})
    for make in (one_page, three_pages):
        made = rate(lambda sheet: renderer.render(sheet, "docx"), [make(number) for number in range(100)])
        say(f"Word, {make.__name__.replace('_', ' ')}: {made:.0f} a second")


def mails(folder: Path) -> None:
    """The outbox beside django-mailer's."""
    in_a_process_of_its_own("outbox")


def load(folder: Path) -> None:
    """A hundred thousand statements made, their reminders beside a loop, their lists page by page."""
    in_a_process_of_its_own("load")


def in_a_process_of_its_own(name: str) -> None:
    """For what needs the desk's own settings and both cores."""
    done = subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=False)
    if done.returncode:
        missed.append(f"{name}: see above")


def rate(make: Callable[[Thing], object], things: Sequence[Thing]) -> float:
    """How many in a second of the core.

    Counted is the time that the core worked for us, for the renderer or for the other: what else runs on the machine
    does not make one look slower than the other.
    """
    began = worked()
    for thing in things:
        make(thing)
    return len(things) / (worked() - began)


def waited(sheet: Sheet) -> float:
    """Seconds on the clock until the PDF is here."""
    began = time.perf_counter()
    render_pdf(sheet)
    return time.perf_counter() - began


def worked() -> float:
    """Seconds that the core worked for this process and for all that it has started."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = sum(
        int(task.read_text().split()[0])
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        for task in Path(f"/proc/{child}/task").glob("*/schedstat")
    )
    return time.process_time() + ended.ru_utime + ended.ru_stime + alive / 1e9


def render_pdf(sheet: Sheet) -> None:
    assert renderer.render(sheet, "pdf").content.startswith(b"%PDF")


def page_file(folder: Path, sheet: Sheet) -> Path:
    """The page that the renderer prints, with its styles in it."""
    source = pdf._source(sheet, page_of(sheet))
    file = folder / f"{sheet.masthead.number}.html"
    file.write_text(source.replace("</head>", f"<style>{STYLES.read_text()}</style></head>"))
    return file


def word_file(folder: Path, sheet: Sheet) -> Path:
    file = folder / f"{sheet.masthead.number}.docx"
    file.write_bytes(renderer.render(sheet, "docx").content)
    return file


def warm_up(folder: Path, others: dict[str, FreshWeasyPrint]) -> None:
    sheet = one_page(999_999)
    render_pdf(sheet)
    for other in others.values():
        other.make(page_file(folder, sheet))
    convert(folder, [word_file(folder, sheet)])


def resident() -> int:
    """Bytes that the renderer's process holds."""
    process = renderer._renderer._process
    assert process is not None
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def machine() -> str:
    return (
        f"{reporting.machine()}, one of them used, WeasyPrint {weasyprint.__version__}, "
        f"libharfbuzz-subset {'present' if harfbuzz_subset else 'missing'}"
    )


BENCHMARKS = (one_page_beside_others, three_pages_beside_soffice, first_document, word, memory, mails, load)


def main() -> None:
    settings.configure(USE_I18N=False)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # and of all processes started from here
    say(machine())
    wanted = sys.argv[1:]
    for benchmark in BENCHMARKS:
        if not wanted or benchmark.__name__ in wanted:
            with tempfile.TemporaryDirectory(prefix="liaise-benchmark-") as folder:
                benchmark(Path(folder))
    renderer.stop()
    assert not missed, "; ".join(missed)


if __name__ == "__main__":
    main()
