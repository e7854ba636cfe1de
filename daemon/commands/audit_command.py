"""`rightsdesk audit`: is the trail whole, and the whole trail in one signed file."""

from __future__ import annotations

import argparse
import re
from dataclasses import asdict
from pathlib import Path

from casework.auditing import TrailReport, look_through
from casework.trail_export import export_trail
from daemon.clock import utc_now
from daemon.commands.session import actor_of, add_actor, add_json, open_desk_of
from daemon.ledger_file import ledger_of
from daemon.output import as_json
from daemon.settings import SettingsError
from storage.signing import public_key_of

HASH = re.compile(r"[0-9a-f]{64}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `audit` understands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    verifying = actions.add_parser("verify", help="say whether anything was changed or taken away")
    verifying.add_argument(
        "--kept",
        type=_hash,
        action="append",
        default=[],
        metavar="HASH",
        help="hash of a segment that you wrote down elsewhere: it must still be there",
    )
    add_json(verifying)
    exporting = actions.add_parser(
        "export", help="write the whole trail into one signed file that checks itself"
    )
    exporting.add_argument("--out", required=True, metavar="FILE", help="zip file to write")
    add_actor(exporting)


def run(options: argparse.Namespace) -> int:
    """Do what the action says; `verify` ends with 1 for a trail that is not whole."""
    return _verify(options) if options.action == "verify" else _export(options)


def _verify(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        kept = ledger_of(desk.settings).read().segments.values()
        report = look_through(desk.database, [*kept, *options.kept])
    if options.json:
        print(as_json({"whole": report.is_whole, **asdict(report)}))
    else:
        print("\n".join(_lines(report)))
    return 0 if report.is_whole else 1


def _lines(report: TrailReport) -> list[str]:
    lines = [f"{report.events} events in {report.chains} chains, {report.segments} signed segments"]
    if report.last:
        lines.append(
            f"last segment {report.last.number}, {report.last.at.isoformat()}: {report.last_hash}"
        )
    if report.unanchored_since:
        since = report.unanchored_since.isoformat()
        lines.append(
            f"{report.unanchored} events since {since} are in no segment yet: unanchored, "
            "an end that was cut off there would not be missed"
        )
    lines += [
        f"WRONG: {one.fault.value} in {one.where}"
        + ("" if one.place is None else f" at event {one.place}")
        for one in report.findings
    ]
    return [*lines, "the trail is whole" if report.is_whole else "the trail is NOT whole"]


def _export(options: argparse.Namespace) -> int:
    path = Path(options.out)
    with open_desk_of(options) as desk:
        by = (actor_of(options, desk), utc_now())
        try:
            with path.open("xb") as file:
                path.chmod(0o600)
                exported = export_trail(desk.database, file, by=by)
        except FileExistsError:
            raise SettingsError(["--out: there is a file of this name already"]) from None
        except OSError:
            raise SettingsError(["--out: the file cannot be written"]) from None
        key = public_key_of(desk.database.keys).hex()
    print(
        f"{exported.events} events of {exported.chains} chains, {exported.segments} segments; "
        f"check with: python3 {path.name} {key}"
    )
    return 0


def _hash(text: str) -> str:
    if not HASH.fullmatch(text):
        raise argparse.ArgumentTypeError("64 hexadecimal digits are wanted")
    return text
