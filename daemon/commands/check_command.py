"""`rightsdesk check`: one screen that says what works and what does not."""

from __future__ import annotations

import argparse

from daemon.checking import Finding, Standing, check_everything, test_alarms
from daemon.commands.session import add_json, settings_of
from daemon.output import as_json, printable
from daemon.settings import Settings

MARKS = {Standing.OK: "ok     ", Standing.WARNING: "warning", Standing.WRONG: "WRONG  "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `check` understands."""
    add_json(parser)
    parser.add_argument("--alarm-test", action="store_true", help="ring every alarm way once")
    parser.add_argument(
        "--carriers",
        action="store_true",
        help="send each mailbox a tagged mail and say which tags survive",
    )


def run(options: argparse.Namespace) -> int:
    """Print one line for each item; 1 when something does not work."""
    settings = settings_of(options)
    findings = _findings(settings, options)
    for finding in findings:
        if options.json:
            print(
                as_json({"item": finding.item, "standing": finding.standing, "says": finding.says})
            )
        else:
            print(printable(f"{MARKS[finding.standing]}  {finding.item}: {finding.says}"))
    return 1 if any(finding.standing is Standing.WRONG for finding in findings) else 0


def _findings(settings: Settings, options: argparse.Namespace) -> list[Finding]:
    if options.alarm_test:
        return test_alarms(settings)
    return check_everything(settings, carriers=options.carriers)
