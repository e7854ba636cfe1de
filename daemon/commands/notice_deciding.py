"""`rightsdesk notice decide`: what becomes of Owners who were told late or not at all."""

from __future__ import annotations

import argparse
from datetime import date

from casework.notice_campaign import Decided, decide
from daemon.clock import utc_now
from daemon.commands.session import actor_of, add_actor, identifier
from daemon.settings import SettingsError
from daemon.wiring import Desk
from privacy.notice_gate import LateChoice


def add_deciding(actions: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add what `notice decide` understands."""
    deciding = actions.add_parser("decide", help="say what becomes of an Owner who was told late")
    deciding.add_argument("version", metavar="VERSION", help="name of the new version")
    whom = deciding.add_mutually_exclusive_group(required=True)
    whom.add_argument("--all", action="store_true", help="move the effective day for everybody")
    whom.add_argument("--workspace", metavar="ID", help="move it for the Owners of one workspace")
    whom.add_argument(
        "--owner", type=identifier, metavar="ID", help="this Owner was told in another way, in time"
    )
    deciding.add_argument("--effective", type=_day, metavar="DAY", help="the later day")
    deciding.add_argument("--reason", required=True, metavar="TEXT", help="why")
    add_actor(deciding)


def decide_late(options: argparse.Namespace, desk: Desk) -> int:
    """Record the decision and say how many Owners it concerns."""
    if options.owner is None and options.effective is None:
        raise SettingsError(["--effective: say the later day"])
    concerned = decide(
        desk.database,
        options.version,
        Decided(
            choice=_choice(options),
            reason=options.reason,
            workspace=options.workspace,
            person_id=options.owner,
            effective_on=options.effective,
        ),
        actor=actor_of(options, desk),
        now=utc_now(),
    )
    print(f"decided about {concerned} Owners")
    return 0


def _choice(options: argparse.Namespace) -> LateChoice:
    if options.all:
        return LateChoice.MOVE_ALL
    return LateChoice.MOVE_WORKSPACE if options.workspace else LateChoice.OTHERWISE_TOLD


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is wanted, such as 2027-03-01") from None
