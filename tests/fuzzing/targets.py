"""What must hold for any bytes: one function a target, each raising where something does not hold."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from classifier.letter import Letter
from classifier.quick import screen_letter
from classifier.rules import classify_text
from intake.authenticity import read_field
from intake.bounce_text import MAX_RECIPIENTS
from intake.bounces import MAX_IDS, read_report
from intake.encoded_words import decode_header
from intake.files_mbox import split_mbox
from intake.folding import fold
from intake.headers import cut_message_head
from intake.markup import html_to_text
from intake.parse import parse_message, read_message
from intake.sender import gate_sender
from intake.trace import read_trace_line, without_comments
from intake.verification import Arrival, SenderVerifier
from privacy.messages import ParsedMessage, SmtpClient
from privacy.ports import RecordKind
from privacy.screening import Kind

Target = Callable[[bytes], None]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEALERS = frozenset({"list.example"})
OURS = frozenset({"privacy@autocloz.example"})
LONGEST_ADDRESS = 320  # RFC 5321 section 4.5.3.1: 64 + 1 + 255
MBOX_LIMIT = 1_000_000


def reading(data: bytes) -> None:
    """A whole message: read without exception, the same each time, its words clean and from the source."""
    message = read_message(data)
    assert message == read_message(data), "two readings differ"
    assert_clean(message.subject, message.text, message.new_text, *message.part_types)
    for _, value in message.headers:
        assert_clean(value)
        assert "\n" not in value, "a header value with a line break"
    for piece in message.folded:
        assert 0 <= piece.start <= piece.end <= len(message.text), "a fold outside of the text"
    assert all(line in message.text for line in message.new_text.split("\n")), "words of nobody"
    assert_screened(message)


def assert_screened(message: ParsedMessage) -> None:
    letter = Letter(
        message=message,
        our_addresses=OURS,
        envelope_from=None,
        suspected_spam=False,
        classification=None,
    )
    screening, if_quick = screen_letter(letter)
    assert if_quick is None or screening.kind is Kind.PERSON, "haste made another kind of a machine"
    assert_quotes(message.subject, message.new_text)


def sender(data: bytes) -> None:
    """A header block: the sender that is believed stands in its one From field, clean, or there is none."""
    head = cut_message_head(data)
    found = gate_sender(head)
    assert_clean(found.display_name)
    assert found.named_by_list is None or found.address is None, "a list's claim beside a sender"
    if found.address is None:
        assert found.reasons, "refused without a reason"
        return
    values = head.values("from")
    assert len(values) == 1, "believed one of several"
    assert found.address.isascii(), "an address that is not plain"
    assert found.address.isprintable(), "an address with control characters"
    assert found.address.count("@") == 1, "an address with two domains"
    assert len(found.address) <= LONGEST_ADDRESS, "an address that no server takes"
    assert found.address.lower().encode() in values[0].lower().replace(b"\r\n", b""), "not there"


class SameAnswer:
    """A DNS whose owner is Mallory: every question has the same records, in any kind."""

    def __init__(self, text: str) -> None:
        self.records = tuple(text.split("\n")[:20])

    def look_up(self, _name: str, _kind: RecordKind) -> tuple[str, ...]:
        return self.records

    def look_ahead(self, questions: object) -> None:
        """Nothing to do."""


def checking(data: bytes) -> None:
    """Any mail, and behind a NUL any records: a level with a reason, and nobody aligned whom the gate refuses."""
    raw, _, records = data.partition(b"\0")
    dns = SameAnswer(records.decode("latin-1"))
    sender = gate_sender(cut_message_head(raw))
    client = SmtpClient(address="192.0.2.10", helo=records[:100].decode("latin-1"))
    arrival = Arrival(received_at=NOON, client=client, envelope_from=sender.address)
    found = SenderVerifier(dns=dns, sealers=SEALERS).verify(raw, sender, arrival)
    assert found.reasons, "a level without a reason"
    assert sender.address is not None or found.level == "none", "aligned is nobody"


def headers(data: bytes) -> None:
    """Any header value: decoded to one clean line."""
    shown = decode_header(data, data[:200])
    assert_clean(shown)
    assert "\n" not in shown, "a line break in a header"
    read_trace_line(data)
    text = data.decode("latin-1")
    list(read_field(without_comments(text)))


def folding(data: bytes) -> None:
    """Any text: offsets lie inside and rise, nothing is left that was not there, folding twice changes nothing."""
    text = as_text(data)
    folded = fold(text)
    assert all(line in text for line in folded.new_text.split("\n")), "words of nobody"
    ends = 0
    for piece in folded.folded:
        assert ends <= piece.start <= piece.end <= len(text), "folds overlap or lie outside"
        ends = piece.end
    if text.strip():
        assert folded.new_text, "everything was folded"
    assert fold(folded.new_text).new_text == folded.new_text, "folding new words folds more"


def markup(data: bytes) -> None:
    """Any HTML: clean text, and quoted spans inside it."""
    html = as_text(data)
    found = html_to_text(html)
    assert_clean(found.text)
    assert all(0 <= span.start <= span.end <= len(found.text) for span in found.marked), (
        "span outside"
    )
    assert found.hidden_characters >= 0, "less than nothing is hidden"


def rules(data: bytes) -> None:
    """Any words: every quote is exactly its place."""
    subject, _, text = as_text(data).partition("\n")
    assert_quotes(subject, text)


def files(data: bytes) -> None:
    """Any file that is said to be an mbox: its bytes come out, bounded."""
    total = sum(len(found.raw) for found in split_mbox(io.BytesIO(data), limit=MBOX_LIMIT))
    assert total <= len(data), "bytes of nobody"


def assert_quotes(subject: str, text: str) -> None:
    parts = {"subject": subject, "text": text}
    for claim in classify_text(subject, text).rights:
        assert parts[claim.part][claim.start : claim.end] == claim.quote, (
            "a quote that is not there"
        )


def assert_clean(*texts: str) -> None:
    for text in texts:
        assert "\0" not in text, "NUL in text"
        text.encode("utf-8")  # raises for a lone surrogate


def as_text(data: bytes) -> str:
    """Return what a text can be after decoding: no lone surrogates, no NUL."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


def reports(data: bytes) -> None:
    """A delivery report: bounded, the same each time, whole ids and addresses without control characters."""
    message = parse_message(data)
    found = read_report(data, message)
    assert found == read_report(data, message), "two readings differ"
    assert len(found.recipients) <= MAX_RECIPIENTS
    assert len(found.message_ids) <= MAX_IDS
    for one in found.message_ids:
        assert one.isprintable(), "an id with control characters"
        assert one.startswith("<"), "an id without brackets"
    for part in found.recipients:
        assert part.recipient is None or part.recipient.isprintable(), "an odd address"


TARGETS: Mapping[str, Target] = {
    target.__name__: target
    for target in (reading, sender, checking, headers, folding, markup, rules, files, reports)
}
