"""HTML to text: what a person would see, in reading order; what was hidden from people is removed and counted.

The HTML is parsed and written again by lexbor, so the layout step works on well-formed markup only and is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from intake.defects import Defect
from intake.hidden import Sheet, conditional_characters, might_hide, read_sheets, remove_hidden
from intake.marked_spans import MarkedSpan
from intake.markup_quotes import (
    BORDERS,
    CLOSING,
    OPENING,
    mark_containers,
    might_quote,
    take_borders,
)

if TYPE_CHECKING:
    pass

MAX_HTML = 2_000_000  # characters; the rest is cut and said
MAX_DEPTH = 1_000  # open elements; deeper trees cost quadratic time
FEW_TAGS = 4_000  # with fewer tags no tree can be too deep
NEVER_TEXT = ["script", "style", "title", "template", "noscript", "svg", "object", "iframe", "head"]
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
# Text and the tag after it, in well-formed markup only: attribute values may hold '>'.
TOKEN = re.compile(r'([^<]*)<(/?[a-zA-Z0-9:!?-]*)[^>"]*(?:"[^"]*"[^>"]*)*>')
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
LAYOUT = {
    **{f"{slash}{block}": "\n" for slash in ("", "/") for block in BLOCKS},
    "br": "\n",
    "li": "\n- ",
    "/td": " ",
    "/th": " ",
}
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
PRE = re.compile(r"(<pre(?=[\s>])[^>]*>)(.*?)(</pre>)", re.DOTALL)
KEPT_BREAK = "\ue0f2"  # a line break inside <pre>
MARKS = re.compile(f"[{OPENING}{CLOSING}{KEPT_BREAK}]")
# Runs that hide words or push them out of a preview; single joiners belong to Hindi, Persian and emoji.
ZERO_WIDTH_RUN = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u034f\u00ad]{3,}")


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
    html = MARKS.sub("", html)
    if is_too_deep(html):
        return HtmlText(strip_tags(html), defects=(*defects, Defect.HTML_TOO_DEEP))
    clean, hidden = clean_markup(html)
    text, marked = take_borders(lay_out(clean))
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


def clean_markup(html: str) -> tuple[str, int]:
    """Return well-formed markup without hidden nodes, containers of quoted mail marked, and how much was hidden."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    is_suspect = might_hide(html)
    sheet = read_sheets(tree) if is_suspect else Sheet()
    tree.strip_tags(NEVER_TEXT)
    hidden = remove_hidden(tree, sheet) + conditional_characters(html) if is_suspect else 0
    if might_quote(html):
        mark_containers(tree)
    return (tree.body.html or "" if tree.body else ""), hidden


def lay_out(markup: str) -> str:
    """Return well-formed markup as lines of text: blocks become lines, items get a dash, cells a blank."""
    if "<!--" in markup:
        markup = COMMENT.sub("", markup)
    if "<pre" in markup:
        markup = PRE.sub(lambda m: m[1] + m[2].replace("\n", KEPT_BREAK) + m[3], markup)
    markup = " ".join(markup.split())
    layout = LAYOUT.get
    text = "".join([text + layout(tag, "") for text, tag in TOKEN.findall(markup)])
    text = unescape(text).replace("\xa0", " ").replace(KEPT_BREAK, "\n")
    text = BORDERS.sub(lambda mark: f"\n{mark[0]}" if mark[0] in OPENING else f"{mark[0]}\n", text)
    return squeeze(text)


def squeeze(text: str) -> str:
    """Return the text with trimmed lines and at most one empty line in a row."""
    text = "\n".join([line.strip() for line in text.split("\n")])
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip()


def remove_zero_width(text: str, marked: tuple[MarkedSpan, ...]) -> tuple[str, int]:
    """Return the text without runs of invisible characters, and their number; offsets of spans stay true."""
    if text.isascii():
        return text, 0
    runs = ZERO_WIDTH_RUN.findall(text)
    if not runs:
        return text, 0
    fill = " " if marked else ""  # a span keeps its offsets
    return ZERO_WIDTH_RUN.sub(lambda m: fill * len(m[0]), text), sum(map(len, runs))
