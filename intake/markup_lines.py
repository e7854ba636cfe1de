"""Breaks laid out markup into lines as a browser does: blocks stand on lines of their own, paragraphs leave a blank one."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Stand for what makes lines while the markup becomes text; they occur in no mail's own text.
BLOCK, PARAGRAPH = "\ue0f8", "\ue0f9"  # a block begins or ends; the same with a margin
MARGINLESS = re.compile(r"0+(?:\.0*)?(?:[a-z]{2,3}|%)?|0*\.0+\d{0,2}(?:[a-z]{2,3}|%)?")
MARGIN = re.compile(r"(?<![a-z-])margin(-top|-bottom)?\s*:\s*([^;]{1,60})")
CLASSES = re.compile(r'(?:^|\s)class="([^"]{0,200})"')
STYLE = re.compile(r'(?:^|\s)style="([^"]{0,2000})')
BEGINS_ITEM = re.compile(f"(?<=- )[ {BLOCK}{PARAGRAPH}]+")
SIDES = 3  # values of a margin that name the lower side by itself


def is_tight(style: str) -> bool | None:
    """Tell whether a style in lower case sets a paragraph's margins to nothing; None when it says nothing of both."""
    above: str | None = None
    below: str | None = None
    for side, value in MARGIN.findall(style):
        values = value.replace("!important", "").split()
        if not values:
            continue
        if side != "-bottom":
            above = values[0]
        if side != "-top":
            below = values[2] if not side and len(values) >= SIDES else values[0]
    if above is None or below is None:
        return None
    return MARGINLESS.fullmatch(above) is not None and MARGINLESS.fullmatch(below) is not None


def tighten(names: Sequence[str], attributes: Sequence[str], tight: frozenset[str]) -> list[str]:
    """Return the names of tags, those of paragraphs without margins as `div`; paragraphs do not nest.

    `tight` are the classes, or `p` itself, which the style sheets leave without margins.
    """
    found = list(names)
    is_open_tight = False
    known: dict[str, bool] = {}
    for number, name in enumerate(names):
        if name == "p":
            said = attributes[number]
            if said not in known:
                known[said] = has_no_margin(said.lower(), tight)
            is_open_tight = known[said]
        if is_open_tight and name in ("p", "/p"):
            found[number] = "div"
    return found


def has_no_margin(attributes: str, tight: frozenset[str]) -> bool:
    """Tell it of a paragraph by its attributes in lower case; its own style counts more than the sheets."""
    style = STYLE.search(attributes)
    told = is_tight(style[1]) if style is not None else None
    if told is not None:
        return told
    classes = CLASSES.search(attributes)
    return "p" in tight or (classes is not None and not tight.isdisjoint(classes[1].split()))


def break_lines(text: str, marks: str) -> str:
    """Return the text with line breaks for the signs of blocks; `marks` are characters that take no room."""
    text = BEGINS_ITEM.sub("", text)
    runs: dict[str, str] = {}

    def broken(run: re.Match[str]) -> str:
        if run[0] not in runs:
            runs[run[0]] = break_run(run[0])
        return runs[run[0]]

    signs = f"\n{BLOCK}{PARAGRAPH}{marks}"
    return re.sub(f"[{signs}][ {signs}]*", broken, text)


def break_run(run: str) -> str:
    """Return what stands between two words: a block ends a line that holds something, a break ends every line."""
    out: list[str] = []
    breaks, is_line_empty = 0, False
    for sign in run:
        if sign == "\n" or (sign in (BLOCK, PARAGRAPH) and not is_line_empty):
            out.append("\n")
            breaks, is_line_empty = breaks + 1, True
        elif sign not in (BLOCK, PARAGRAPH, " "):
            out.append(sign)
    if PARAGRAPH in run and breaks == 1:
        out.append("\n")
    return "".join(out)
