"""`rightsdesk notice`: a change of the policy is decided, drafted, approved, and told to every Owner, with proof."""

from __future__ import annotations

import argparse
from pathlib import Path

from casework.notice_campaign import plan_of, start_notice, stop_notice
from casework.notice_drafting import approve_notice, draft_notice, notice_named
from daemon.clock import utc_now
from daemon.commands.notice_deciding import add_deciding, decide_late
from daemon.commands.notice_proving import add_proving, prove
from daemon.commands.notice_showing import (
    add_showing,
    compare_files,
    list_all,
    preview,
    show_status,
    tell_changes,
)
from daemon.commands.session import actor_of, add_actor, open_desk_of
from daemon.notice_file import read_notice_file
from daemon.output import printable
from daemon.ways import require_word_of_notices
from daemon.wiring import Desk
from privacy.policy_changes import compare
from regimes.policy_rules import load_material_rules

ABOUT = """`compare` shows what differs between two texts and what of it looks material; it opens no database. `draft` takes
the author's file (docs/notices.md). `status` ends with 1 while an Owner who was not told in time holds publication."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `notice` understands."""
    parser.description = f"{parser.description}\n\n{ABOUT}"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add_showing(actions)
    drafting = actions.add_parser("draft", help="decide about a new version, and draft the notice")
    drafting.add_argument("file", type=Path, metavar="FILE.toml")
    add_actor(drafting)
    approving = actions.add_parser("approve", help="approve the notice exactly as it was read")
    approving.add_argument("version", metavar="VERSION", help="name of the new version")
    approving.add_argument("--digest", required=True, metavar="HEX", help="as `preview` shows it")
    add_actor(approving)
    for action, what in (
        ("send", "tell every Owner; goes on where it was stopped"),
        ("stop", "let no further batch leave"),
    ):
        one = actions.add_parser(action, help=what)
        one.add_argument("version", metavar="VERSION", help="name of the new version")
        add_actor(one)
    add_deciding(actions)
    add_proving(actions)


def run(options: argparse.Namespace) -> int:
    """Do what the action says."""
    if options.action == "compare":
        return compare_files(options)
    actions = {
        "draft": _draft,
        "list": list_all,
        "preview": preview,
        "approve": _approve,
        "send": _send,
        "status": show_status,
        "stop": _stop,
        "decide": decide_late,
        "proof": prove,
    }
    with open_desk_of(options) as desk:
        return actions[options.action](options, desk)


def _draft(options: argparse.Namespace, desk: Desk) -> int:
    actor, draft = actor_of(options, desk), read_notice_file(options.file)
    profile, now = desk.services.desk, utc_now()
    notice = draft_notice(desk.database, draft, desk=profile, actor=actor, now=now)
    tell_changes(compare(draft.old, draft.new), load_material_rules(), draft.old.leading_text)
    if not notice.material:
        print(
            printable(
                f"not material: {notice.version} is published with its stamp, nobody is written to"
            )
        )
        return 0
    with desk.database.reading() as reading:
        plan = plan_of(reading, notice, profile, now)
    print(printable(f"notice of {notice.version}: drafted, digest {notice.digest}"))
    print(
        f"{plan.owners} Owners at {plan.per_hour} an hour; effective {plan.earliest} at the earliest"
    )
    return 0


def _approve(options: argparse.Namespace, desk: Desk) -> int:
    given = approve_notice(
        desk.database,
        options.version,
        options.digest.strip().lower(),
        desk=desk.services.desk,
        actor=actor_of(options, desk),
        now=utc_now(),
    )
    missing = given.needed - given.given
    print("approved" if missing <= 0 else f"approved; needs {missing} more")
    return 0


def _send(options: argparse.Namespace, desk: Desk) -> int:
    require_word_of_notices(desk.settings)
    started = start_notice(
        desk.database,
        options.version,
        desk=desk.services.desk,
        actor=actor_of(options, desk),
        now=utc_now(),
    )
    print(
        f"{started.owners} Owners are told by {started.ends_at:%Y-%m-%d %H:%M} UTC at the set pace; the daemon sends"
    )
    return 0


def _stop(options: argparse.Namespace, desk: Desk) -> int:
    actor = actor_of(options, desk)
    stop_notice(desk.database, options.version, actor=actor, now=utc_now())
    with desk.database.reading() as reading:
        print(f"stopped: {notice_named(reading, options.version).state}")
    return 0
