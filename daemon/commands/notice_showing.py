"""`rightsdesk notice compare`, `list`, `preview` and `status`: what changes, what Owners read, and how far it is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from casework.notice_campaign import NoticeStatus, late_bounds, status_of
from casework.notice_drafting import notice_named
from daemon.clock import utc_now
from daemon.commands.session import add_json, count, print_rows
from daemon.notice_file import read_text
from daemon.output import Row, as_json, printable
from daemon.settings import SettingsError
from daemon.wiring import Desk
from privacy.notices import NoticeLetter
from privacy.policy_changes import MaterialRule, SectionChange, compare, proposals
from privacy.policy_versions import PolicyVersion
from regimes.policy_rules import load_material_rules
from storage.notice_lists import Progress, ShownOwner, owners_in
from storage.notices import letters_of, list_notices

LIST = ("version", "state", "material", "effective_on", "author", "proposals")
KINDS = ("reader", "language", "subject")
HOLDING = ("owner", "person", "state", "told_at", "effective_on", "attempts", "reason")
EPOCH = date(1970, 1, 1)


def add_showing(actions: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add what these actions understand."""
    comparing = actions.add_parser("compare", help="show what differs between two policy texts")
    comparing.add_argument("old", type=Path, metavar="OLD.md")
    comparing.add_argument("new", type=Path, metavar="NEW.md")
    add_json(comparing)
    add_json(actions.add_parser("list", help="decisions about versions of the policy"))
    showing = actions.add_parser("preview", help="the notice as every kind of Owner gets it")
    showing.add_argument("version", metavar="VERSION", help="name of the new version")
    showing.add_argument("--lang", metavar="LANG", help="as readers of this language get it")
    showing.add_argument("--html", action="store_true", help="the HTML part")
    add_json(showing)
    status = actions.add_parser("status", help="how far it is, and who holds publication")
    status.add_argument("version", metavar="VERSION", help="name of the new version")
    status.add_argument(
        "--holding", action="store_true", help="the Owners who hold publication, one a line"
    )
    status.add_argument("--limit", type=count, metavar="N", default=200, help="at most so many")
    add_json(status)


def compare_files(options: argparse.Namespace) -> int:
    """Show the differences by section, and what the rules hold for material; 1 when there is something of it."""
    old, new = (
        _version(name, path) for name, path in (("OLD.md", options.old), ("NEW.md", options.new))
    )
    changes, rules = compare(old, new), load_material_rules()
    if options.json:
        for change in changes:
            print(as_json(_change_form(change)))
    found = proposals(changes, rules, old.leading_text)
    if options.json:
        for one in found:
            print(as_json({"material": one.code, "section": one.heading, "seen": one.seen}))
    else:
        tell_changes(changes, rules, old.leading_text)
    return 1 if found else 0


def tell_changes(
    changes: Sequence[SectionChange], rules: Sequence[MaterialRule], old_text: str
) -> None:
    """Print the differences and the proposals for people."""
    for change in changes:
        print(printable("\n".join(change.lines())))
    for one in proposals(changes, rules, old_text):
        where = one.heading or "before the first heading"
        print(printable(f"looks material ({one.code}): {one.why} In {where}: {one.seen}"))


def list_all(options: argparse.Namespace, desk: Desk) -> int:
    """List the decisions, the newest first."""
    with desk.database.reading() as reading:
        rows: list[Row] = [
            {
                "version": one.version,
                "state": one.state,
                "material": one.material,
                "effective_on": one.effective_on,
                "author": one.author,
                "proposals": list(one.proposals),
                "digest": one.digest,
            }
            for one in list_notices(reading)
        ]
    print_rows(rows, LIST, as_lines=options.json)
    return 0


def preview(options: argparse.Namespace, desk: Desk) -> int:
    """Show the letter for readers of one language, or which letters there are."""
    with desk.database.reading() as reading:
        notice = notice_named(reading, options.version)
        letters = letters_of(reading, notice.notice_id)
    if options.lang is None:
        rows: list[Row] = [_kind_form(one) for one in letters]
        print_rows(rows, KINDS, as_lines=options.json)
        if not options.json:
            print(f"digest {notice.digest}")
        return 0
    language = options.lang.partition("-")[0].lower()
    found = next((one for one in letters if one.reader == language), None)
    if found is None:
        raise SettingsError(["--lang: readers of this language get the letter of the leading one"])
    _show_letter(found, options, notice.digest)
    return 0


def show_status(options: argparse.Namespace, desk: Desk) -> int:
    """Say how far it is; 1 while publication is held."""
    with desk.database.reading() as reading:
        notice = notice_named(reading, options.version)
        status = status_of(reading, notice, utc_now())
        holding: list[ShownOwner] = []
        if options.holding:
            bounds = late_bounds(reading, notice)
            holding = owners_in(reading, notice.notice_id, late_from=bounds, most=options.limit)
    if options.holding:
        print_rows([_owner_form(one) for one in holding], HOLDING, as_lines=options.json)
    elif options.json:
        print(as_json(_status_form(status)))
    else:
        print(printable("\n".join(_status_lines(status))))
    return 0 if status.may_publish else 1


def _version(name: str, path: Path) -> PolicyVersion:
    text = read_text(path, name)
    try:
        return PolicyVersion(version=name, updated_on=EPOCH, leading="en", texts={"en": text})
    except ValueError as error:
        raise SettingsError([f"{name}: {error}"]) from None


def _change_form(change: SectionChange) -> Row:
    return {
        "section": change.heading,
        "change": change.kind,
        "gone": list(change.gone),
        "new": list(change.new),
    }


def _kind_form(one: NoticeLetter) -> Row:
    return {"reader": one.reader, "language": one.letter.language, "subject": one.letter.subject}


def _show_letter(one: NoticeLetter, options: argparse.Namespace, digest: str) -> None:
    letter = one.letter
    if options.json:
        bodies = {"text": letter.text, "html": letter.html, "digest": digest}
        print(as_json(dict(_kind_form(one)) | bodies))
    elif options.html:
        print(letter.html)
    else:
        print(printable(f"Subject: {letter.subject}\n\n{letter.text}\ndigest {digest}"))


def _status_form(status: NoticeStatus) -> Row:
    notice, standing = status.notice, status.standing
    return {
        "version": notice.version,
        "state": notice.state,
        "announced_on": notice.announced_on,
        "effective_on": notice.effective_on,
        "owners": {str(state): number for state, number in status.progress.owners.items()},
        "contacts": {str(state): number for state, number in status.progress.contacts.items()},
        "attempts": {str(one): number for one, number in status.progress.attempts.items()},
        "copies": status.progress.copies,
        "complained": status.progress.complained,
        "in_time": standing.in_time,
        "joined": standing.joined,
        "late": standing.late,
        "not_told": standing.not_told,
        "decided": standing.decided,
        "last_told_on": standing.last_told_on,
        "may_publish": status.may_publish,
        "per_hour": None if status.per_hour is None else round(status.per_hour),
        "remaining_seconds": None
        if status.remaining is None
        else round(status.remaining.total_seconds()),
    }


def _status_lines(status: NoticeStatus) -> list[str]:
    notice, standing, progress = status.notice, status.standing, status.progress
    counted = ", ".join(f"{number} {state}" for state, number in sorted(progress.owners.items()))
    lines = [
        f"{notice.version}: {notice.state}, effective {notice.effective_on} ({notice.zone})",
        f"Owners: {counted or 'none yet'}",
        f"told in time {standing.in_time}, joined later {standing.joined}, late {standing.late}",
        *_contact_lines(progress),
        f"not told {standing.not_told}, decided about {standing.decided}; copies {progress.copies}",
        *_complaint_lines(progress),
    ]
    if status.remaining is not None and progress.at_work:
        left = timedelta(seconds=round(status.remaining.total_seconds()))
        lines.append(f"{status.per_hour:,.0f} an hour, {left} left")
    lines.append("may be published" if status.may_publish else "publication is held")
    return lines


def _complaint_lines(progress: Progress) -> list[str]:
    return [f"called spam by {progress.complained}"] if progress.complained else []


def _contact_lines(progress: Progress) -> list[str]:
    counted = [f"{number} {state}" for state, number in sorted(progress.contacts.items())]
    return [f"Billing contacts: {', '.join(counted)}"] if counted else []


def _owner_form(one: ShownOwner) -> Row:
    return {
        "owner": one.person_id,
        "person": one.person,
        "workspaces": list(one.workspaces),
        "state": one.state,
        "told_at": one.told_at,
        "effective_on": one.effective_on,
        "attempts": len(one.attempts),
        "reason": one.reason,
    }
