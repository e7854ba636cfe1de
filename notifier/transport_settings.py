"""Settings of the ways out by name, and which kind of mail takes which of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from notifier.settings import SubmissionSettings, is_loopback

SECONDS = 30.0
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
Purpose = Literal["letters", "notices", "updates"]


def _on_this_machine(url: str | None) -> str | None:
    parts = urlsplit(url or "")
    if url is not None and (
        parts.scheme != "http" or not is_loopback(parts.hostname or "") or parts.path
    ):
        raise ValueError("a stand-in is http://127.0.0.1:PORT and nothing else")
    return url


def _web_origin(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme != "https" or not parts.hostname or not url.isprintable()):
        raise ValueError("must be an https address")
    if parts.query or parts.fragment:
        raise ValueError("must be an https address and nothing behind it")
    return url.rstrip("/")


StandIn = Annotated[str | None, AfterValidator(_on_this_machine)]


class SendGridSettings(BaseModel):
    """How mail leaves by SendGrid."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    api_key: SecretStr = Field(
        min_length=1, description="Key that may send mail, and nothing else."
    )
    region: Literal["global", "eu"] = Field(
        default="global",
        description="Which of the provider's hosts is called: where it keeps the mail.",
    )
    sandbox: bool = Field(
        default=False,
        description="The provider looks at each call and sends nothing; nobody is told.",
    )
    timeout_seconds: float = Field(
        default=SECONDS, gt=0, le=60, description="Longest wait for one answer, in seconds."
    )
    stand_in: StandIn = Field(
        default=None,
        description="A server on this machine that plays the provider, for trying things out.",
    )


class MailgunSettings(BaseModel):
    """How mail leaves by Mailgun."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    api_key: SecretStr = Field(min_length=1, description="Sending key of the domain.")
    domain: str = Field(
        pattern=r"^[A-Za-z0-9.-]{1,253}$",
        description="Domain at the provider that the mail is sent for.",
    )
    region: Literal["us", "eu"] = Field(
        default="us",
        description="Which of the provider's hosts is called: where it keeps the mail.",
    )
    test_mode: bool = Field(
        default=False, description="The provider takes each call and sends nothing; nobody is told."
    )
    timeout_seconds: float = Field(
        default=SECONDS, gt=0, le=60, description="Longest wait for one answer, in seconds."
    )
    stand_in: StandIn = Field(
        default=None,
        description="A server on this machine that plays the provider, for trying things out.",
    )


class WaySettings(BaseModel):
    """One way out, under a name of your choice: one of the tables below it, or a folder."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    smtp: SubmissionSettings | None = Field(default=None, description="A mail server.")
    sendgrid: SendGridSettings | None = Field(default=None, description="SendGrid.")
    mailgun: MailgunSettings | None = Field(default=None, description="Mailgun.")
    maildir: Path | None = Field(
        default=None, description="Folder of a built-in mailbox: mail stays on this machine."
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (
            sum(one is not None for one in (self.smtp, self.sendgrid, self.mailgun, self.maildir))
            != 1
        ):
            raise ValueError("one of smtp, sendgrid, mailgun and maildir is needed")
        return self

    @property
    def pretends(self) -> bool:
        """Whether the provider is told to send nothing."""
        return bool(
            (self.sendgrid and self.sendgrid.sandbox) or (self.mailgun and self.mailgun.test_mode)
        )


class WaysOfRegion(BaseModel):
    """Which way each kind of mail takes; the name of a table of `transports`, empty for that of `[outgoing]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    letters: str = Field(default="", description="Letters about requests.")
    notices: str = Field(default="", description="Policy notices to Owners.")
    updates: str = Field(default="", description="Product updates, with one-click unsubscribing.")


class SendingSettings(WaysOfRegion):
    """Which way each kind of mail takes."""

    page_url: Annotated[str, AfterValidator(_web_origin)] = Field(
        default="",
        description="https address under which people reach `/unsubscribe/` and `/notices/` of these pages, such as "
        "https://privacy.example.com; product updates need it.",
    )
    regions: dict[str, WaysOfRegion] = Field(
        default={},
        description="Another choice for the people of a region; what it leaves empty is as above.",
    )

    def way(self, purpose: Purpose, region: str) -> str:
        """Return the name of the way, empty for that of `[outgoing]`."""
        own: str = getattr(self.regions.get(region), purpose, "")
        general: str = getattr(self, purpose)
        return own or general


def check_ways(sending: SendingSettings, transports: Mapping[str, WaySettings]) -> None:
    """Raise ValueError for a name that is none, and for a way that is named and not there."""
    for name in transports:
        if not NAME.fullmatch(name):
            raise ValueError("transports: a name has small letters, digits, - and _")
    choices = {"sending": sending} | {
        f"sending.regions.{region}": choice for region, choice in sending.regions.items()
    }
    for where, choice in choices.items():
        for purpose in ("letters", "notices", "updates"):
            name = getattr(choice, purpose)
            if name and name not in transports:
                raise ValueError(f"{where}.{purpose}: there is no table transports.{name}")
        if choice.updates and not sending.page_url:
            raise ValueError(f"{where}.updates: needs sending.page_url, where people unsubscribe")
