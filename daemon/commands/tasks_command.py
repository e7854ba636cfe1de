"""`rightsdesk tasks`: what waits for people."""

from __future__ import annotations

import argparse

from casework.tasks import finish
from daemon.clock import utc_now
from daemon.commands.session import (
    actor_of,
    add_actor,
    add_json,
    identifier,
    open_desk_of,
    print_rows,
)
from storage.tasks import list_tasks

COLUMNS = ("id", "kind", "reason", "due_on", "urgent", "case", "message")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `tasks` understands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add_json(actions.add_parser("list", help="open tasks, urgent ones first"))
    done = actions.add_parser("done", help="mark a task done")
    done.add_argument("task", type=identifier, metavar="ID")
    done.add_argument(
        "--evidence", metavar="TEXT", help="what shows it: a system's task needs it (a line)"
    )
    add_actor(done)


def run(options: argparse.Namespace) -> int:
    """List the open tasks, or mark one done."""
    with open_desk_of(options) as desk:
        if options.action == "done":
            finish(
                desk.database,
                options.task,
                actor=actor_of(options, desk),
                now=utc_now(),
                evidence=options.evidence,
            )
            print("done")
            return 0
        with desk.database.reading() as reading:
            rows = [
                {
                    "id": task.task_id,
                    "kind": task.kind,
                    "reason": task.reason,
                    "due_on": task.due_on,
                    "urgent": task.urgent,
                    "case": task.case_reference,
                    "message": task.inbound_id,
                }
                for task in list_tasks(reading)
            ]
    print_rows(rows, COLUMNS, as_lines=options.json)
    return 0
