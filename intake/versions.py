"""Plain text and HTML of one mail: tells whether they are the same words, or two mails in one."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

MAX_COMPARED = 20_000  # characters
# Up to this share of the longer version, and up to so many words, they still count as the same.
SHARE_MISSING, FEW_MISSING = 0.3, 2
MUCH_MARKUP = 10  # times as much source as plain text: looking at it costs as much as laying it out
TWICE, SPARE = 2, 200  # times as long and so many characters more

LINK = re.compile(r"(?:https?://|www\.|mailto:)[^\s<>]+")
LINK_SIGNS = ("://", "www.", "mailto:")
ASCII_WORD = re.compile("[a-z0-9]+")
# Scripts without blanks between words: each character is one.
WORD = re.compile(
    "[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]|[^\\W_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]+"
)
TAG = re.compile(r"<[^<>]*>")
TAG_IN_BYTES = re.compile(rb"<[^<>]*>")
BLANKS = " \n\r\t"
SOURCE = re.compile(
    r"\s*(?:<!doctype html|<html|<body|<div|<p|<table|<span|<font)\b[^<>]*>", re.IGNORECASE
)
FEWEST_TAGS = 4


def words_of(text: str) -> Counter[str]:
    """Return how often each word occurs; links are left out, mailers write them differently."""
    text = text[:MAX_COMPARED]
    if any(sign in text for sign in LINK_SIGNS):
        text = LINK.sub(" ", text)
    folded = text.casefold()
    return Counter((ASCII_WORD if folded.isascii() else WORD).findall(folded))


def differ(first: Counter[str], second: Counter[str]) -> bool:
    """Tell whether much of the longer version is missing in the shorter one."""
    longer, shorter = sorted((first, second), key=lambda words: words.total(), reverse=True)
    missing = (longer - shorter).total()
    return missing > max(FEW_MISSING, SHARE_MISSING * longer.total())


def is_far_longer(text: str, than: str) -> bool:
    """Tell whether a text is so much longer that its words cannot be the same ones."""
    return len(text) > TWICE * len(than) + SPARE


def looks_the_same(plain: str, html: str) -> bool:
    """Tell, at the price of one look, whether HTML surely says no more than plain text: then it is not laid out."""
    if len(html) > MUCH_MARKUP * (len(plain) + SPARE):
        return False
    source = html[: 5 * MAX_COMPARED].encode("utf-8", "replace")
    lowered = source.lower()  # of bytes: ten times as fast
    start = max(0, lowered.find(b"<body"))
    if len(html) > 5 * MAX_COMPARED or lowered.find(b"<style", start) >= 0 or b"<script" in lowered:
        return False
    text = TAG_IN_BYTES.sub(b" ", source[start:]).decode()
    letters = len(text) - sum(map(text.count, BLANKS))
    if letters > TWICE * len(plain) + SPARE:
        return False
    source_text = " ".join(text.split())
    if is_far_longer(source_text, plain):
        return False
    shown = unescape(source_text)
    return shown == " ".join(plain.split()) or not differ(words_of(plain), words_of(shown))


def is_html_source(text: str) -> bool:
    """Tell whether plain text is the source of a web page or of an HTML mail."""
    return (
        "</" in text
        and SOURCE.match(text) is not None
        and len(TAG.findall(text[:MAX_COMPARED])) >= FEWEST_TAGS
    )
