"""Our own corpus for folding: mail programs × languages × styles, each mail with the exact words that are new in it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from intake.folding import fold
from intake.markup import html_to_text

CASES = Path(__file__).with_name("intake") / "folding_cases"
NAME, ADDRESS = "Olivia Stone", "olivia@autocloz.example"
SIGNATURE = "-- \nAnne Berg\n+49 30 1234567"
# Containers of the quoted mail: {intro} introduces it, {fields} are header fields, {old} is its text.
CONTAINERS = {
    "gmail": '<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{intro}<br></div>'
    '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{old}</blockquote></div>',
    "apple": '<div><br><blockquote type="cite"><div>{intro}</div><br><div>{old}</div></blockquote></div>',
    "thunderbird": '<div class="moz-cite-prefix">{intro}<br></div><blockquote type="cite" cite="mid:1@a.example">{old}</blockquote>',
    "yahoo": '<div id="yahoo_quoted_1" class="yahoo_quoted"><div><div>{intro}</div>{old}</div></div>',
    "proton": '<div class="protonmail_quote">{intro}<br><blockquote type="cite">{old}</blockquote></div>',
    "outlook_web": '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
    '<div id="divRplyFwdMsg" dir="ltr">{fields}<div>&nbsp;</div></div><div>{old}</div>',
    "outlook_mobile": '<div id="mail-editor-reference-message-container"><div>{fields}</div><div>{old}</div></div>',
    "outlook_word": '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
    '<p class="MsoNormal">{fields}</p></div></div><p class="MsoNormal">{old}</p>',
    "gmx": '<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;">'
    "<div>{fields}</div><div>{old}</div></div>",
    "mail_ru": '<div>{intro}</div><blockquote style="border-left:1px solid #0857A6; margin:10px; padding:0 0 0 10px;">{old}</blockquote>',
    "yandex": "<div>{intro}</div><blockquote>{old}</blockquote>",
    "zimbra": '<hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">{fields}</div><div>{old}</div>',
    "roundcube": '<p id="reply-intro">{intro}</p><blockquote type="cite" style="padding: 0 0.4em">{old}</blockquote>',
}


@dataclass(frozen=True)
class Case:
    """A mail and what is new in it."""

    client: str
    language: str
    style: str
    text: str
    new: str
    is_html: bool = False
    writer: str = ""
    subject: str = ""

    @property
    def name(self) -> str:
        return f"{self.language}-{self.client}-{self.style}"


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))


def cases() -> Iterator[Case]:
    """Yield all cases: the crossed ones of every language, then the ones that were written by hand."""
    letters = read("letters")
    for language, introductions in read("attributions").items():
        for client, pattern in introductions.items():
            yield from introduced(language, client, fill(pattern), letters[language])
    for language, blocks in read("headers").items():
        for client, pattern in blocks.items():
            yield from headed(language, client, fill(pattern), letters[language])
    for language, letter in letters.items():
        yield from footed(language, letter)
        yield from contained(language, letter)
    for card in read("cards")["cards"]:
        yield from carded(card, fill(first_introduction(card["language"])))
    for case in [*read("whole")["mails"], *read("second")["mails"]]:
        yield Case(
            case["client"], case["language"], case["style"], case["text"], case["new"],
            case.get("html", False), case.get("writer", ""), case.get("subject", ""),
        )  # fmt: skip


def new_words(case: Case) -> str:
    """Return what folding says is new."""
    if case.is_html:
        found = html_to_text(case.text)
        return fold(found.text, found.marked, writer=case.writer, subject=case.subject).new_text
    return fold(case.text, writer=case.writer, subject=case.subject).new_text


def fill(pattern: str) -> str:
    return pattern.format(a=NAME, m=ADDRESS)


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def introduced(language: str, client: str, intro: str, letter: dict[str, str]) -> Iterator[Case]:
    """Yield the styles of a reply whose quoted mail is introduced by a line."""
    new, old, footer = letter["new"], letter["old"], letter["footer"]
    marked = f"{intro}\n\n{quoted(old)}"
    yield Case(client, language, "quoted", f"{new}\n\n{marked}\n", new)
    yield Case(client, language, "close", f"{new}\n{intro}\n{quoted(old)}\n", new)
    yield Case(client, language, "footer", f"{new}\n\n{footer}\n\n{marked}\n", new)
    yield Case(client, language, "signature", f"{new}\n\n{marked}\n\n{SIGNATURE}\n", new)
    yield Case(client, language, "bottom", f"{intro}\n{quoted(old)}\n\n{new}\n", new)
    yield Case(
        client,
        language,
        "nested",
        f"{new}\n\n{intro}\n> {old.split()[0]}\n>> older\n>>> oldest\n>\n> end\n",
        new,
    )
    if ADDRESS in intro and "----" not in intro and client != "horde":
        yield Case(client, language, "unmarked", f"{new}\n\n{intro}\n\n{old}\n", new)


def headed(language: str, client: str, fields: str, letter: dict[str, str]) -> Iterator[Case]:
    """Yield the styles of a reply above header fields."""
    new, old, footer = letter["new"], letter["old"], letter["footer"]
    yield Case(client, language, "fields", f"{new}\n\n{fields}\n\n{old}\n", new)
    yield Case(client, language, "footer", f"{new}\n\n{footer}\n\n{fields}\n\n{old}\n", new)
    yield Case(client, language, "signature", f"{new}\n\n{SIGNATURE}\n\n{fields}\n\n{old}\n", new)


def footed(language: str, letter: dict[str, str]) -> Iterator[Case]:
    """Yield letters with footers only."""
    new = letter["new"]
    yield Case("mobile", language, "alone", f"{new}\n\n{letter['footer']}\n", new)
    yield Case("plain", language, "alone", f"{new}\n", new)
    yield Case("plain", language, "signature", f"{new}\n\n{SIGNATURE}\n", new)
    if "disclaimer" in letter:
        yield Case("plain", language, "disclaimer", f"{new}\n\n{letter['disclaimer']}\n", new)
        both = f"{new}\n\n{letter['disclaimer']}\n\n{fill(first_introduction(language))}\n{quoted(letter['old'])}"
        yield Case("plain", language, "disclaimer-quoted", both, new)


def carded(card: dict[str, str], intro: str) -> Iterator[Case]:
    """Yield letters with a business card below the name, close or apart, in text and in HTML."""
    letter, language, writer = card["letter"], card["language"], card["writer"]
    note = f"\n\n{card['disclaimer']}" if "disclaimer" in card else ""
    for style, gap in (("close", "\n"), ("apart", "\n\n")):
        text = f"{letter}{gap}{card['card']}{note}"
        yield Case("card", language, style, text, letter, writer=writer)
        below = f"{text}\n\n{intro}\n> old words of yours\n"
        yield Case("card", language, f"{style}-quoted", below, letter, writer=writer)
        html = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))
        yield Case("card", language, f"{style}-html", html, letter, is_html=True, writer=writer)


def contained(language: str, letter: dict[str, str]) -> Iterator[Case]:
    """Yield the containers of HTML."""
    intro, fields = (
        fill(first_introduction(language)),
        fill(next(iter(read("headers")[language].values()))),
    )
    for client, pattern in CONTAINERS.items():
        quote = pattern.format(
            intro=as_html(intro), fields=as_html(fields), old=as_html(letter["old"])
        )
        html = f'<html><body><div dir="ltr">{as_html(letter["new"])}</div><br>{quote}</body></html>'
        yield Case(client, language, "html", html, letter["new"], is_html=True)


def first_introduction(language: str) -> str:
    return str(next(iter(read("attributions")[language].values())))


def as_html(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")
