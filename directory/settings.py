"""Settings of the directory's sources, documented where they are defined."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from privacy.directory_lines import ListedWords
from privacy.webhook_signing import secret_octets

URL = re.compile(r"[!-~]{1,2000}")


class SourceKind(StrEnum):
    """The sources that are read on a schedule; a file is imported by a command."""

    NONE = "none"
    ENDPOINT = "endpoint"
    SQL = "sql"


class EndpointSettings(BaseModel):
    """The product's own JSON endpoint (docs/directory.md says what it is asked and answers)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str = Field(description="Address to ask; https, or http on loopback.")
    secret: SecretStr = Field(
        description="Shared secret of Standard Webhooks, `whsec_` and base64: both sides sign with it."
    )
    ca_file: Path | None = Field(
        default=None, description="PEM file of the authorities to trust instead of the system's."
    )
    page_seconds: float = Field(
        default=30, gt=0, le=300, description="Longest wait for one page, in seconds."
    )
    page_megabytes: float = Field(
        default=16, gt=0, le=256, description="Largest page, in millions of octets."
    )
    whole_seconds: float = Field(
        default=1800, gt=0, le=14_400, description="Longest time for all pages, in seconds."
    )

    @field_validator("url")
    @classmethod
    def _encrypted(cls, url: str) -> str:
        parts = urlsplit(url) if URL.fullmatch(url) else None
        if parts is None or not parts.hostname or parts.username is not None:
            raise ValueError("is not a whole URL without a password")
        if parts.scheme != "https" and not (
            parts.scheme == "http" and _is_loopback(parts.hostname)
        ):
            raise ValueError("is neither https, nor http on loopback")
        return url

    @field_validator("secret")
    @classmethod
    def _strong(cls, secret: SecretStr) -> SecretStr:
        secret_octets(secret.get_secret_value())
        return secret

    @property
    def key(self) -> bytes:
        """The octets of the secret."""
        return secret_octets(self.secret.get_secret_value())


class SqlViewSettings(BaseModel):
    """A view of the product's database; it is only ever read."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: SecretStr = Field(
        description="Where the database is: `postgresql://user:password@host/name` of a user who may read the view"
        " and nothing else, or `sqlite:////path`."
    )
    view: str = Field(
        default="rightsdesk_directory",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$",
        description="Name of the view, with its schema where it needs one.",
    )
    seconds: float = Field(
        default=300, gt=0, le=3600, description="Longest time for the whole reading, in seconds."
    )


class DirectorySettings(BaseModel):
    """Who is who: where it is read from, and how long it may be relied on."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    source: SourceKind = Field(
        default=SourceKind.NONE,
        description="What is read on a schedule: endpoint, sql, or none; `rightsdesk directory import` takes a file.",
    )
    endpoint: EndpointSettings | None = Field(
        default=None, description="The product's JSON endpoint, for endpoint."
    )
    sql: SqlViewSettings | None = Field(default=None, description="The view, for sql.")
    every_minutes: int = Field(
        default=60, ge=1, le=10_080, description="How often the source is read, in minutes."
    )
    stale_after_hours: int = Field(
        default=168,
        ge=1,
        le=8784,
        description="After so many hours without a whole reading nothing is known any more: cases wait.",
    )
    plans: tuple[str, ...] = Field(
        default=("pro", "business", "enterprise"),
        description="The plans of the product, in lower case; a line with another one is reported.",
    )
    regions: tuple[str, ...] = Field(
        default=("ap-south-1", "eu-west-1"), description="The regions of workspaces, as plans."
    )

    @model_validator(mode="after")
    def _source_is_described(self) -> Self:
        if self.source is not SourceKind.NONE and getattr(self, self.source) is None:
            raise ValueError(f"source {self.source} needs the table {self.source}")
        return self

    @property
    def words(self) -> ListedWords:
        """The plans and regions, to check lines with."""
        return ListedWords(plans=frozenset(self.plans), regions=frozenset(self.regions))

    @property
    def every(self) -> timedelta:
        """The time from one reading to the next."""
        return timedelta(minutes=self.every_minutes)

    @property
    def stale_after(self) -> timedelta:
        """How long a reading may be relied on."""
        return timedelta(hours=self.stale_after_hours)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
