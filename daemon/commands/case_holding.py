"""`rightsdesk cases hold`: a legal hold begins or ends."""

from __future__ import annotations

import argparse
from uuid import UUID

from casework.holding import hold_case, release_case
from daemon.clock import utc_now
from daemon.commands.session import actor_of, add_actor, add_reference, open_desk_of
from storage.database import Reading
from storage.holds import holds_of


def add_holding(actions: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add what `cases hold` understands."""
    holding = actions.add_parser("hold", help="put a case on legal hold, or end the hold")
    add_reference(holding)
    holding.add_argument(
        "--reason", required=True, metavar="TEXT", help="why; kept sealed with the case"
    )
    holding.add_argument("--release", action="store_true", help="end the hold")
    add_actor(holding)


def hold(options: argparse.Namespace) -> int:
    """Begin or end the hold, and say which."""
    change = release_case if options.release else hold_case
    with open_desk_of(options) as desk:
        change(
            desk.database,
            options.reference.upper(),
            options.reason,
            actor=actor_of(options, desk),
            now=utc_now(),
        )
    print("released" if options.release else "on hold")
    return 0


def holds_form(reading: Reading, case_id: UUID) -> list[dict[str, object]]:
    """Return the holds of a case, the oldest first, as `cases show` has them."""
    return [
        {
            "held_at": one.held_at,
            "held_by": one.held_by,
            "reason": one.reason,
            "released_at": one.released_at,
            "released_by": one.released_by,
            "release": one.release,
        }
        for one in holds_of(reading, case_id)
    ]
