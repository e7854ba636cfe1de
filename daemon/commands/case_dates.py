"""`rightsdesk cases`: what changes the dates of a case, or counts them anew."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterable
from typing import Any

from casework.assigning import assign
from casework.extending import Wanted, extend
from casework.governing import correct_laws
from casework.pausing import Answer, Outcome, Question, pause, resume
from casework.recounting import recount
from daemon.clock import utc_now
from daemon.commands.session import (
    actor_of,
    add_actor,
    add_json,
    add_reference,
    instant,
    open_desk_of,
    print_rows,
)
from daemon.settings import SettingsError
from privacy.addresses import without_plus
from privacy.case_events import Ground
from privacy.rights import Right

MOVED = ("reference", "clock", "right", "was", "counted", "holds")
DATES = ("right", "was", "due_on", "regime", "rule")
Parsers = Any  # what add_subparsers returns has no public name


def add_arguments(actions: Parsers) -> None:
    """Add what `cases` understands of dates."""
    recounting = actions.add_parser("recount", help="count the dates of open cases anew")
    recounting.add_argument("--dry-run", action="store_true", help="only say what moved")
    add_json(recounting)
    _add_extend(actions)
    pausing = actions.add_parser("pause", help="the person was asked: the clock waits, by law")
    add_reference(pausing)
    pausing.add_argument(
        "--ground",
        required=True,
        choices=[str(one) for one in Ground],
        help="what the law lets it wait for",
    )
    pausing.add_argument(
        "--letter",
        metavar="MESSAGE-ID",
        help="of the letter that asked and said that time waits; without it no later date binds",
    )
    _add_when(pausing, "the person was asked")
    resuming = actions.add_parser("resume", help="the person answered: the clock goes on")
    add_reference(resuming)
    resuming.add_argument(
        "--ground", choices=[str(one) for one in Ground], help="only this (default: all)"
    )
    _add_when(resuming, "the answer came")
    assigning = actions.add_parser("assign", help="give a case to one of our people")
    add_reference(assigning)
    assigning.add_argument(
        "--to", required=True, metavar="ADDRESS", help="who hears of its clocks, one of `people`"
    )
    add_actor(assigning)


def _add_extend(actions: Parsers) -> None:
    extending = actions.add_parser("extend", help="write a letter that tells a later date")
    add_reference(extending)
    which = extending.add_mutually_exclusive_group(required=True)
    which.add_argument("--right", choices=[str(one) for one in Right], help="this one")
    which.add_argument("--all", action="store_true", help="all that are open and can be extended")
    extending.add_argument(
        "--ground", required=True, metavar="TEXT", help="why, as the person will read it"
    )
    add_actor(extending)


def _add_when(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--right", choices=[str(one) for one in Right], help="only this one (default: all)"
    )
    parser.add_argument(
        "--at",
        type=instant,
        metavar="INSTANT",
        help=f"when {what}, with its zone (default: now)",
    )
    add_actor(parser)
    add_json(parser)


def _recount(options: argparse.Namespace) -> int:
    """What a changed calendar moved: earlier dates bind from now on, later ones are only listed."""
    with open_desk_of(options) as desk:
        moved = recount(
            desk.database,
            desk.services.desk,
            actor=f"recount ({getpass.getuser()})",
            now=utc_now(),
            dry_run=options.dry_run,
        )
        rows = [{name: getattr(one, name) for name in MOVED} for one in moved]
    print_rows(rows, MOVED, as_lines=options.json)
    return 0


def _extend(options: argparse.Namespace) -> int:
    wanted = Wanted(
        reference=options.reference.upper(),
        right=Right(options.right) if options.right else None,
        ground=options.ground,
    )
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        done = extend(desk.database, desk.services.desk, wanted, actor=actor, now=utc_now())
    for one in done.written:
        print(
            f"{one.right}: draft {one.draft_id} tells {one.due.on.isoformat()};"
            " the date moves when the letter has left"
        )
    for right, why in done.refused:
        print(f"{right}: {why}")
    return 0


def _pause(options: argparse.Namespace) -> int:
    now = utc_now()
    question = Question(
        reference=options.reference.upper(),
        ground=Ground(options.ground),
        at=options.at or now,
        right=Right(options.right) if options.right else None,
        letter=options.letter,
    )
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        outcomes = pause(desk.database, desk.services.desk, question, actor=actor, now=now)
    _print_dates(outcomes, options)
    if not options.letter and not options.json:
        print("no letter is named that said so: a later date will not bind")
    return 0


def _resume(options: argparse.Namespace) -> int:
    now = utc_now()
    answer = Answer(
        reference=options.reference.upper(),
        at=options.at or now,
        ground=Ground(options.ground) if options.ground else None,
        right=Right(options.right) if options.right else None,
    )
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        outcomes = resume(desk.database, desk.services.desk, answer, actor=actor, now=now)
    _print_dates(outcomes, options)
    return 0


def run_correct_laws(options: argparse.Namespace) -> int:
    """Let these laws govern a case: an earlier date binds at once; a later one needs a letter, and is listed."""
    with open_desk_of(options) as desk:
        by = actor_of(options, desk), utc_now()
        reference = options.reference.upper()
        moved = correct_laws(desk.database, desk.services.desk, reference, options.regime, by=by)
    rows = [{name: getattr(one, name) for name in MOVED} for one in moved]
    print_rows(rows, MOVED, as_lines=options.json)
    return 0


def _assign(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        actor, owner = actor_of(options, desk), without_plus(options.to)
        if owner not in {one.address for one in desk.services.desk.staff}:
            raise SettingsError(["--to: name somebody of the setting `people`"])
        assign(desk.database, options.reference.upper(), owner, actor=actor, now=utc_now())
    return 0


def _print_dates(outcomes: Iterable[Outcome], options: argparse.Namespace) -> None:
    rows = [
        {
            "right": one.right,
            "was": one.was.on,
            "due_on": one.now.on,
            "regime": one.now.regime,
            "rule": one.now.rule,
        }
        for one in outcomes
    ]
    print_rows(rows, DATES, as_lines=options.json)


ACTIONS = {
    "recount": _recount,
    "extend": _extend,
    "pause": _pause,
    "resume": _resume,
    "assign": _assign,
}
