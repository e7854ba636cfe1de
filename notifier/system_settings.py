"""Settings of the systems that carry out rights, documented where they are defined."""

from __future__ import annotations

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from notifier.settings import URL, is_loopback
from privacy.system_calls import Identifier, SystemWay, Way
from privacy.webhook_signing import secret_octets

# What each way needs and may have, besides `way` itself.
NEEDED = {Way.STAFF: (), Way.WEBHOOK: ("url", "secret"), Way.SENDGRID: ("api_key",)}
SENDGRID_HOSTS = {"global": "https://api.sendgrid.com", "eu": "https://api.eu.sendgrid.com"}


class SystemSettings(BaseModel):
    """One system of `regimes/work_plan.toml`, by its name there: how it is asked (docs/product-calls.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    way: Way = Field(
        default=Way.STAFF,
        description="staff: a task for its people; webhook: a signed message to `url`, and it calls back; sendgrid: "
        "SendGrid erases the addresses of a person, for tasks of erasure.",
    )
    url: str = Field(
        default="",
        description="Where messages are posted, for webhook; https, or http on loopback. For sendgrid another host of its "
        "API, for tests.",
    )
    secret: SecretStr | None = Field(
        default=None,
        description="Shared secret of Standard Webhooks, `whsec_` and base64: both sides sign with it.",
    )
    api_key: SecretStr | None = Field(
        default=None, description="Key of SendGrid with the scope `recipients.erasejob.create`."
    )
    region: str = Field(
        default="",
        pattern=r"^[a-z0-9-]{0,32}$",
        description="Region of the system; a webhook of another region than the desk's is refused at start. For sendgrid: "
        "global (the default) or eu.",
    )
    on_behalf_of: str = Field(
        default="",
        pattern=r"^[!-~ ]{0,100}$",
        description="Subuser of SendGrid whose recipients are erased; empty: those of the account itself.",
    )
    identifiers: tuple[Identifier, ...] = Field(
        default=(Identifier.ADDRESS,),
        min_length=1,
        description="What the system is told about whose data it is, and nothing else: address, person (the product's own id, "
        "from the directory).",
    )
    confirms_people: bool = Field(
        default=False,
        description="Whether its word counts that somebody signed in and pressed the button: for the product alone, and for "
        "webhook.",
    )
    ca_file: Path | None = Field(
        default=None, description="PEM file of the authorities to trust instead of the system's."
    )
    seconds: float = Field(
        default=20, gt=0, le=120, description="Longest time for one message, in seconds."
    )

    @field_validator("url")
    @classmethod
    def _encrypted(cls, url: str) -> str:
        if not url:
            return url
        parts = urlsplit(url) if URL.fullmatch(url) else None
        if parts is None or not parts.hostname or parts.username is not None:
            raise ValueError("is not a whole URL without a password")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
            raise ValueError("is neither https, nor http on loopback")
        return url

    @field_validator("secret")
    @classmethod
    def _strong(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            secret_octets(secret.get_secret_value())
        return secret

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in NEEDED[self.way]:
            if not getattr(self, name):
                raise ValueError(f"way {self.way} needs {name}")
        if self.way is Way.SENDGRID and self.region not in {"", *SENDGRID_HOSTS}:
            raise ValueError("region: SendGrid has global and eu")
        if self.confirms_people and self.way is not Way.WEBHOOK:
            raise ValueError("confirms_people: only a webhook calls back")
        if self.way is Way.SENDGRID and self.identifiers != (Identifier.ADDRESS,):
            raise ValueError("identifiers: SendGrid knows addresses alone")
        return self

    @property
    def terms(self) -> SystemWay:
        """What the work on rights has to know of it."""
        return SystemWay(
            way=self.way, identifiers=self.identifiers, confirms_people=self.confirms_people
        )

    @property
    def key(self) -> bytes:
        """The octets of the shared secret."""
        return secret_octets(self.secret.get_secret_value()) if self.secret else b""

    @property
    def sendgrid_host(self) -> str:
        """The host of SendGrid's API for this region."""
        return self.url or SENDGRID_HOSTS[self.region or "global"]
