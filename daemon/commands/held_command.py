"""`rightsdesk held`: messages that were set aside for a person."""

from __future__ import annotations

import argparse

from casework.held import dismiss_held, release_held
from casework.processing import process_batch
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

COLUMNS = (
    "id",
    "received_at",
    "answer_by",
    "outcome",
    "reason",
    "lane",
    "language",
    "suggested_case",
)
SET_ASIDE = (
    Outcome.HELD,
    Outcome.SPAM,
    Outcome.AUTO,
    Outcome.BULK,
    Outcome.BOUNCE,
    Outcome.HISTORY,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `held` understands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="held messages, oldest first")
    listing.add_argument(
        "--all", action="store_true", help="also automatic, bulk, spam, bounced and history"
    )
    listing.add_argument(
        "--limit", type=count, metavar="N", default=50, help="at most so many (default 50)"
    )
    add_json(listing)
    releasing = actions.add_parser("release", help="it is a request: open a case")
    releasing.add_argument("message", type=identifier, metavar="ID")
    add_actor(releasing)
    dismissing = actions.add_parser("dismiss", help="a person read it and it asks for no right")
    dismissing.add_argument("message", type=identifier, metavar="ID")
    dismissing.add_argument(
        "--reason", default="not-a-request", help="why, in one word (default not-a-request)"
    )
    add_actor(dismissing)


def run(options: argparse.Namespace) -> int:
    """Do what the action says."""
    actions = {"list": _list, "release": _release, "dismiss": _dismiss}
    with open_desk_of(options) as desk:
        actions[options.action](options, desk)
    return 0


def _list(options: argparse.Namespace, desk: Desk) -> None:
    outcomes = SET_ASIDE if options.all else (Outcome.HELD,)
    with desk.database.reading() as reading:
        rows = [
            {
                "id": row.inbound_id,
                "received_at": row.received_at,
                "answer_by": row.hold_due_on,
                "outcome": row.outcome,
                "reason": row.reason,
                "lane": row.lane,
                "language": row.language,
                "suggested_case": row.suggested_reference,
            }
            for row in list_messages(reading, outcomes=outcomes, limit=options.limit)
        ]
    print_rows(rows, COLUMNS, as_lines=options.json)


def _release(options: argparse.Namespace, desk: Desk) -> None:
    release_held(desk.database, options.message, actor=actor_of(options, desk), now=utc_now())
    process_batch(desk.services, utc_now())
    with desk.database.reading() as reading:
        row = get_message(reading, options.message)
    print(f"released: {row.case_reference or 'the daemon is working it'}")


def _dismiss(options: argparse.Namespace, desk: Desk) -> None:
    actor = actor_of(options, desk)
    dismiss_held(desk.database, options.message, reason=options.reason, actor=actor, now=utc_now())
    print("dismissed")
