"""Makes the pictures of the README from the demo; wants pdftoppm.

LIAISE_VAR=/tmp/pictures bin/run                              # in another terminal
.venv/bin/python -m tests.browser.pictures http://localhost:8000
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.shoot import launch

FOLDER = Path(__file__).parent.parent / "pictures"
MOST_BYTES = 250_000


def main(site: str) -> None:
    with sync_playwright() as playwright, launch(playwright) as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 820}, color_scheme="light")
        page.goto(f"{site}/sign-in/")
        page.get_by_label("E-mail").fill("secretary@jca-mv.example.org")
        page.get_by_label("Password").fill("liaise")
        page.get_by_role("button", name="Sign in").click()
        page.locator(".work").first.wait_for()
        page.screenshot(path=FOLDER / "desk.png")
        page.locator("#drafts .work-what a").first.click()
        statement = page.get_by_role("link", name="PDF", exact=True).get_attribute("href")
        pdf = page.request.get(f"{site}{statement}").body()
        page.get_by_role("link", name="Change the text").click()
        page.locator("img[src*='/leaves/']").first.wait_for()
        page.screenshot(path=FOLDER / "draft.png")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        first = ["-singlefile", "-r", "80", "-png"]
        subprocess.run(["pdftoppm", *first, file.name, str(FOLDER / "statement")], check=True)
    for picture in FOLDER.glob("*.png"):
        assert picture.stat().st_size < MOST_BYTES, f"{picture} is too big for a README"


if __name__ == "__main__":
    main(sys.argv[1])
