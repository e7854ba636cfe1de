"""Takes the pictures of the notice to an Owner that the README shows: wide and narrow, by day and by night.

    python3 dev.py bench notice_pictures [--out docs/pictures]

Renders the letter of a made-up change in the system's Chromium, with nothing to load, and writes one PNG for each.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Route, sync_playwright

from privacy.notices import ChangeRow, NoticeLetter, NoticeTerms, NoticeWords
from responders.notice import write_notices
from responders.settings import DeskIdentity
from servers.programs import CHROMIUM, find

WIDTHS = {"wide": 760, "narrow": 360}
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
TALLEST = 1_200  # points of the screen; the words go on below
MOST_BYTES = 120_000
COLOURS = 48  # of words on a plain ground
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-lcd-text"]  # grey edges: a third of the size


WORDS = NoticeWords(
    why="Ringhub does not reach every country in which our customers call.",
    changes=(
        ChangeRow(
            before="Calls go through Ringhub.",
            after="Calls go through Ringhub and Voxnet.",
            effect="Voxnet gets the numbers that you call, and keeps them for 30 days.",
            action="Choose Ringhub alone under Settings, Telephone.",
        ),
        ChangeRow(
            before="Recordings of calls are kept for 90 days.",
            after="Recordings of calls are kept for 60 days.",
            effect="Recordings are deleted a month earlier.",
            action="Export those that you need before that day.",
        ),
    ),
)
TERMS = NoticeTerms(
    effective_on=date(2027, 3, 1),
    zone="Asia/Kolkata",
    new_url="https://autocloz.example/privacy/2027-03",
    old_url="https://autocloz.example/privacy/2026-05",
    choices_url="https://autocloz.example/settings/privacy",
)
DESK = DeskIdentity(
    name="Autocloz privacy desk",
    legal_name="Autocloz Ltd",
    postal_address="1 Harbour Street, Dublin 1, Ireland",
    dpo_name_or_function="Data protection officer",
    dpo_contact="dpo@autocloz.example",
    policy_url="https://autocloz.example/privacy",
)


def letters() -> Sequence[NoticeLetter]:
    """Return the letter for readers of each language."""
    return write_notices({"en": WORDS}, TERMS, ("2026-05", "2027-03"), DESK, leading="en")


def main() -> int:
    """Write the pictures; returns 1 where one is larger than a page of the README may load."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--out", type=Path, default=Path("docs/pictures"))
    options = words.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    (letter,) = (one.letter for one in letters() if one.reader == "en")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(CHROMIUM), args=OPTIONS)
        sizes = [
            take(browser, letter.html, options.out / f"notice-{name}-{scheme}.png", (width, scheme))
            for name, width in WIDTHS.items()
            for scheme in SCHEMES
        ]
        browser.close()
    return int(max(sizes) > MOST_BYTES)


def take(browser: Browser, html: str, path: Path, how: tuple[int, Scheme]) -> int:
    """Take one picture; returns its size. Raises RuntimeError where the letter asks the network for anything."""
    width, scheme = how
    context = browser.new_context(
        viewport={"width": width, "height": 600}, color_scheme=scheme, java_script_enabled=True
    )
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    context.route("**/*", refuse)
    page = context.new_page()
    page.set_content(html)
    height = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
    page.set_viewport_size({"width": width, "height": height})
    image = Image.open(BytesIO(page.screenshot()))
    image.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    context.close()
    if asked:
        raise RuntimeError(f"{path.name}: the letter loads {asked[0]}")
    print(f"{path.name}: {width} x {height}, {path.stat().st_size:,} bytes")
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
