"""`rightsdesk cases page`: the page of a person is switched off, or on again."""

from __future__ import annotations

import argparse

from casework.status_revoking import switch_page
from daemon.clock import utc_now
from daemon.commands.session import actor_of, add_actor, add_reference, open_desk_of


def add_status_page(actions: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add what `cases page` understands."""
    switching = actions.add_parser(
        "page", help="switch the page off on which the person sees where their request stands"
    )
    add_reference(switching)
    switching.add_argument(
        "--reason", required=True, metavar="TEXT", help="why; kept sealed with the case"
    )
    switching.add_argument("--on", action="store_true", help="switch it on again")
    add_actor(switching)


def switch(options: argparse.Namespace) -> int:
    """Switch the page, and say how it is now."""
    with open_desk_of(options) as desk:
        switch_page(
            desk.database,
            options.reference.upper(),
            options.reason,
            off=not options.on,
            by=(actor_of(options, desk), utc_now()),
        )
    print("on" if options.on else "off")
    return 0
