"""Takes the pictures of the desk that the README shows: the queue, a case, and the page of a person.

    python3 dev.py bench desk_pictures [--out docs/pictures]

Starts the demonstration, signs in by the one address that it prints, and writes one PNG for each.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.testclient import TestClient

from desk.rendering import PAGES
from desk.status_page import StatusPage
from servers.programs import CHROMIUM, find
from status_values import everything

WIDTH, TALLEST = 1_280, 1_100  # points of the screen; the page goes on below
MOST_BYTES = 150_000
COLOURS = 64
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-lcd-text"]  # grey edges: a third of the size
ADDRESS = "http://127.0.0.1:"
SHOWN = "Anne"  # whose case is shown: two rights in one letter, quoted where they were found
LINK = '<link rel="stylesheet" href="/style.css">'


@contextmanager
def demonstration() -> Iterator[str]:
    """Give the address of a filled desk, signed in; raises RuntimeError where the demonstration ends before."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "daemon.demo"], stdout=subprocess.PIPE, text=True
    )
    try:
        lines = iter(process.stdout or ())
        address = next((line for line in lines if ADDRESS in line and "?key=" in line), None)
        if address is None:
            raise RuntimeError("the demonstration did not start")
        yield address[address.index(ADDRESS) :].strip()
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    """Write the pictures; returns 1 where one is larger than a page of the README may load."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--out", type=Path, default=Path("docs/pictures"))
    options = words.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, demonstration() as address:
        browser = playwright.chromium.launch(executable_path=find(CHROMIUM), args=OPTIONS)
        sizes = [*of_the_desk(browser, address, options.out), of_a_person(browser, options.out)]
        browser.close()
    return int(max(sizes) > MOST_BYTES)


def of_the_desk(browser: Browser, address: str, out: Path) -> Iterator[int]:
    """Take the queue, and the case to which its line leads."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 600})
    page.goto(address)
    yield take(page, out / "desk-queue.png")
    page.locator("tr", has_text=SHOWN).first.locator("a[href^='/cases/']").first.click()
    page.wait_for_load_state()
    yield take(page, out / "desk-case.png")
    page.close()


def of_a_person(browser: Browser, out: Path) -> int:
    """Take the page of a person, with every sentence on it that can stand there."""
    shown = StatusPage(
        lambda _: everything(), company="Autocloz Ltd", clock=lambda: datetime.now(UTC)
    )
    text = TestClient(shown).get("/status/en/code").text
    style = (PAGES / "style.css").read_text("utf-8")
    page = browser.new_page(viewport={"width": WIDTH, "height": 600})
    page.set_content(text.replace(LINK, f"<style>{style}</style>"))
    return take(page, out / "desk-status.png")


def take(page: Page, path: Path) -> int:
    """Take one picture; returns its size."""
    height = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
    page.set_viewport_size({"width": WIDTH, "height": height})
    image = Image.open(BytesIO(page.screenshot()))
    image.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    print(f"{path.name}: {WIDTH} x {height}, {path.stat().st_size:,} bytes")
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
