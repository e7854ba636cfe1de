"""Finds what the markup of a mail hides from people, in every way that is in use; the words for machines only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from intake.markup_lines import is_tight
from intake.markup_tags import Tags

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

HIDDEN_BY_ATTRIBUTE = "[hidden], [aria-hidden=true]"
# Most mail holds none of these: then nothing is hidden in it.
# Parts of words, chosen so that looking for them is quick: o-hide for mso-hide, ackgr for background.
MIGHT_HIDE = (
    *(b"hidden", b"o-hide", b"display", b"opacity", b"font-size:0", b"font-size: 0", b"ackgr", b"-9", b"clip"),
    *(b"text-indent", b"height:0", b"height: 0", b"[if ", b"#fff", b"r:white", b"r: white", b"r=white"),
    *(b'r="white', b"r='white", b"rgb(255"),
)  # fmt: skip
# The same for what the tags of well-formed markup say: nothing hides without one of these.
STYLES = re.compile(r' style="([^"]*)')
STYLES_THAT_HIDE = ("display", "hidden", "o-hide", "opacity", "ackgr", "clip", "#fff", "white", "rgb(255", "&")  # fmt: skip
NUMBERS_THAT_HIDE = re.compile(r"(?:font-size\s*:\s*[0.]|:\s*-\d{3})")
DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]{1,80})")
HIDING = {"display": "none", "visibility": "hidden", "mso-hide": "all"}
ZERO = re.compile(r"(?:0+(?:\.0*)?|\.0+)(?:px|pt|em|rem|%)?")
FAR_AWAY = re.compile(r"-\d{3,6}(?:\.\d+)?(?:px|pt|em|rem|%)?")
NO_CLIP = re.compile(r"rect\(\s*0[a-z]*[\s,]+0[a-z]*[\s,]+0[a-z]*[\s,]+0[a-z]*\s*\)")
WHITE = frozenset(("#fff", "#ffffff", "white", "rgb(255,255,255)"))
PLACES = ("left", "top", "right", "margin-left", "margin-top", "text-indent")
MAX_STYLE = 2_000  # characters of one attribute
# Style sheets: simple rules only; a rule inside @media says how another screen shows the mail.
MAX_SHEET = 200_000
MAX_RULES = 2_000
MAX_KEPT_SHEET = 20_000  # characters; a client's mails share their sheet, so it is remembered
SIMPLE = re.compile(r"[a-z0-9]*([.#])([a-z0-9_-]{1,100})")
AT_RULE = re.compile(r"@[a-z-]+[^{};@]*\{")
# Conditional comments that only Outlook opens (downlevel-hidden): nobody else sees their words.
CONDITIONAL_OPEN, CONDITIONAL_CLOSE = (
    re.compile(r"<!--\[if[^\]]{0,100}\]>(?!<!|-->)"),
    "<![endif]-->",
)
TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Names of classes and ids that the style sheets of a mail hide, and the paragraphs that they leave no margins."""

    classes: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    tight: frozenset[str] = frozenset()


def might_hide(html: str) -> bool:
    """Tell whether any way of hiding text occurs at all."""
    lowered = html.encode("utf-8", "replace").lower()
    return any(part in lowered for part in MIGHT_HIDE)


def might_hide_by(tags: Tags, sheet: Sheet) -> bool:
    """Tell whether anything can be hidden, by the tags of a mail and its style sheets."""
    if (
        sheet.classes
        or sheet.ids
        or " hidden=" in tags.attributes
        or " aria-hidden=" in tags.attributes
    ):
        return True
    if "font" in tags.names and any(white in tags.attributes for white in WHITE):
        return True
    styles = "\n".join(set(STYLES.findall(tags.attributes)))
    return (
        any(part in styles for part in STYLES_THAT_HIDE)
        or NUMBERS_THAT_HIDE.search(styles) is not None
    )


def conditional_characters(html: str) -> int:
    """Return how many characters of text stand in comments that only Outlook opens."""
    if "<!--[if" not in html:
        return 0
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
    text = " ".join(node.text() or "" for node in tree.css("style"))[:MAX_SHEET].lower()
    return read_known_sheet(text) if len(text) <= MAX_KEPT_SHEET else read_sheet(text)


@lru_cache(maxsize=64)
def read_known_sheet(text: str) -> Sheet:
    return read_sheet(text)


def read_sheet(text: str) -> Sheet:
    """Return what a style sheet in lower case hides, and which paragraphs it leaves no margins."""
    names: dict[str, set[str]] = {".": set(), "#": set()}
    tight: set[str] = set()
    for selectors, style in rules_of(without_at_rules(text))[:MAX_RULES]:
        if hides(style[:MAX_STYLE]):
            for selector in selectors.split(","):
                found = SIMPLE.fullmatch(selector.strip())
                if found is not None:
                    names[found[1]].add(found[2])
        if "margin" in style and is_tight(style[:MAX_STYLE]):
            tight.update(paragraphs_in(selectors[-MAX_STYLE:]))
    return Sheet(frozenset(names["."]), frozenset(names["#"]), frozenset(tight))


def paragraphs_in(selectors: str) -> Iterator[str]:
    """Yield `p`, and the classes of paragraphs, of the selectors in front of a rule."""
    for selector in selectors.split(","):
        name, _, class_name = (selector.split() or [""])[-1].partition(".")
        if name in ("", "p") and (name or class_name):
            yield class_name or name


def rules_of(text: str) -> list[tuple[str, str]]:
    """Return selectors and declarations of the rules of a style sheet; linear, whatever its braces are."""
    halves = [block.rpartition("{") for block in text.split("}")[:-1]]
    return [(before.rpartition("{")[2], style) for before, brace, style in halves if brace]


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
        for gone in [*node.iter(include_text=True)] if node.tag == "html" else [node]:
            gone.decompose()
    return count


def visible_length(text: str) -> int:
    return len("".join(text.split()))


def hidden_by_style(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """Yield the nodes that their own style hides."""
    nodes = tree.css("[style]")
    styles = [(node.attributes.get("style") or "").lower()[:MAX_STYLE] for node in nodes]
    has_ground = any(tree.css_matches(ground) for ground in ("[bgcolor]", "[background]"))
    has_ground = has_ground or any("background" in style for style in styles)
    hold_sizes = parents_of_sizes(nodes, styles)
    for node, style in zip(nodes, styles, strict=True):
        if (
            hides_by(style)
            or (has_no_size(style) and node.mem_id not in hold_sizes)
            or (not has_ground and is_white(style))
        ):
            yield node
    if not has_ground:
        yield from (n for n in tree.css("font[color]") if n.attributes.get("color") in WHITE)


def parents_of_sizes(nodes: list[LexborNode], styles: list[str]) -> set[int]:
    """Return the identities of the nodes inside which a size is set: layout tables set 0 outside and a size inside.

    Each parent is climbed over once, so that neither depth nor number of the nodes makes it more than linear.
    """
    found: set[int] = set()
    if not any(map(has_no_size, styles)):
        return found
    for node, style in zip(nodes, styles, strict=True):
        parent = node.parent if "font-size" in style else None
        while parent is not None and parent.mem_id not in found:
            found.add(parent.mem_id)
            parent = parent.parent
    return found


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


@lru_cache(maxsize=1_024)
def is_white(style: str) -> bool:
    """Tell whether the words are white, which nobody sees on the white ground of a mail without colours."""
    return declarations(style).get("color", "").replace(" ", "") in WHITE


@lru_cache(maxsize=1_024)
def has_no_size(style: str) -> bool:
    """Tell whether a style sets letters of no size."""
    return "font-size" in style and is_zero(declarations(style).get("font-size"))


def hides(style: str) -> bool:
    """Tell whether a rule of a style sheet hides what it applies to."""
    return hides_by(style) or has_no_size(style)


@lru_cache(maxsize=1_024)
def hides_by(style: str) -> bool:
    """Tell whether a style hides text by display, transparency, colour, size of its box or place."""
    found = declarations(style)
    if any(found.get(name) == value for name, value in HIDING.items()):
        return True
    if is_zero(found.get("opacity")):
        return True
    background = found.get("background-color") or found.get("background")
    if background is not None and found.get("color") == background:
        return True
    return is_squeezed(found) or is_elsewhere(found)


def is_zero(value: str | None) -> bool:
    """Tell whether a length or a number is nothing."""
    return value is not None and ZERO.fullmatch(value) is not None


def is_squeezed(found: dict[str, str]) -> bool:
    """Tell whether a box without height or width cuts its content off."""
    if found.get("overflow") != "hidden":
        return False
    sizes = ("height", "max-height", "width", "max-width")
    return any(is_zero(found.get(name)) for name in sizes)


def is_elsewhere(found: dict[str, str]) -> bool:
    """Tell whether the text is moved out of the window, or all of it is clipped."""
    if any(FAR_AWAY.fullmatch(found.get(name, "")) for name in PLACES):
        return True
    return NO_CLIP.fullmatch(found.get("clip", "")) is not None
