"""`rightsdesk letters`: the letters by language, with sample fields, without a database."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from daemon.commands.session import add_json, print_rows, settings_of
from daemon.output import as_json, printable
from daemon.wiring import build_book
from privacy.errors import Permanent
from privacy.messages import Letter
from responders.frame import ENGLISH
from responders.previewing import preview
from templates import Book, available, languages
from templates.book import house_files
from templates.declarations import Declaration, declarations
from templates.proofreading import Flaw, proofread

COLUMNS = ("letter", "number", "to", "languages", "approval", "when")
FLAW_COLUMNS = ("letter", "language", "place", "reason")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `letters` understands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add_json(
        actions.add_parser("list", help="all letters: when they go, to whom, in which languages")
    )
    one = actions.add_parser("preview", help="one letter, filled in with its sample")
    one.add_argument("letter", metavar="NAME", help="a name of the list")
    one.add_argument("--lang", metavar="CODE", default=ENGLISH, help="language (default: en)")
    part = one.add_mutually_exclusive_group()
    part.add_argument("--text", action="store_true", help="the text part alone")
    part.add_argument("--html", action="store_true", help="the HTML part alone")
    one.add_argument("--out", metavar="FILE", type=Path, help="write it there, not to the screen")
    add_json(one)
    add_json(
        actions.add_parser("check", help="find missing cells, other fields, untranslated lines")
    )


def run(options: argparse.Namespace) -> int:
    """Do what the action says; `check` returns 1 when it finds something."""
    actions = {"list": _list, "preview": _preview, "check": _check}
    return actions[options.action](options)


def _list(options: argparse.Namespace) -> int:
    rows = [_row(letter) for letter in declarations().values()]
    print_rows(rows, COLUMNS, as_lines=options.json)
    return 0


def _row(letter: Declaration) -> Mapping[str, object]:
    spoken = available(letter.letter)
    return {
        "letter": letter.letter,
        "number": letter.number,
        "title": letter.title,
        "to": letter.to,
        "languages": list(spoken),
        "english_instead": [name for name in languages() if name not in spoken],
        "approval": letter.approval,
        "when": letter.when,
        "fields": list(letter.fields.__dataclass_fields__),
    }


def _preview(options: argparse.Namespace) -> int:
    if options.letter not in declarations():
        raise Permanent(f"there is no letter {options.letter!r}: see rightsdesk letters list")
    letter = preview(options.letter, options.lang, build_book(settings_of(options)))
    if options.json:
        shown = as_json(
            {
                "letter": letter.kind,
                "language": letter.language,
                "sample": True,
                "subject": letter.subject,
                "text": letter.text,
                "html": letter.html,
            }
        )
    else:
        shown = _shown(letter, options)
    if options.out is None:
        print(printable(shown))
    else:
        try:
            options.out.write_text(shown + "\n", encoding="utf-8")
        except OSError as error:
            raise Permanent(f"--out: the file cannot be written ({error.strerror})") from None
    return 0


def _shown(letter: Letter, options: argparse.Namespace) -> str:
    if options.html:
        return letter.html
    if options.text:
        return letter.text
    return f"subject: {letter.subject}\n\n{letter.text}"


def _check(options: argparse.Namespace) -> int:
    flaws = [_flaw_row(flaw) for flaw in proofread(_unchecked_book(options))]
    cells = sum(len(available(name)) for name in declarations())
    if flaws:
        print_rows(flaws, FLAW_COLUMNS, as_lines=options.json)
    elif options.json:
        print(as_json({"letters": len(declarations()), "languages": languages(), "cells": cells}))
    else:
        print(f"{len(declarations())} letters in {len(languages())} languages: nothing is wrong")
    return 1 if flaws else 0


def _unchecked_book(options: argparse.Namespace) -> Book:
    """All flaws of the operator's words are wanted here, not the first one."""
    folder = settings_of(options).letters.folder
    book = Book(folder=folder.expanduser() if folder else None)
    for language in languages():
        house_files(book, language)
    return book


def _flaw_row(flaw: Flaw) -> Mapping[str, object]:
    return {name: getattr(flaw, name) for name in FLAW_COLUMNS}
