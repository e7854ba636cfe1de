"""How a page in a real browser is judged, and how it is walked through by keys alone."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
AUDIT = "async () => (await axe.run()).violations.map(v => v.id + ': ' + v.nodes[0].html)"
WIDEST = """() => Array.from(document.querySelectorAll("main *"))
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map(one => one.outerHTML.slice(0, 120)).slice(-3)"""
MOST_TABS = 150


def judge(page: Page, path: str) -> None:
    """No violation, nothing wider than the window; the judge is let in from outside, for no page of ours would load it."""
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0, (path, page.evaluate(WIDEST))
    session = page.context.new_cdp_session(page)
    session.send("Page.setBypassCSP", {"enabled": True})
    page.evaluate(AXE.read_text())
    assert page.evaluate(AUDIT) == [], path


def reach(page: Page, selector: str) -> None:
    """Press Tab until the element is in focus: what cannot be reached like that is out of reach for many people."""
    for _ in range(MOST_TABS):
        if page.evaluate("chosen => document.activeElement.matches(chosen)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by keys")
