"""`rightsdesk explain`: what the desk would make of messages; stores nothing, sends nothing."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from casework.profile import DeskProfile
from casework.reading import Door, read_message
from classifier.rules import RulesClassifier, list_rules
from daemon.clock import utc_now
from daemon.commands.session import settings_of
from daemon.json_forms import reading_form, unreadable_form
from daemon.output import as_json, printable
from daemon.sender_words import sender_line
from daemon.settings import Settings, SettingsError
from daemon.wiring import boundary_reader, build_profile, build_verifier
from intake.files import ImportItem, iter_files
from intake.reader import WorkerPool
from intake.verification import Arrival, SenderCheck, SenderVerifier
from privacy.messages import ParsedMessage, RawMessage
from privacy.ports import NotRead


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a message is explained with; `verifier` only with `--dns`."""

    profile: DeskProfile
    classifier: RulesClassifier
    verifier: SenderVerifier | None

    def own_check(self, message: RawMessage) -> SenderCheck | None:
        """Return the check with the DNS, None without `--dns`."""
        if self.verifier is None:
            return None
        return self.verifier.check_of(message.raw, Arrival(received_at=message.received_at))


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
    means = _means(settings, options)
    reader = WorkerPool(settings.reading)
    try:
        for item, form in _explain_all(_items(options, means.profile), reader, means):
            print(as_json(form) if options.jsonl else _for_people(item, form))
    finally:
        reader.close()
    return 0


def _means(settings: Settings, options: argparse.Namespace) -> Means:
    return Means(
        profile=build_profile(settings, None),
        classifier=RulesClassifier(settings.classifier),
        verifier=build_verifier(settings.authenticity) if options.dns else None,
    )


def _items(options: argparse.Namespace, profile: DeskProfile) -> Iterator[ImportItem]:
    stdin = sys.stdin.buffer.read() if "-" in options.paths else None
    mailbox = profile.mailboxes[0]
    return iter_files(
        options.paths,
        mailbox=mailbox.address,
        now=utc_now(),
        boundary_received_at=boundary_reader(mailbox.boundary),
        standard_input=stdin,
    )


def _explain_all(
    items: Iterator[ImportItem], reader: WorkerPool, means: Means
) -> Iterator[tuple[ImportItem, dict[str, object]]]:
    """Yield each item with what is said about it, in order; the workers read ahead meanwhile."""
    drawn: deque[ImportItem] = deque()
    with closing(reader.read(_raws(items, drawn))) as outcomes:
        for outcome in outcomes:
            while drawn[0].message is None:
                yield _unreadable(drawn.popleft())
            item = drawn.popleft()
            yield item, _form(item, outcome, means)
    yield from map(_unreadable, drawn)


def _raws(items: Iterator[ImportItem], drawn: deque[ImportItem]) -> Iterator[bytes]:
    for item in items:
        drawn.append(item)
        if item.message is not None:
            yield item.message.raw


def _unreadable(item: ImportItem) -> tuple[ImportItem, dict[str, object]]:
    return item, unreadable_form(item.path, item.error or "unreadable")


def _form(item: ImportItem, outcome: ParsedMessage | NotRead, means: Means) -> dict[str, object]:
    message = item.message
    if isinstance(outcome, NotRead) or message is None:
        return unreadable_form(item.path, str(outcome))
    reading = read_message(
        outcome,
        Door(mailbox=message.mailbox, raw=message.raw),
        means.profile,
        means.classifier,
        own_check=means.own_check(message),
    )
    return reading_form(item.path, reading, message.received_at)


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
