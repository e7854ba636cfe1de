"""`rightsdesk quarantine`: messages that could not be worked."""

from __future__ import annotations

import argparse

from casework.processing import process_batch
from casework.quarantine import adopt_unsealable, dismiss_quarantined, retry_quarantined
from daemon.clock import utc_now
from daemon.commands.session import (
    actor_of,
    add_actor,
    add_json,
    count,
    identifier,
    open_desk_of,
    print_rows,
)
from daemon.wiring import Desk
from privacy.deciding import Outcome
from storage.messages import get_message, list_messages

COLUMNS = ("id", "received_at", "reason", "attempts", "case")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `quarantine` understands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="messages in quarantine, oldest first")
    listing.add_argument(
        "--limit", type=count, metavar="N", default=50, help="at most so many (default 50)"
    )
    add_json(listing)
    retrying = actions.add_parser("retry", help="work it again, after whatever broke it was mended")
    retrying.add_argument("message", type=identifier, metavar="ID")
    add_actor(retrying)
    dismissing = actions.add_parser(
        "dismiss",
        help="a person read it by hand: its task is done, no alarm speaks of it, its case stays open",
    )
    dismissing.add_argument("message", type=identifier, metavar="ID")
    add_actor(dismissing)


def run(options: argparse.Namespace) -> int:
    """List the quarantine, or try or dismiss one message; 1 when it failed again."""
    actions = {"list": _list, "retry": _retry, "dismiss": _dismiss}
    with open_desk_of(options) as desk:
        return actions[options.action](options, desk)


def _list(options: argparse.Namespace, desk: Desk) -> int:
    with desk.database.reading() as reading:
        rows = [
            {
                "id": row.inbound_id,
                "received_at": row.received_at,
                "reason": row.reason,
                "attempts": row.attempts,
                "case": row.case_reference,
            }
            for row in list_messages(reading, outcomes=(Outcome.QUARANTINED,), limit=options.limit)
        ]
    print_rows(rows, COLUMNS, as_lines=options.json)
    return 0


def _retry(options: argparse.Namespace, desk: Desk) -> int:
    actor = actor_of(options, desk)
    retry_quarantined(desk.database, options.message, actor=actor, now=utc_now())
    process_batch(desk.services, utc_now())
    with desk.database.reading() as reading:
        row = get_message(reading, options.message)
    print(f"tried again: {row.outcome or 'the daemon is working it'}")
    return 1 if row.outcome is Outcome.QUARANTINED else 0


def _dismiss(options: argparse.Namespace, desk: Desk) -> int:
    actor, now = actor_of(options, desk), utc_now()
    adopt_unsealable(desk.database, desk.services.desk, now)
    dismiss_quarantined(desk.database, options.message, actor=actor, now=now)
    print("dismissed; its case stays open")
    return 0
