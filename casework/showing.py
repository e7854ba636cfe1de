"""What staff may read of a message: its own words as plain text, cut to a length that a page can hold, and its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from intake.as_sent import file_content, html_version, inline_images
from intake.parse import parse_message
from privacy.messages import Attachment

LONGEST_SHOWN = 20_000  # characters
MOST_BYTES_READ = 4 * 1024 * 1024
HTML = "text/html"


@dataclass(frozen=True, kw_only=True)
class ShownFile:
    """A file of a message by its safe name; `kind` is what its first bytes say that it is."""

    name: str = field(repr=False)
    kind: str
    size: int


@dataclass(frozen=True, kw_only=True)
class ShownMessage:
    """The words of one message. `sender` is empty where the From header cannot be believed.

    `new_text` are the words without quoted history and signature: in them the rights were found.
    `named_by_list` is whom a mailing list that put itself into From names as the author; a claim that nothing proves.
    """

    sender: str = field(repr=False)
    named_by_list: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    new_text: str = field(repr=False)
    attachments: tuple[ShownFile, ...] = field(repr=False)
    has_html: bool
    is_cut: bool

    @property
    def own_words(self) -> str:
        """The new words, all words where none is new."""
        return self.new_text or self.text


@dataclass(frozen=True, kw_only=True)
class AsSent:
    """A message as its sender laid it out: HTML of a stranger, and the images that it names by their id."""

    html: str = field(repr=False)
    images: Mapping[str, tuple[str, bytes]] = field(repr=False)


def show_message(raw: bytes) -> ShownMessage:
    """Return what can be read from the bytes of a message; never raises, what cannot be read is empty."""
    message = parse_message(raw[:MOST_BYTES_READ])
    return ShownMessage(
        sender=message.sender.address or "",
        named_by_list=message.sender.named_by_list or "",
        subject=message.subject,
        text=message.text[:LONGEST_SHOWN],
        new_text=message.new_text[:LONGEST_SHOWN],
        attachments=tuple(map(_shown_file, message.attachments)),
        has_html=HTML in message.part_types,
        is_cut=len(raw) > MOST_BYTES_READ or len(message.text) > LONGEST_SHOWN,
    )


def show_as_sent(raw: bytes) -> AsSent | None:
    """Return the HTML of a message, None where it has none; whoever shows it cleans it before."""
    html = html_version(raw[:MOST_BYTES_READ])
    return None if html is None else AsSent(html=html, images=inline_images(raw[:MOST_BYTES_READ]))


def file_of(raw: bytes, number: int) -> tuple[ShownFile, bytes] | None:
    """Return the file with this place among those of the message (from 0) and its content, None where there is none."""
    files = parse_message(raw).attachments
    if not 0 <= number < len(files):
        return None
    content = file_content(raw, files[number].sha256)
    return None if content is None else (_shown_file(files[number]), content)


def _shown_file(one: Attachment) -> ShownFile:
    return ShownFile(name=one.name, kind=one.content_type, size=one.size)
