"""Writes a letter anew from words that a person changed: its HTML follows from the text, in the page of its template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from itertools import pairwise

from privacy.letter_review import visible_text
from privacy.messages import Letter
from templates.folding import COLUMNS, fold

_START, _END = "<main>", "</main>"
_TITLE = re.compile(r"<title>[^<]*</title>")
_HEADING = re.compile(r"<h2>(?P<said>[^<]*(?:<(?!/h2)[^<]*)*)</h2>")
_MARKER = re.compile(r'<p class="marker">(?P<said>[^<]*)</p>')
_KEY = re.compile(r'<div class="key">(?P<said>[^<]*(?:<(?!/div)[^<]*)*)</div>')
_PARAGRAPH = re.compile(r"<p>(?P<said>[^<]*(?:<(?!/p>)[^<]*)*)</p>")
_LINK = re.compile(r"https://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_ITEM, _QUOTE = "- ", ">"


@dataclass(frozen=True, kw_only=True)
class _Marks:
    """What the template's page sets apart, by its words: headings, the line to reply above, and what matters most."""

    kinds: Mapping[str, str] = field(repr=False)

    def of(self, said: str) -> str:
        """Return `h2`, `marker`, `key` or `p`."""
        return self.kinds.get(_words(said), "p")


def rewritten(letter: Letter, subject: str, text: str) -> Letter:
    """Return the letter with this subject and text; long lines are folded as in every letter."""
    text = fold(text)
    head, _, rest = letter.html.partition(_START)
    body, _, foot = rest.rpartition(_END)
    head = _TITLE.sub(lambda _: f"<title>{escape(subject, quote=False)}</title>", head)
    page = f"{head}{_START}\n{_body(text, _marks_in(body))}{_END}{foot}"
    return replace(letter, subject=subject, text=text, html=page)


def _marks_in(body: str) -> _Marks:
    kinds = {_words(visible_text(one["said"])): "h2" for one in _HEADING.finditer(body)}
    kinds |= {_words(visible_text(one["said"])): "marker" for one in _MARKER.finditer(body)}
    for key in _KEY.finditer(body):
        for one in _PARAGRAPH.finditer(key["said"]):
            kinds[_words(visible_text(one["said"]))] = "key"
    return _Marks(kinds=kinds)


def _words(said: str) -> str:
    return " ".join(said.replace("\u00a0", " ").split())


def _body(text: str, marks: _Marks) -> str:
    blocks = [block for block in text.split("\n\n") if block.strip()]
    return "".join(piece for block in blocks for piece in _pieces(block.strip("\n"), marks))


def _pieces(block: str, marks: _Marks) -> Iterator[str]:
    """A block is one paragraph, but for its lines that are items of a list or quoted."""
    for kind, lines in _runs(block.split("\n")):
        if kind == _ITEM:
            yield f"<ul>\n{''.join(_items(lines))}</ul>\n"
        elif kind == _QUOTE:
            quoted = "<br>\n".join(_said(line.removeprefix(_QUOTE).strip()) for line in lines)
            yield f"<blockquote>\n{quoted}\n</blockquote>\n"
        else:
            yield _paragraph(lines, marks)


def _runs(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    kind, run = "", list[str]()
    for line in lines:
        found = _kind(line, kind)
        if run and found != kind:
            yield kind, run
            run = []
        kind = found
        run.append(line)
    if run:
        yield kind, run


def _kind(line: str, before: str) -> str:
    if line.startswith(_QUOTE):
        return _QUOTE
    hangs = before == _ITEM and line.startswith("  ")
    return _ITEM if hangs or (line.startswith(_ITEM) and line.strip() != "--") else ""


def _items(lines: list[str]) -> Iterator[str]:
    items: list[list[str]] = []
    for line in lines:
        if line.startswith(_ITEM):
            items.append([line.removeprefix(_ITEM)])
        else:
            items[-1].append(line.strip())
    for item in items:
        yield f"<li>{_said(' '.join(item))}</li>\n"


def _paragraph(lines: list[str], marks: _Marks) -> str:
    said = _joined(lines)
    kind = marks.of(" ".join(lines))
    if kind == "h2":
        return f"<h2>{said}</h2>\n"
    if kind == "marker":
        return f'<p class="marker">{said}</p>\n'
    if kind == "key":
        return f'<div class="key">\n<p>{said}</p>\n</div>\n'
    return f"<p>{said}</p>\n"


def _joined(lines: list[str]) -> str:
    """A line that ends early ends there on purpose; every other one was folded."""
    said = _said(lines[0])
    for before, line in pairwise(lines):
        first, _, _ = line.partition(" ")
        folded = len(before) + 1 + len(first) > COLUMNS
        said += ("\n" if folded else "<br>\n") + _said(line)
    return said


def _said(words: str) -> str:
    said, last = "", 0
    for link in _LINK.finditer(words):
        address = escape(link.group())
        said += (
            f'{escape(words[last : link.start()], quote=False)}<a href="{address}">{address}</a>'
        )
        last = link.end()
    return said + escape(words[last:], quote=False)
