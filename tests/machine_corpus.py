"""Our own mails of machines and people, one a line in `machine_mails/`, as parsed messages."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from classifier.kinds import read_signals
from classifier.rules import RulesClassifier
from intake.parse import parse_message
from privacy.messages import ParsedMessage
from privacy.screening import Kind, Screening, screen

MAILS = Path(__file__).parent / "machine_mails"
KINDS = {
    "auto_replies": Kind.AUTO_REPLY,
    "bounces": Kind.BOUNCE,
    "bulk": Kind.BULK,
    "people": Kind.PERSON,
}
OURS = frozenset({"privacy@autocloz.example"})
RULES = RulesClassifier()


def read(name: str) -> Iterator[tuple[str, ParsedMessage]]:
    """Yield what stands before the subject of each mail (language, sender or headers), and the mail."""
    lines = tomllib.loads((MAILS / f"{name}.toml").read_text(encoding="utf-8"))["mails"]
    for line in filter(None, lines.splitlines()):
        before, subject, text = line.split("|", 2)
        yield before, parse_message(_raw(before, subject, text.replace("\\n", "\n")))


def _raw(before: str, subject: str, text: str) -> bytes:
    sender = before if "@" in before and ":" not in before else "anne@home.example"
    lines = [f"From: {sender}", "To: privacy@autocloz.example", f"Subject: {subject}"]
    lines += before.split(" && ") if ":" in before else []
    lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", text]
    return "\r\n".join(lines).encode()


def screened(message: ParsedMessage) -> Screening:
    """Return what is made of a mail of which the door knows nothing."""
    signals = read_signals(
        message,
        our_addresses=OURS,
        envelope_from=None,
        suspected_spam=False,
        classification=RULES.classify(message),
    )
    return screen(signals)
