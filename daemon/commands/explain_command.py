"""`rightsdesk explain`: what the desk would make of messages; stores nothing, sends nothing."""

from __future__ import annotations

import argparse
import sys

from casework.reading import Door, read_message
from classifier.rules import RulesClassifier, list_rules
from daemon.clock import utc_now
from daemon.commands.session import settings_of
from daemon.json_forms import reading_form, unreadable_form
from daemon.output import as_json, printable
from daemon.reading_text import reading_for_people
from daemon.settings import SettingsError
from daemon.wiring import boundary_reader, build_profile
from intake.files import iter_files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `explain` understands."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help=".eml file, folder, mbox, Maildir, or - for stdin"
    )
    parser.add_argument("--jsonl", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--rules", action="store_true", help="list the classifier's rules with their reasons"
    )


def run(options: argparse.Namespace) -> int:
    """Explain every message; one bad file gives one line and the rest goes on."""
    settings = settings_of(options)
    if options.rules:
        for name, why in list_rules():
            print(f"{name}\t{why}")
        return 0
    if not options.paths:
        raise SettingsError(["PATH: name at least one file, or - for stdin"])
    profile = build_profile(settings, None)
    classifier = RulesClassifier(settings.classifier)
    stdin = sys.stdin.buffer.read() if "-" in options.paths else None
    mailbox = profile.mailboxes[0]
    items = iter_files(
        options.paths,
        mailbox=mailbox.address,
        now=utc_now(),
        boundary_received_at=boundary_reader(mailbox.boundary),
        standard_input=stdin,
    )
    for item in items:
        if item.message is None:
            form = unreadable_form(item.path, item.error or "unreadable")
            for_people = f"{item.path}: unreadable"
        else:
            reading = read_message(
                item.message.raw, Door(mailbox=item.message.mailbox), profile, classifier
            )
            form = reading_form(item.path, reading, item.message.received_at)
            for_people = reading_for_people(item.path, reading)
        print(as_json(form) if options.jsonl else printable(for_people))
    return 0
