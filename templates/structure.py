"""Puts a letter together from its structure and the words of one language: the sources of subject, text and HTML.

A structure is lines. `p`, `h`, `-` and `s` name a sentence that becomes a paragraph, a heading, an item of a list and
the subject; `ul` and `key` open a list and a box, `/ul` and `/key` close them; `quote` names a field; `use` puts a
shared part in; `marker` and `fallback` are the line to reply above and the line in the reader's own language. A line
that begins with `{%` is a condition or a loop of Jinja. Sentences hold `{field}`, and `**` around what is stressed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from privacy.errors import Permanent
from templates.declarations import Declaration, frames, parts

PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")
PAGE = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
SENTENCE_TAGS = frozenset({"p", "h", "-", "s"})
_BARE = {
    "ul": ("\n", "<ul>\n"),
    "/ul": ("\n", "</ul>\n"),
    "key": ("\n", '<div class="key">\n'),
    "/key": ("\n", "</div>\n"),
    "marker": ("{{ reply_marker }}\n", '<p class="marker">{{ reply_marker }}</p>\n'),
    "fallback": (
        "{% if fallback_line %}\n\n{{ fallback_line }}\n{% endif %}\n",
        '{% if fallback_line %}\n<p lang="{{ fallback_language }}">{{ fallback_line }}</p>\n{% endif %}\n',
    ),
}


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The Jinja sources of one letter in one language."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a structure: what it is, and the sentence, field or condition that it names."""

    tag: str
    name: str


def lines_of(structure: str) -> Iterator[Line]:
    """Yield the lines of a structure, shared parts put in their place. Raises Permanent for a part that is not there."""
    for raw in structure.splitlines():
        line = raw.strip()
        if line.startswith("{%"):
            yield Line(tag="%", name=line)
        elif line:
            tag, _, name = line.partition(" ")
            if tag == "use":
                yield from lines_of(_part(name))
            else:
                yield Line(tag=tag, name=name)


def structure_of(letter: Declaration) -> list[Line]:
    """Return the body of the letter within its frame."""
    frame = frames()[letter.frame]
    return [*lines_of(frame.opening), *lines_of(letter.body), *lines_of(frame.closing)]


def sources_of(
    letter: Declaration,
    sentences: Mapping[str, str],
    *,
    links: AbstractSet[str],
    marker: str,
    language: str,
) -> Sources:
    """Return the sources; `links` are the fields that are web addresses. Raises Permanent for a missing sentence."""
    body = structure_of(letter)
    subject = "".join(_lines(lines_of(letter.subject), sentences, _subject_line)).strip()
    text = "".join(_lines(body, sentences, _text_line))
    page = "".join(_lines(body, sentences, lambda tag, words: _html_line(tag, words, links)))
    fixed = {"{{ reply_marker }}": marker, "{{ language }}": language}
    reference = "" if letter.no_reference else " [{{ reference }}]"
    return Sources(
        subject=subject + reference,
        text=_filled(text, fixed),
        html=_filled(PAGE.replace("<!-- letter -->\n", page), fixed),
    )


def _lines(
    lines: Iterator[Line] | list[Line],
    sentences: Mapping[str, str],
    form: Callable[[str, str], str],
) -> Iterator[str]:
    for line in lines:
        if line.tag == "%":
            yield f"{line.name}\n"
        elif line.tag in SENTENCE_TAGS:
            yield form(line.tag, _sentence(sentences, line.name))
        else:
            yield form(line.tag, line.name)


def _sentence(sentences: Mapping[str, str], name: str) -> str:
    if name not in sentences:
        raise Permanent(f"the sentence {name!r} is missing")
    return sentences[name].strip()


def _subject_line(_tag: str, words: str) -> str:
    return _jinja(words)


def _text_line(tag: str, words: str) -> str:
    if tag in _BARE:
        return _BARE[tag][0]
    if tag == "quote":
        return f"\n{{% for line in {words} %}}\n> {{{{ line }}}}\n{{% endfor %}}\n"
    said = _jinja(words.replace("**", ""))
    return "- " + said.replace("\n", "\n  ") + "\n" if tag == "-" else f"\n{said}\n"


def _html_line(tag: str, words: str, links: AbstractSet[str]) -> str:
    if tag in _BARE:
        return _BARE[tag][1]
    if tag == "quote":
        return f"<blockquote>\n{{% for line in {words} %}}\n{{{{ line }}}}<br>\n{{% endfor %}}\n</blockquote>\n"
    element = {"h": "h2", "-": "li"}.get(tag, "p")
    said = _stressed(html.escape(words, quote=False)).replace("\n", "<br>\n")
    said = PLACEHOLDER.sub(lambda found: _html_value(found[1], links), said)
    return f"<{element}>{said}</{element}>\n"


def _html_value(name: str, links: AbstractSet[str]) -> str:
    value = _value(name)
    return f'<a href="{value}">{value}</a>' if name in links else value


def _stressed(words: str) -> str:
    pieces = words.split("**")
    return "".join(
        piece if number % 2 == 0 else f"<strong>{piece}</strong>"
        for number, piece in enumerate(pieces)
    )


def _jinja(words: str) -> str:
    return PLACEHOLDER.sub(lambda found: _value(found[1]), words)


def _value(name: str) -> str:
    """An inner value is taken by its key: by its attribute it would be looked for in the wrong place first."""
    outer, _, inner = name.partition(".")
    return f"{{{{ {outer}['{inner}'] }}}}" if inner else f"{{{{ {outer} }}}}"


def _filled(source: str, fixed: Mapping[str, str]) -> str:
    for name, value in fixed.items():
        source = source.replace(name, value)
    return source


def _part(name: str) -> str:
    if name not in parts():
        raise Permanent(f"there is no shared part {name!r}")
    return parts()[name]
