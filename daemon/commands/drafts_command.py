"""`rightsdesk drafts`: letters that wait for a person."""

from __future__ import annotations

import argparse

from casework.drafts import approve_draft, reject_draft, review_draft
from casework.editing import send_back
from casework.opinions import give_opinion
from casework.undoing import undo_approval
from daemon.clock import utc_now
from daemon.commands.session import (
    actor_of,
    add_actor,
    add_json,
    identifier,
    open_desk_of,
    print_rows,
)
from daemon.output import as_json, printable
from daemon.wiring import Desk
from privacy.identity_codes import without_codes
from storage.drafts import get_draft, list_drafts

COLUMNS = ("id", "case", "kind", "reasons", "created_at", "answer_by")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `drafts` understands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add_json(actions.add_parser("list", help="letters that wait"))
    for action, what in (
        ("show", "the letter as it would leave"),
        ("approve", "have it sent exactly as it stands"),
        ("reject", "keep it from leaving"),
        ("undo", "take its approval back, while it still waits to leave"),
    ):
        one = actions.add_parser(action, help=what)
        one.add_argument("draft", type=identifier, metavar="ID")
        add_json(one) if action == "show" else add_actor(one)
    for action, what in (
        ("back", "have it changed before anybody approves it"),
        ("opinion", "record what the data protection officer thinks of it"),
    ):
        one = actions.add_parser(action, help=what)
        one.add_argument("draft", type=identifier, metavar="ID")
        one.add_argument("--reason", required=True, metavar="TEXT", help="in your words")
        add_actor(one)


def run(options: argparse.Namespace) -> int:
    """Do what the action says."""
    actions = {
        "list": _list,
        "show": _show,
        "approve": _decide,
        "reject": _decide,
        "undo": _undo,
        "back": _remark,
        "opinion": _remark,
    }
    with open_desk_of(options) as desk:
        actions[options.action](options, desk)
    return 0


def _list(options: argparse.Namespace, desk: Desk) -> None:
    with desk.database.reading() as reading:
        rows = [
            {
                "id": draft.draft_id,
                "case": draft.case_reference,
                "kind": draft.kind,
                "reasons": list(draft.reasons),
                "created_at": draft.created_at,
                "answer_by": draft.due_on,
            }
            for draft in list_drafts(reading)
        ]
    print_rows(rows, COLUMNS, as_lines=options.json)


def _show(options: argparse.Namespace, desk: Desk) -> None:
    with desk.database.reading() as reading:
        draft = get_draft(reading, options.draft)
        findings = review_draft(
            reading, draft, draft.message, utc_now(), identity=desk.settings.desk
        )
    message = draft.message
    text = without_codes(message.letter.text)  # the code is for its reader alone
    form = {"to": message.recipient, "from": message.sender, "subject": message.letter.subject}
    if options.json:
        bodies = {"text": text, "html": without_codes(message.letter.html)}
        print(as_json({**form, **bodies, "review": findings}))
    else:
        lines = [f"{name}: {value}" for name, value in form.items()]
        lines += [f"cannot leave: {finding}" for finding in findings]
        print(printable("\n".join([*lines, "", text])))


def _decide(options: argparse.Namespace, desk: Desk) -> None:
    actor, now = actor_of(options, desk), utc_now()
    if options.action == "reject":
        reject_draft(desk.database, options.draft, actor=actor, now=now)
        print("reject: done")
        return
    profile = desk.services.desk
    given = approve_draft(desk.database, options.draft, actor=actor, now=now, desk=profile)
    minutes = int(profile.work.undo.total_seconds() // 60)
    if not given.is_enough:
        missing = given.needed - given.given
        print(f"approve: done, {missing} more has to approve it")
    else:
        waits = f", it leaves in {minutes} minutes; `drafts undo` takes it back" if minutes else ""
        print(f"approve: done{waits}")


def _undo(options: argparse.Namespace, desk: Desk) -> None:
    actor = actor_of(options, desk)
    undo_approval(desk.database, options.draft, actor=actor, now=utc_now())
    print("undo: done")


def _remark(options: argparse.Namespace, desk: Desk) -> None:
    actor, now = actor_of(options, desk), utc_now()
    if options.action == "opinion":
        give_opinion(desk.database, options.draft, options.reason, actor=actor, now=now)
    else:
        with desk.database.reading() as reading:
            seen = get_draft(reading, options.draft).digest
        send_back(desk.database, options.draft, options.reason, seen=seen, by=(actor, now))
    print(f"{options.action}: done")
