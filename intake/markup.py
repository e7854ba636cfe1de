"""HTML to text: what a person would see, in reading order; what was hidden from people is removed and counted.

The HTML is parsed and written again by lexbor, so the layout step works on well-formed markup only and is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from intake.defects import Defect
from intake.hidden import conditional_characters, might_hide_by, read_sheets, remove_hidden
from intake.marked_spans import MarkedSpan
from intake.markup_lines import BLOCK, PARAGRAPH, break_lines, tighten
from intake.markup_quotes import (
    BORDERS,
    CLOSING,
    OPENING,
    holds_borders,
    mark_containers,
    might_quote,
    take_borders,
)
from intake.markup_tags import Tags

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

MAX_HTML = 2_000_000  # characters; the rest is cut and said
MAX_DEPTH = 1_000  # open elements; deeper trees cost quadratic time
FEW_TAGS = 4_000  # with fewer tags no tree can be too deep
NEVER_TEXT = ["script", "style", "title", "template", "noscript", "noembed", "noframes", "svg", "object", "iframe", "head"]  # fmt: skip
TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)")
# Elements that hold nothing or close by themselves.
SHALLOW = frozenset(
    [
        "br",
        "img",
        "hr",
        "input",
        "meta",
        "link",
        "p",
        "li",
        "td",
        "tr",
        "th",
        "option",
        "dd",
        "dt",
        "col",
        "wbr",
        "area",
        "base",
    ]
)
# The elements whose content lexbor does not escape, beyond those that are no text.
SHOWN_AS_TYPED = ["xmp", "plaintext"]
NOT_LAID_OUT = frozenset((*NEVER_TEXT, *SHOWN_AS_TYPED))
TAG = re.compile(r"<(/?[a-zA-Z0-9:!?-]*)([^>]*)>")
BLOCKS = [
    "p",
    "div",
    "tr",
    "table",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "form",
    "hr",
    "center",
    "body",
]
# Blocks that leave a blank line above and below them, unless a style says otherwise.
SPACED = ["p", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "pre"]
LAYOUT = {
    **{f"{slash}{block}": BLOCK for slash in ("", "/") for block in [*BLOCKS, "li"]},
    **{f"{slash}{block}": PARAGRAPH for slash in ("", "/") for block in SPACED},
    "br": "\n",
    "li": f"{BLOCK}- ",
    "/td": " ",
    "/th": " ",
}
PRE = re.compile(r"(<pre(?=[\s>])[^>]*>)(.*?)(</pre>)", re.DOTALL)
EMPTY_LINES = re.compile(r"\n\n\n+")
KEPT_BREAK = "\ue0f2"  # a line break inside <pre>
MARKS = OPENING + CLOSING + KEPT_BREAK + BLOCK + PARAGRAPH
# Runs that hide words or push them out of a preview; single joiners belong to Hindi, Persian and emoji.
ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\u034f\u00ad"
ZERO_WIDTH_RUN = re.compile(f"[{ZERO_WIDTH}]{{3,}}")


@dataclass(frozen=True, slots=True)
class HtmlText:
    """Text of an HTML part, the spans that its markup names, hidden characters removed, defects."""

    text: str
    marked: tuple[MarkedSpan, ...] = ()
    hidden_characters: int = 0
    defects: tuple[Defect, ...] = ()


def html_to_text(html: str) -> HtmlText:
    """Return the readable text of an HTML part. Linear in the size; never raises on any text."""
    defects: list[Defect] = []
    if len(html) > MAX_HTML:
        html = html[:MAX_HTML]
        defects.append(Defect.HTML_TOO_LONG)
    for mark in MARKS:
        html = html.replace(mark, "")
    if is_too_deep(html):
        return HtmlText(strip_tags(html), defects=(*defects, Defect.HTML_TOO_DEEP))
    pieces, tight, hidden = clean_markup(html)
    text, marked = take_borders(lay_out(pieces, tight))
    text, zero_width = remove_zero_width(text, marked)
    hidden += zero_width
    if hidden:
        defects.append(Defect.HIDDEN_TEXT)
    return HtmlText(text, marked, hidden, tuple(defects))


def is_too_deep(html: str) -> bool:
    """Tell whether more elements are open at once than any mail program writes."""
    if html.count("<") < FEW_TAGS:
        return False
    depth = 0
    for closes, name in TAG_NAME.findall(html):
        if name.lower() in SHALLOW:
            continue
        depth = max(0, depth - 1) if closes else depth + 1
        if depth > MAX_DEPTH:
            return True
    return False


def strip_tags(html: str) -> str:
    """Return the text between the tags of markup that is not worth parsing."""
    pieces = [chunk.partition(">")[2] for chunk in ("" + html).split("<")]
    return "\n".join(line for line in (unescape(piece).strip() for piece in pieces) if line)


def clean_markup(html: str) -> tuple[list[str], frozenset[str], int]:
    """Return the pieces of the body without hidden nodes, containers of quoted mail marked; what paragraphs have no
    margins; and how much was hidden.

    Most mail neither hides nor quotes anything. Its tags say so, and no node of it is looked at.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    sheet = read_sheets(tree)
    pieces = cut_body(tree)
    if not NOT_LAID_OUT.isdisjoint(pieces[1::3]):
        drop_unseen(tree)
        pieces = cut_body(tree)
    tags = tags_of(tree, pieces)
    is_suspect, is_quoting = might_hide_by(tags, sheet), might_quote(tags)
    hidden = conditional_characters(html)
    if is_suspect or is_quoting:
        drop_unseen(tree)
        hidden += remove_hidden(tree, sheet) if is_suspect else 0
        if is_quoting:
            mark_containers(tree)
        pieces = cut_body(tree)
    if "pre" in tags.names:
        pieces = cut_body(tree, keeps_breaks=True)
    return pieces, sheet.tight, hidden


def drop_unseen(tree: LexborHTMLParser) -> None:
    """Remove what is no text, and turn what is shown as it was typed into text: its `<` would be taken for tags."""
    tree.strip_tags(NEVER_TEXT)
    for node in tree.css(", ".join(SHOWN_AS_TYPED)):
        node.insert_before(node.text(deep=True) or "")
        node.decompose()


def cut_body(tree: LexborHTMLParser, *, keeps_breaks: bool = False) -> list[str]:
    """Return the body as text, name of a tag, its attributes, text, and so on; runs of blanks are one blank.

    lexbor writes it well-formed: outside of comments there is no `<` and no `>` but those of tags.
    """
    markup = (tree.body.html or "") if tree.body else ""
    if "<!--" in markup:
        markup = without_comments(markup)
    if keeps_breaks:
        markup = PRE.sub(lambda m: m[1] + m[2].replace("\n", KEPT_BREAK) + m[3], markup)
    return TAG.split(" ".join(markup.split()))


def without_comments(markup: str) -> str:
    """Return markup without its comments; linear, closed or not."""
    kept, at = [], 0
    while (start := markup.find("<!--", at)) >= 0:
        kept.append(markup[at:start])
        at = markup.find("-->", start + 4) + 3
        if at < start:
            return "".join(kept)
    return "".join((*kept, markup[at:]))


def tags_of(tree: LexborHTMLParser, pieces: list[str]) -> Tags:
    """Return the different tags of a body with its root's."""
    attributes = (
        {f' {name}="{value}"' for name, value in tree.root.attributes.items()}
        if tree.root
        else set()
    )
    return Tags(frozenset(pieces[1::3]), "".join(attributes.union(pieces[2::3])).lower())


def lay_out(pieces: list[str], tight: frozenset[str] = frozenset()) -> str:
    """Return well-formed markup as lines of text, as a browser shows them; items get a dash, cells a blank.

    `tight` are the paragraphs that the style sheets leave no margins.
    """
    layout = LAYOUT.get
    laid = [""] * len(pieces)
    laid[0::3] = pieces[0::3]
    laid[1::3] = [layout(name, "") for name in tighten(pieces[1::3], pieces[2::3], tight)]
    text = unescape("".join(laid))
    marks = ""
    if holds_borders(text):
        text, marks = BORDERS.sub(line_of_its_own, text), OPENING + CLOSING
    text = break_lines(text, marks)
    return squeeze(text.replace("\xa0", " ").replace(KEPT_BREAK, "\n"))


def line_of_its_own(mark: re.Match[str]) -> str:
    """Return the mark of a border with the line break that it makes."""
    return f"{BLOCK}{mark[0]}" if mark[0] in OPENING else f"{mark[0]}{BLOCK}"


def squeeze(text: str) -> str:
    """Return the text with trimmed lines and at most one empty line in a row."""
    text = "\n".join([line.strip() for line in text.split("\n")])
    return EMPTY_LINES.sub("\n\n", text).strip()


def remove_zero_width(text: str, marked: tuple[MarkedSpan, ...]) -> tuple[str, int]:
    """Return the text without runs of invisible characters, and their number; offsets of spans stay true."""
    if text.isascii() or not any(char in text for char in ZERO_WIDTH):
        return text, 0
    runs = ZERO_WIDTH_RUN.findall(text)
    if not runs:
        return text, 0
    fill = " " if marked else ""  # a span keeps its offsets
    return ZERO_WIDTH_RUN.sub(lambda m: fill * len(m[0]), text), sum(map(len, runs))
