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
from daemon.sender_words import sender_line
from daemon.settings import SettingsError
from daemon.wiring import boundary_reader, build_profile, build_verifier
from intake.files import ImportItem, iter_files
from intake.verification import Arrival, SenderCheck, SenderVerifier
from privacy.messages import RawMessage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `explain` understands."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help=".eml file, folder, mbox, Maildir, or - for stdin"
    )
    parser.add_argument(
        "--dns",
        action="store_true",
        help="check the sender with the DNS (DKIM, DMARC); without it there is no network at all",
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
    verifier = build_verifier(settings.authenticity) if options.dns else None
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
        else:
            reading = read_message(
                item.message.raw,
                Door(mailbox=item.message.mailbox),
                profile,
                classifier,
                own_check=_own_check(item.message, verifier),
            )
            form = reading_form(item.path, reading, item.message.received_at)
        print(as_json(form) if options.jsonl else _for_people(item, form))
    return 0


def _own_check(message: RawMessage, verifier: SenderVerifier | None) -> SenderCheck | None:
    """Return the check with the DNS, None without `--dns`."""
    if verifier is None:
        return None
    return verifier.check_of(message.raw, Arrival(received_at=message.received_at))


def _for_people(item: ImportItem, form: dict[str, object]) -> str:
    classification = form.get("classification")
    if not isinstance(classification, dict):
        return printable(f"{item.path}: unreadable")
    lines = [f"{item.path}: {form['kind']}, {classification['lane']}, language {form['language']}"]
    lines += [
        f"  {claim['right']} {claim['scope'] or ''} ({claim['reason']}): {claim['quote']}"
        for claim in classification["rights"]
    ]
    lines.append(f"  sender: {sender_line(form['authenticity'])}")
    if classification["needs_human"]:
        lines.append(f"  a person should look: {', '.join(classification['reasons'])}")
    return printable("\n".join(lines))
