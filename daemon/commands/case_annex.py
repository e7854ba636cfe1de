"""`rightsdesk cases annex`: what the letter with a copy of data tells beside it, before it is written."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from casework.annexing import annex_of
from casework.named_cases import case_named
from daemon.commands.session import add_json, add_reference, open_desk_of
from daemon.output import as_json, printable
from privacy.annex import Annex
from privacy.errors import Permanent


def add_annex(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the action to those of `cases`."""
    parser = actions.add_parser("annex", help="what a copy of data is told with (GDPR Art. 15(1))")
    add_reference(parser)
    add_json(parser)


def show_annex(options: argparse.Namespace) -> int:
    """Print the annex in the language of the case; 1 where no line of it is about this person."""
    with open_desk_of(options) as desk, desk.database.reading() as reading:
        case = case_named(reading, options.reference)
        annex = annex_of(reading, case, desk.services.desk)
    if annex is None:
        raise Permanent("work.annex_file is not set: there is no record of use to tell from")
    if options.json:
        print(as_json(asdict(annex)))
    else:
        print("\n".join(_lines(annex)))
    return 0 if annex.lines else 1


def _lines(annex: Annex) -> list[str]:
    lines = []
    for one in annex.lines:
        lines += [printable(one.category)]
        rest = (one.purpose, one.source, one.recipients, one.kept)
        lines += [f"  {printable(text)}" for text in rest]
    lines += [printable(text) for text in (annex.safeguards, annex.automated) if text]
    return lines or ["nothing"]
