"""Finds what the markup of a mail hides from people, in every way that is in use; the words for machines only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

HIDDEN_BY_ATTRIBUTE = "[hidden], [aria-hidden=true]"
# Most mail holds none of these: then no node is looked at.
# Parts of words, chosen so that looking for them is quick: o-hide for mso-hide, ackgr for background.
MIGHT_HIDE = (
    *(
        "hidden",
        "o-hide",
        "display",
        "opacity",
        "font-size:0",
        "font-size: 0",
        "ackgr",
        "-9",
        "clip",
    ),
    *("text-indent", "height:0", "height: 0", "[if ", "#fff", "r:white", "r: white", "r=white"),
    *('r="white', "r='white", "rgb(255"),
)
DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]{1,80})")
HIDING = {"display": "none", "visibility": "hidden", "mso-hide": "all"}
ZERO = re.compile(r"0*(?:\.0+)?(?:px|pt|em|rem|%)?")
FAR_AWAY = re.compile(r"-\d{3,6}(?:\.\d+)?(?:px|pt|em|rem|%)?")
NO_CLIP = re.compile(r"rect\(\s*0[a-z]*[\s,]+0[a-z]*[\s,]+0[a-z]*[\s,]+0[a-z]*\s*\)")
WHITE = frozenset(("#fff", "#ffffff", "white", "rgb(255,255,255)"))
PLACES = ("left", "top", "right", "margin-left", "margin-top", "text-indent")
MAX_STYLE = 2_000  # characters of one attribute
# Style sheets: simple rules only; a rule inside @media says how another screen shows the mail.
MAX_SHEET = 200_000
MAX_RULES = 2_000
RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
SIMPLE = re.compile(r"[a-z0-9]*([.#])([a-z0-9_-]{1,100})")
AT_RULE = re.compile(r"@[a-z-]+[^{};]*\{")
# Conditional comments that only Outlook opens (downlevel-hidden): nobody else sees their words.
CONDITIONAL_OPEN, CONDITIONAL_CLOSE = (
    re.compile(r"<!--\[if[^\]]{0,100}\]>(?!<!|-->)"),
    "<![endif]-->",
)
TAG = re.compile(r"<[^<>]*>")


@dataclass(slots=True)
class Sheet:
    """Names of classes and ids that the style sheets of a mail hide."""

    classes: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)


def might_hide(html: str) -> bool:
    """Tell whether any way of hiding text occurs at all."""
    lowered = html.lower()
    return any(part in lowered for part in MIGHT_HIDE)


def conditional_characters(html: str) -> int:
    """Return how many characters of text stand in comments that only Outlook opens."""
    count = at = 0
    while (found := CONDITIONAL_OPEN.search(html, at)) is not None:
        end = html.find(CONDITIONAL_CLOSE, found.end())
        if end < 0:
            break
        count += visible_length(TAG.sub("", html[found.end() : end]))
        at = end
    return count


def read_sheets(tree: LexborHTMLParser) -> Sheet:
    """Return what the style elements hide; to be called before they are removed."""
    sheet = Sheet()
    text = " ".join(node.text() or "" for node in tree.css("style"))[:MAX_SHEET].lower()
    for number, (selectors, style) in enumerate(RULE.findall(without_at_rules(text))):
        if number >= MAX_RULES:
            break
        if hides(style):
            for selector in selectors.split(","):
                found = SIMPLE.fullmatch(selector.strip())
                if found is not None:
                    (sheet.classes if found[1] == "." else sheet.ids).add(found[2])
    return sheet


def without_at_rules(text: str) -> str:
    """Return a style sheet without the blocks of its at-rules; one pass over its braces."""
    out: list[str] = []
    at = 0
    while (found := AT_RULE.search(text, at)) is not None:
        out.append(text[at : found.start()])
        at = end_of_block(text, found.end())
    return "".join((*out, text[at:]))


def end_of_block(text: str, at: int) -> int:
    """Return the offset after the brace that closes the block whose content begins at `at`."""
    depth = 1
    for brace in re.compile(r"[{}]").finditer(text, at):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.end()
    return len(text)


def remove_hidden(tree: LexborHTMLParser, sheet: Sheet) -> int:
    """Remove the nodes that a mail program would not show; return how many characters of text they held."""
    count = 0
    for node in [*tree.css(HIDDEN_BY_ATTRIBUTE), *hidden_by_style(tree), *named_in(tree, sheet)]:
        count += visible_length(node.text(deep=True) or "")
        node.decompose()
    return count


def visible_length(text: str) -> int:
    return len("".join(text.split()))


def hidden_by_style(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    has_ground = any(tree.css_matches(ground) for ground in ("[bgcolor]", "[background]"))
    nodes = tree.css("[style]")
    styles = [(node.attributes.get("style") or "").lower()[:MAX_STYLE] for node in nodes]
    has_ground = has_ground or any("background" in style for style in styles)
    for node, style in zip(nodes, styles, strict=True):
        if is_hidden(node, style) or (not has_ground and is_white(style)):
            yield node
    if not has_ground:
        yield from (n for n in tree.css("font[color]") if n.attributes.get("color") in WHITE)


def named_in(tree: LexborHTMLParser, sheet: Sheet) -> Iterator[LexborNode]:
    """Yield the nodes whose class or id a style sheet hides, unless their own style shows them."""
    if not (sheet.classes or sheet.ids):
        return
    for node in tree.css("[class], [id]"):
        classes = (node.attributes.get("class") or "").lower().split()
        identity = (node.attributes.get("id") or "").lower()
        if not sheet.classes.isdisjoint(classes) or identity in sheet.ids:
            style = (node.attributes.get("style") or "").lower()
            if "display" not in style:
                yield node


def declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style in lower case; the last one of a name counts."""
    found = DECLARATION.findall(style[:MAX_STYLE].replace("!important", ""))
    return {name: value.strip() for name, value in found}


def is_white(style: str) -> bool:
    """Tell whether the words are white, which nobody sees on the white ground of a mail without colours."""
    return declarations(style).get("color", "").replace(" ", "") in WHITE


def is_hidden(node: LexborNode, style: str) -> bool:
    """Tell whether the node's own style hides its text from people."""
    found = declarations(style)
    if ZERO.fullmatch(found.get("font-size", "1")):  # layout tables set 0 outside and a size inside
        inner = node.css("[style]")[1:]
        if not any("font-size" in (n.attributes.get("style") or "") for n in inner):
            return True
    return hides_by(found)


def hides(style: str) -> bool:
    """Tell whether a rule of a style sheet hides what it applies to."""
    found = declarations(style)
    return hides_by(found) or ZERO.fullmatch(found.get("font-size", "1")) is not None


def hides_by(found: dict[str, str]) -> bool:
    """Tell whether declarations hide text by display, transparency, colour, size or place."""
    if any(found.get(name) == value for name, value in HIDING.items()):
        return True
    if ZERO.fullmatch(found.get("opacity", "1")):
        return True
    background = found.get("background-color") or found.get("background")
    if background is not None and found.get("color") == background:
        return True
    return is_squeezed(found) or is_elsewhere(found)


def is_squeezed(found: dict[str, str]) -> bool:
    """Tell whether a box without height or width cuts its content off."""
    if found.get("overflow") != "hidden":
        return False
    sizes = ("height", "max-height", "width", "max-width")
    return any(ZERO.fullmatch(found.get(name, "1")) for name in sizes)


def is_elsewhere(found: dict[str, str]) -> bool:
    """Tell whether the text is moved out of the window, or all of it is clipped."""
    if any(FAR_AWAY.fullmatch(found.get(name, "")) for name in PLACES):
        return True
    return NO_CLIP.fullmatch(found.get("clip", "")) is not None
