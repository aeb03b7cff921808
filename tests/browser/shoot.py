"""Pictures of a page at two widths, light and dark, and what is wrong with it that needs no eyes.

Pictures go to the folder that is passed in or named by LIAISE_PICTURES; without one the checks still run.
"""

import os
import shutil
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, WebError, sync_playwright

WIDTHS = {1280: 900, 390: 844}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]

# Names the elements that stick out, so that a failure says where to look.
STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = (e) => e !== document.body
        && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
    return [...document.body.querySelectorAll("*")]
        .filter((e) => e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
        .map((e) => `${e.tagName.toLowerCase()}.${e.getAttribute("class")}`).slice(0, 5).concat("(page)");
}"""

_errors: WeakKeyDictionary[BrowserContext, list[str]] = WeakKeyDictionary()


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)


def watch(context: BrowserContext) -> list[str]:
    """Collect what the browser complains about on every page of the context from now on."""
    if context in _errors:
        return _errors[context]
    errors = _errors.setdefault(context, [])

    def on_console(message: ConsoleMessage) -> None:
        # A page that is meant to answer 403, 404 or 409 is itself reported as a resource that failed.
        own = message.page is not None and message.location["url"] == message.page.url
        if message.type == "error" and not (own and "Failed to load resource" in message.text):
            errors.append(f"{message.text} ({message.location['url']})")

    def on_error(error: WebError) -> None:
        errors.append(str(error.error))

    context.on("console", on_console)
    context.on("weberror", on_error)
    return errors


def shoot(page_or_url: Page | str, name: str, *, folder: Path | None = None) -> list[Path]:
    """Picture the page as it stands, opened parts included, in four variants; return the files written.

    A context that nobody watched is watched from here on, and its page loaded again. An address is opened in a
    browser of its own, as somebody who is not signed in.
    """
    if isinstance(page_or_url, str):
        with sync_playwright() as playwright, launch(playwright) as browser:
            context = browser.new_context()
            watch(context)
            page = context.new_page()
            page.goto(page_or_url)
            return shoot(page, name, folder=folder)

    page = page_or_url
    if page.context not in _errors:
        watch(page.context)
        page.reload()
    folder = folder or (Path(os.environ["LIAISE_PICTURES"]) if os.environ.get("LIAISE_PICTURES") else None)
    before = page.viewport_size
    pictures = [_one(page, name, width, scheme, folder) for width in WIDTHS for scheme in SCHEMES]
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)
    assert not watch(page.context), f"{name}: the browser complains: {watch(page.context)}"
    return [picture for picture in pictures if picture]


def _one(page: Page, name: str, width: int, scheme: Literal["light", "dark"], folder: Path | None) -> Path | None:
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    page.emulate_media(color_scheme=scheme)
    sticking_out = page.evaluate(STICKING_OUT)
    assert not sticking_out, f"{name} is wider than {width} pixels: {', '.join(sticking_out)}"
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    picture = folder / f"{name}-{width}-{scheme}.png"
    page.evaluate("scrollTo(0, 0)")  # heads of tables that stay in sight would cover what is below them
    page.screenshot(path=picture, full_page=True, animations="disabled")
    return picture
