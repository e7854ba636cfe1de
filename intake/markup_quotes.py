"""Names the containers in which mail programs put the mail that is answered and the signature; marks become spans of the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from intake.marked_spans import INDENT, QUOTE, SIGNATURE, MarkedSpan
from intake.markup_tags import Tags

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

# Stand for borders of containers while the markup becomes text; they occur in no mail's own text.
QUOTE_OPENS, QUOTE_CLOSES = "\ue0f0", "\ue0f1"
REST_OPENS = "\ue0f3"  # all that follows in the part is quoted
SIGNATURE_OPENS, SIGNATURE_CLOSES = "\ue0f4", "\ue0f5"
INDENT_OPENS, INDENT_CLOSES = "\ue0f6", "\ue0f7"
OPENING = QUOTE_OPENS + REST_OPENS + SIGNATURE_OPENS + INDENT_OPENS
CLOSING = QUOTE_CLOSES + SIGNATURE_CLOSES + INDENT_CLOSES
BORDERS = re.compile(f"[{OPENING}{CLOSING}]")
KINDS = {QUOTE_OPENS: QUOTE, SIGNATURE_OPENS: SIGNATURE, INDENT_OPENS: INDENT}
KINDS |= {QUOTE_CLOSES: QUOTE, SIGNATURE_CLOSES: SIGNATURE, INDENT_CLOSES: INDENT}

# Gmail, Apple Mail, Thunderbird, Proton, Yahoo, Zimbra, Zoho, Outlook for telephones, Front, Spark, Tuta, GMX, Missive,
# Superhuman, Freshdesk, HubSpot, eM Client.
QUOTED = (
    "blockquote[type=cite], blockquote.gmail_quote, .protonmail_quote, div.yahoo_quoted, div.yahoo-quoted,"
    " .zmail_quote, .zmail_extra, div.ms-outlook-mobile-reference-message, div.moz-forward-container,"
    " blockquote.front-blockquote, .front-blockquote, blockquote.spark_quote, .tutanota_quote, div[name=quote],"
    " .missive_quote, .sh-quoted-content, .freshdesk_quote, .hs_reply, blockquote.cite, blockquote.cite2,"
    " .mailbird-quote, blockquote.clean_bq, .airmail_quote, .quoted-mail, blockquote[cite], .nylas-quote,"
    " .moz-cite-prefix, #reply-intro, .moz-email-headers-table"
)
# The container of Gmail's introduction also heads a forwarded mail, whose text stands beside it.
INTRODUCTION = "div.gmail_attr"
# From here on everything is the mail that is answered: Outlook on the web, for telephones, for the Mac, Zimbra, Samsung.
REST = (
    "#divRplyFwdMsg, #x_divRplyFwdMsg, #OLK_SRC_BODY_SECTION, #mail-editor-reference-message-container,"
    " hr#zwchr, #ms-outlook-mobile-body-separator-line, [data-marker=__QUOTED_TEXT__],"
    " div[name=messageReplySection], #replySplit, #isReplyContent, #isForwardContent"
)
SIGNATURES = (
    ".gmail_signature, .moz-signature, #Signature, #signature, #ms-outlook-mobile-signature,"
    " #AppleMailSignature, .AppleMailSignature, .protonmail_signature_block, #composer_signature,"
    " .yahoo-signature, .yahoo_signature, div[name=messageSignatureSection], [data-marker=__SIG_POST__],"
    " [data-marker=__SIG_PRE__], #ymail_android_signature, .tutanota_signature, .gmail_signature_prefix, [data-sigid]"
)
BORDERED = "div[style*=border-left], blockquote[style*=border-left], div[style*=border-top]"
# What occurs in the values of attributes wherever one of the containers above is.
NAMES = re.compile(r' (?:class|id|name|data-marker|data-sigid)="([^"]*)')
HINTS = (
    "quote",
    "cite",
    "reference-message",
    "forward",
    "gmail_attr",
    "rply",
    "olk_src",
    "zwchr",
    "signature",
    "_sig_",
    "reply",
    "mobile-body",
    "zmail",
    "moz-email",
)
BORDER = re.compile(r"border-(left|top)\s*:\s*([^;]{1,60})")
NO_BORDER = re.compile(r"(?:^|\s)(?:none|0|0px|0pt|hidden|transparent)(?:\s|$)")
LONGEST_HEADING, FEWEST_FIELDS = (
    2_000,
    3,
)  # characters and colons of the fields below Outlook's line


def might_quote(tags: Tags) -> bool:
    """Tell whether any container of quoted mail can occur, by the tags of a mail."""
    said = tags.attributes
    if "blockquote" in tags.names or "border-left" in said or "border-top" in said:
        return True
    names = " ".join(set(NAMES.findall(said)))
    return any(hint in names for hint in HINTS)


def mark_containers(tree: LexborHTMLParser) -> None:
    """Put border marks around quoted mail, signatures and indented blocks."""
    enclose(tree.css(QUOTED), QUOTE_OPENS, QUOTE_CLOSES)
    introductions = [node for node in tree.css(INTRODUCTION) if heads_quote(node)]
    enclose(introductions, QUOTE_OPENS, QUOTE_CLOSES)
    for node in tree.css(REST):
        node.insert_before(REST_OPENS)
    for node in tree.css(BORDERED):
        mark_bordered(node)
    enclose(tree.css(SIGNATURES), SIGNATURE_OPENS, SIGNATURE_CLOSES)
    enclose(tree.css("blockquote"), INDENT_OPENS, INDENT_CLOSES)


def enclose(nodes: list[LexborNode], opens: str, closes: str) -> None:
    for node in nodes:
        node.insert_before(opens)
        node.insert_after(closes)


def heads_quote(node: LexborNode) -> bool:
    """Tell whether a quoted block follows the introduction in its container."""
    following = node.next
    while following is not None and following.tag in ("-text", "br"):
        following = following.next
    return following is not None and following.tag == "blockquote"


def mark_bordered(node: LexborNode) -> None:
    """Mark a block with a line at its left, and everything below Outlook's line above the fields of a header."""
    style = (node.attributes.get("style") or "")[:2_000].lower()
    sides = {side for side, value in BORDER.findall(style) if NO_BORDER.search(value) is None}
    if "left" in sides:
        enclose([node], QUOTE_OPENS, QUOTE_CLOSES)
    elif "top" in sides and is_heading(node.text(deep=True) or ""):
        node.insert_before(REST_OPENS)


def is_heading(text: str) -> bool:
    """Tell whether the text below a line looks like From, Sent, To, Subject in any language."""
    fields = text.count(":") + text.count("：")
    has_address_or_year = "@" in text or re.search(r"\d{4}", text) is not None
    return len(text) <= LONGEST_HEADING and fields >= FEWEST_FIELDS and has_address_or_year


def holds_borders(text: str) -> bool:
    """Tell whether any border mark stands in a text."""
    return not text.isascii() and any(mark in text for mark in OPENING + CLOSING)


def take_borders(text: str) -> tuple[str, tuple[MarkedSpan, ...]]:
    """Return the text without border marks, and the spans that stood between them, outermost ones only."""
    if not holds_borders(text):
        return text, ()
    out: list[str] = []
    spans: list[MarkedSpan] = []
    depth: dict[str, int] = {}
    opened: dict[str, int] = {}
    size = at = 0
    rest: int | None = None
    for mark in BORDERS.finditer(text):
        out.append(text[at : mark.start()])
        size += mark.start() - at
        at = mark.end()
        if mark[0] == REST_OPENS:
            rest = size if rest is None else rest
            continue
        kind = KINDS[mark[0]]
        depth[kind] = depth.get(kind, 0) + (1 if mark[0] in OPENING else -1)
        if mark[0] in OPENING and depth[kind] == 1:
            opened[kind] = size
        elif mark[0] in CLOSING and depth[kind] == 0:
            spans.append(MarkedSpan(opened[kind], size, kind))
    clean = "".join((*out, text[at:]))
    if rest is not None:
        spans.append(MarkedSpan(rest, len(clean), QUOTE))
    return clean, tuple(spans)
