"""Settings of the SMTP listener, documented where they are defined."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

MIB = 1024 * 1024
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
ONE_LINE = re.compile(r"[ -~]{1,200}")


class ListenerSettings(BaseModel):
    """How mail is taken in by SMTP."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=2525, ge=0, le=65535, description="Port to listen on; 0 takes any free one."
    )
    hostname: str = Field(
        default="localhost",
        pattern=r"^[A-Za-z0-9.-]{1,255}$",
        description="Name that the listener says of itself in its greeting.",
    )
    mailboxes: tuple[str, ...] = Field(
        default=(),
        description="Addresses that mail is taken for, plus-addresses of them included; none means all our "
        "mailboxes. A mail to several belongs to the first in this order.",
    )
    is_boundary: bool = Field(
        default=False,
        description="Mail comes straight from the internet, not through another server of ours: the client's "
        "address is kept with the mail, and `verify` may ask SPF about it.",
    )
    max_message_bytes: int = Field(
        default=25 * MIB,
        ge=64 * 1024,
        description="Largest message taken, in bytes; announced as SIZE.",
    )
    other_channel: str = Field(
        default="send the request itself without attachments",
        description="What a sender whose message is too large is told to do instead, in one ASCII line.",
    )
    tls_certificate: Path | None = Field(
        default=None,
        description="PEM file with the certificate chain; with tls_key it offers STARTTLS.",
    )
    tls_key: Path | None = Field(default=None, description="PEM file with the private key.")
    require_tls: bool = Field(default=False, description="Take mail only after STARTTLS.")
    max_connections: int = Field(
        default=200, ge=1, description="Connections served at the same time."
    )
    max_connections_per_address: int = Field(
        default=50,
        ge=1,
        description="Connections served at the same time from one address (one /64 of IPv6).",
    )
    max_recipients: int = Field(default=100, ge=1, description="Recipients of one message.")
    idle_seconds: float = Field(
        default=300, gt=0, description="Silence after which a client is cut off, in seconds."
    )
    session_seconds: float = Field(
        default=1800,
        gt=0,
        description="Longest life of a connection, in seconds; a slow drip ends here.",
    )
    answer_seconds: float = Field(
        default=20,
        gt=0,
        description="Longest time to store a message before the sender is asked to come back, in seconds.",
    )

    @field_validator("mailboxes")
    @classmethod
    def _addresses(cls, mailboxes: tuple[str, ...]) -> tuple[str, ...]:
        for mailbox in mailboxes:
            if not ADDRESS.fullmatch(mailbox):
                raise ValueError(
                    "a mailbox is one plain address without a plus part, such as privacy@autocloz.example"
                )
        return mailboxes

    @field_validator("other_channel")
    @classmethod
    def _one_line(cls, text: str) -> str:
        if not ONE_LINE.fullmatch(text):
            raise ValueError("one line of at most 200 printable ASCII characters")
        return text

    @model_validator(mode="after")
    def _whole_tls(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together")
        if self.require_tls and self.tls_key is None:
            raise ValueError("require_tls needs tls_certificate and tls_key")
        return self
