"""What staff may read of a message: its own words as plain text, cut to a length that a page can hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from intake.parse import parse_message

LONGEST_SHOWN = 20_000  # characters
MOST_BYTES_READ = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ShownMessage:
    """The words of one message. `sender` is empty where the From header cannot be believed.

    `named_by_list` is whom a mailing list that put itself into From names as the author; a claim that nothing proves.
    """

    sender: str = field(repr=False)
    named_by_list: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[str, ...] = field(repr=False)
    is_cut: bool


def show_message(raw: bytes) -> ShownMessage:
    """Return what can be read from the bytes of a message; never raises, what cannot be read is empty."""
    message = parse_message(raw[:MOST_BYTES_READ])
    return ShownMessage(
        sender=message.sender.address or "",
        named_by_list=message.sender.named_by_list or "",
        subject=message.subject,
        text=message.text[:LONGEST_SHOWN],
        attachments=tuple(attachment.name for attachment in message.attachments),
        is_cut=len(raw) > MOST_BYTES_READ or len(message.text) > LONGEST_SHOWN,
    )
