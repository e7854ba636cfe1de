"""`rightsdesk outbox`: outgoing letters and what became of them."""

from __future__ import annotations

import argparse

from casework.outbox import retry_failed
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
from privacy.outgoing import OutgoingState
from storage.outbox import list_letters

COLUMNS = ("id", "case", "kind", "state", "attempts", "queued_at", "sent_at", "reason")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `outbox` understands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="outgoing letters, newest first")
    listing.add_argument(
        "--state", choices=[state.value for state in OutgoingState], help="only these"
    )
    listing.add_argument(
        "--limit", type=count, metavar="N", default=50, help="at most so many (default 50)"
    )
    add_json(listing)
    retrying = actions.add_parser(
        "retry", help="queue a failed letter again, under the same Message-ID"
    )
    retrying.add_argument("letter", type=identifier, metavar="ID")
    add_actor(retrying)


def run(options: argparse.Namespace) -> int:
    """List the outbox, or queue a failed letter again."""
    with open_desk_of(options) as desk:
        if options.action == "retry":
            actor = actor_of(options, desk)
            retry_failed(desk.database, options.letter, actor=actor, now=utc_now())
            print("queued again")
        else:
            _list(options, desk)
    return 0


def _list(options: argparse.Namespace, desk: Desk) -> None:
    states = (OutgoingState(options.state),) if options.state else None
    with desk.database.reading() as reading:
        rows = [
            {
                "id": letter.letter_id,
                "case": letter.case_reference,
                "kind": letter.kind,
                "state": letter.state,
                "attempts": letter.attempts,
                "queued_at": letter.queued_at,
                "sent_at": letter.sent_at,
                "reason": letter.reason,
                "message_id": letter.message.message_id,
                "to": letter.message.recipient,
            }
            for letter in list_letters(reading, states=states, limit=options.limit)
        ]
    print_rows(rows, COLUMNS, as_lines=options.json)
