"""The work on rights on the command line: plan, what is kept, erasure, answer, withdrawal, closing."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date

from casework.answers import WantedAnswer, answer_right
from casework.closing import close_case
from casework.ending import Ended, end_right
from casework.erasing import approve_erasure, propose_kept, state_kept
from casework.planning import Planned, plan_case
from daemon.clock import utc_now
from daemon.commands.asked_words import day
from daemon.commands.session import (
    actor_of,
    add_actor,
    add_json,
    add_reference,
    open_desk_of,
    print_rows,
)
from privacy.errors import Permanent
from privacy.retention import Record
from privacy.rights import Right, Scope, right_name
from privacy.work import Decision, Step
from privacy.work_status import CloseReason
from responders.answers import ARTICLES, DECISIONS, Done, Ground, Reason

PLANNED = ("right", "state", "system", "owner", "due_on", "opened", "done", "waits_for")
KEPT = ("category", "law", "purpose", "access", "until")
Command = Callable[[argparse.Namespace], int]


def add_work(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the actions of this page to those of `cases`."""
    planning = _action(actions, "plan", "write down and open the tasks for systems")
    planning.add_argument("--right", choices=[str(one) for one in Right], help="only this one")
    add_json(planning)
    keeping = _action(actions, "keep", "state what an erasure leaves, and why")
    keeping.add_argument(
        "--record",
        action="append",
        default=[],
        type=_record,
        metavar="CODE[=DAY]",
        help="a kind of record that is there, with the day of the last one; again for each",
    )
    keeping.add_argument("--country", metavar="CODE", help="of our books (default: work.country)")
    keeping.add_argument("--confirm", action="store_true", help="store it; else only show it")
    add_json(keeping)
    _action(actions, "approve-erasure", "one of two people approve that data are erased")
    _add_answer(_action(actions, "answer", "write the letter that answers one right"))
    for name, what in (
        ("withdraw", "the person takes a right back"),
        ("dismiss", "it never was a request"),
    ):
        ending = _action(actions, name, what)
        _add_right(ending)
        ending.add_argument("--reason", required=True, metavar="TEXT", help="a line for colleagues")
    closing = _action(actions, "close", "close a case that does not close by itself")
    closing.add_argument(
        "--reason", required=True, choices=[str(one) for one in CloseReason], help="why"
    )


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=what)
    add_reference(parser)
    add_actor(parser)
    return parser


def _add_right(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--right", required=True, choices=[str(one) for one in Right], help="which one"
    )
    parser.add_argument("--scope", choices=[str(one) for one in Scope], help="of an objection")


def _add_answer(parser: argparse.ArgumentParser) -> None:
    _add_right(parser)
    parser.add_argument(
        "--decision", required=True, choices=[str(one) for one in DECISIONS], help="what is decided"
    )
    parser.add_argument(
        "--done",
        action="append",
        default=[],
        type=done_line,
        metavar="WHAT|WHERE|ON",
        help="what was done, in which system, on which day; again for each",
    )
    parser.add_argument(
        "--ground",
        metavar="TEXT",
        help="why not, or not all of it: the facts, as the person will read them",
    )
    parser.add_argument(
        "--basis", choices=[str(one) for one in Ground], help="the ground that the facts make out"
    )
    parser.add_argument(
        "--article", metavar="TEXT", help="the provision (default: the one of the GDPR)"
    )
    parser.add_argument(
        "--without-package",
        metavar="TEXT",
        help="why access or portability is granted without a package: nothing was found, it went by post",
    )


def _plan(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        planned = plan_case(
            desk.database,
            desk.services.desk,
            options.reference.upper(),
            right=Right(options.right) if options.right else None,
            actor=actor_of(options, desk),
            now=utc_now(),
        )
    rows = [row for one in planned for row in _planned_rows(one)]
    print_rows(rows, PLANNED, as_lines=options.json)
    return 0


def _planned_rows(one: Planned) -> list[dict[str, object]]:
    head = {
        "right": right_name(one.item.key),
        "state": one.item.state,
        "waits_for": list(one.waits_for),
    }
    return [
        head
        | {
            "id": task.task_id,
            "system": task.system,
            "owner": task.owner,
            "due_on": task.due_on,
            "opened": task.opened_at is not None,
            "done": task.done_at is not None,
        }
        for task in one.tasks
    ] or [head | dict.fromkeys(PLANNED[2:-1])]


def _keep(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        now = utc_now()
        records = [Record(code=code, last_on=last or now.date()) for code, last in options.record]
        country = options.country or desk.services.desk.work.country
        lines = propose_kept(desk.services.desk, country, records, now=now)
        if options.confirm:
            actor = actor_of(options, desk)
            state_kept(desk.database, options.reference.upper(), lines, actor=actor, now=now)
    rows: list[dict[str, object]] = [{name: getattr(line, name) for name in KEPT} for line in lines]
    print_rows(rows, KEPT, as_lines=options.json)
    return 0


def _approve_erasure(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        standing = approve_erasure(
            desk.database,
            desk.services.desk,
            options.reference.upper(),
            actor=actor_of(options, desk),
            now=utc_now(),
            on_file=desk.services.on_file,
        )
    if standing.over_at is None:
        print("approved by one; another member of staff has to as well")
    else:
        print(f"approved by {standing.given}; the person can cancel until {standing.over_at}")
    return 0


def _answer(options: argparse.Namespace) -> int:
    wanted = WantedAnswer(
        reference=options.reference.upper(),
        right=Right(options.right),
        scope=Scope(options.scope) if options.scope else None,
        decision=Decision(options.decision),
        done=tuple(options.done),
        reason=_reason(options),
        without_package=options.without_package,
    )
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        draft_id = answer_right(
            desk.database, desk.services.desk, wanted, actor=actor, now=utc_now()
        )
    print(f"draft {draft_id} waits for approval")
    return 0


def _reason(options: argparse.Namespace) -> Reason | None:
    if bool(options.ground) != bool(options.basis):
        raise Permanent("a ground has facts (--ground) and a sort (--basis), or there is none")
    if not options.ground:
        return None
    ground = Ground(options.basis)
    return Reason(ground=ground, facts=options.ground, article=options.article or ARTICLES[ground])


def _end(options: argparse.Namespace) -> int:
    ended = Ended(
        reference=options.reference.upper(),
        right=Right(options.right),
        scope=Scope(options.scope) if options.scope else None,
        step=Step(options.action),
        reason=options.reason,
    )
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        closed = end_right(
            desk.database, ended, actor=actor, now=utc_now(), desk=desk.services.desk
        )
    print(f"{options.action}: done{', the case is closed' if closed else ''}")
    return 0


def _close(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        reason = CloseReason(options.reason)
        close_case(desk.database, options.reference.upper(), reason, actor=actor, now=utc_now())
    print("closed")
    return 0


def _record(text: str) -> tuple[str, date | None]:
    code, equals, last = text.partition("=")
    return code, day(last) if equals else None


def done_line(text: str) -> Done:
    """Return what was done, where and when. Raises ArgumentTypeError."""
    what, where, on = (*(part.strip() for part in text.split("|")), "", "")[:3]
    if text.count("|") != 2 or not what or not where:  # noqa: PLR2004 - what, where, on
        raise argparse.ArgumentTypeError(
            "three parts are wanted: what|where|on, such as 2026-12-01"
        )
    return Done(what=what, where=where, on=day(on))


WORK_COMMANDS: dict[str, Command] = {
    "plan": _plan,
    "keep": _keep,
    "approve-erasure": _approve_erasure,
    "answer": _answer,
    "withdraw": _end,
    "dismiss": _end,
    "close": _close,
}
