"""Settings of the ways out for mail and alarms, documented where they are defined."""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from notifier.addresses import wire_address
from privacy.errors import Permanent, WrongSetting

USUAL_PORTS = {"tls": 465, "starttls": 587, "plain": 25}
HOST = r"^[A-Za-z0-9.:_-]{1,255}$"
URL = re.compile(r"[!-~]{1,2000}")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, without asking any resolver."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class SmtpSettings(BaseModel):
    """How mail leaves by SMTP."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = Field(
        default="localhost", pattern=HOST, description="Mail server that takes our letters."
    )
    port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Its port; 0 means the usual one: 465 for tls, 587 for starttls, 25 for plain.",
    )
    security: Literal["tls", "starttls", "plain"] = Field(
        default="starttls",
        description="tls from the first byte, starttls (refused when not offered), or plain "
        "(loopback only). Certificates are always verified.",
    )
    ca_file: Path | None = Field(
        default=None, description="PEM file of the authorities to trust instead of the system's."
    )
    username: str | None = Field(
        default=None, description="Name to log in with, if the server asks for it."
    )
    password: SecretStr | None = Field(default=None, description="Password to log in with.")
    helo_name: str = Field(
        default="localhost.localdomain",
        pattern=r"^[A-Za-z0-9.-]{1,255}$",
        description="Name that we say in EHLO; set it to this machine's public name.",
    )
    timeout_seconds: float = Field(
        default=20,
        gt=0,
        le=60,
        description="Longest wait for one answer before the letter is handed over, in seconds.",
    )
    verdict_seconds: float = Field(
        default=60,
        gt=0,
        le=60,
        description="Longest wait for the verdict on a letter, in seconds; after it the outcome is unknown.",
    )

    @property
    def used_port(self) -> int:
        """The port to dial."""
        return self.port or USUAL_PORTS[self.security]

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.security == "plain" and not is_loopback(self.host):
            raise ValueError("security plain is for loopback only")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together")
        return self


class SubmissionSettings(SmtpSettings):
    """How many mails leave by SMTP at once: several connections, commands in groups where the server allows it."""

    connections: int = Field(
        default=5, ge=1, le=50, description="Connections at the same time; what the server allows."
    )
    letters_per_connection: int = Field(
        default=100,
        ge=1,
        le=100_000,
        description="Letters after which a connection is ended and a new one opened.",
    )
    per_second: float = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Letters a second over all connections; 0 means as fast as the server takes them.",
    )


class TransportKind(StrEnum):
    """The ways out for letters."""

    SMTP = "smtp"
    MAILDIR = "maildir"


class EventSettings(BaseModel):
    """The signed event webhooks of the providers, taken at POST /events/sendgrid and /events/mailgun of `[web]`."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    public_key: str | None = Field(
        default=None,
        max_length=2_000,
        description="Verification key as the provider shows it (base64), or as PEM; this or public_key_file.",
    )
    public_key_file: Path | None = Field(
        default=None, description="File that holds the verification key."
    )
    mailgun_signing_key: SecretStr | None = Field(
        default=None, min_length=1, description="Mailgun's HTTP webhook signing key."
    )

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        keys = [one for one in (self.public_key, self.public_key_file) if one is not None]
        if len(keys) > 1 or (not keys and self.mailgun_signing_key is None):
            raise ValueError(
                "one of public_key and public_key_file is needed, or mailgun_signing_key"
            )
        return self

    @property
    def has_public_key(self) -> bool:
        """Whether SendGrid's events are taken."""
        return self.public_key is not None or self.public_key_file is not None

    def read_key(self) -> str:
        """Return the key's text. Raises Permanent when its file cannot be read."""
        if self.public_key_file is None:
            return self.public_key or ""
        try:
            return self.public_key_file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            raise WrongSetting("outgoing.events.public_key_file cannot be read") from None


class OutgoingSettings(BaseModel):
    """How letters leave."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    transport: TransportKind = Field(
        default=TransportKind.MAILDIR,
        description="smtp sends letters; maildir keeps them in the built-in mailbox, for trying things out.",
    )
    smtp: SmtpSettings = Field(
        default_factory=SmtpSettings, description="The mail server, for smtp."
    )
    maildir: Path | None = Field(
        default=None,
        description="Folder of the built-in mailbox, made when it is missing; default `letters` in the home folder.",
    )

    events: EventSettings | None = Field(
        default=None,
        description="What the sending provider tells about letters; without this table the door is closed.",
    )

    @model_validator(mode="after")
    def _server_named(self) -> Self:
        if self.transport is TransportKind.SMTP and "smtp" not in self.model_fields_set:
            raise ValueError("transport smtp needs the table smtp")
        return self


class WebhookAlarmSettings(BaseModel):
    """Alarms as an HTTP POST."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: SecretStr = Field(
        description="Address to post to; https, or http on loopback. Treated as a secret."
    )
    timeout_seconds: float = Field(
        default=10, gt=0, le=60, description="Longest wait for the answer, in seconds."
    )

    @field_validator("url")
    @classmethod
    def _encrypted(cls, url: SecretStr) -> SecretStr:
        parts = urlsplit(url.get_secret_value()) if URL.fullmatch(url.get_secret_value()) else None
        if parts is None or not parts.hostname:
            raise ValueError("an alarm address is a whole URL")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
            raise ValueError("an alarm address is https, or http on loopback")
        return url


class MailAlarmSettings(BaseModel):
    """Alarms by mail, over a way out of their own."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    sender: str = Field(description="Address that alarms come from.")
    recipient: str = Field(description="Address that alarms go to.")
    smtp: SmtpSettings = Field(
        description="The mail server for alarms; another one than that of the letters."
    )

    @field_validator("sender", "recipient")
    @classmethod
    def _address(cls, address: str) -> str:
        try:
            return wire_address(address)
        except Permanent as error:
            raise ValueError("not an address that mail can be sent to") from error


class AlarmSettings(BaseModel):
    """Who is called when the desk fails: each way is used, none depends on the way out for letters."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    webhook: WebhookAlarmSettings | None = Field(default=None, description="Call by HTTP POST.")
    mail: MailAlarmSettings | None = Field(default=None, description="Call by mail.")
