"""Settings of the model: off unless somebody says how zero retention is assured (policy P6)."""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from privacy.zero_retention import EVERYWHERE, Assurance, Endpoint, needs_retention

FIRST_PARTY = "api.anthropic.com"
DEFAULT_MODEL = "claude-haiku-5-5"
BEDROCK_MODEL = "anthropic.claude-haiku-5-5"
AWS_REGION = re.compile(r"[a-z]{2}(?:-[a-z]{3,10}){1,3}-\d{1,2}")
GEOGRAPHIES = ("us", "global")  # all that the provider's own endpoint offers


class Use(StrEnum):
    """What the model is for: nothing, to be watched, or to be heard as a witness."""

    OFF = "off"
    SHADOW = "shadow"
    WITNESS = "witness"


class AnswerBy(StrEnum):
    """How the answer is held to its form: one forced strict tool, or structured output."""

    TOOL = "tool"
    FORMAT = "format"


class ModelSettings(BaseModel):
    """A model as a second reader beside the rules: it may add a right or call a person, nothing else (docs/model.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    use: Use = Field(
        default=Use.OFF,
        description="`off`; `shadow`: it is asked and nothing depends on it; `witness`: it is heard.",
    )
    assurance: Assurance | None = Field(
        default=None,
        description="How zero retention is assured: `attested` (a contract, `rightsdesk model attest`), "
        "`bedrock-verified` (read from the account), `local` (a server in the house).",
    )
    model: str | None = Field(
        default=None,
        pattern=r"^[\w.:/@-]{1,128}$",
        description=f"Name of the model; default {DEFAULT_MODEL} ({BEDROCK_MODEL} on Bedrock). Models that are only "
        "offered with retention are refused.",
    )
    api_key: SecretStr | None = Field(default=None, description="Key of the provider's API.")
    region: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9-]{2,32}$",
        description="Where it is computed: the AWS region with `bedrock-verified`; `us` or `global` with `attested`.",
    )
    serves_regions: tuple[str, ...] = Field(
        default=(),
        description="Regions of desks, besides its own, whose mail may go to the model's region.",
    )
    base_url: str | None = Field(
        default=None,
        description="With `local`: address of the server, by a loopback or private number; a name could lead anywhere.",
    )
    answer_by: AnswerBy = Field(
        default=AnswerBy.TOOL,
        description="`tool`: one forced strict tool; `format`: structured output, for models that refuse forced tools.",
    )
    skip_when_sure: bool = Field(
        default=True,
        description="Do not ask where the rules are sure of the rights that they found.",
    )
    most_characters: int = Field(
        default=8_000,
        ge=200,
        le=20_000,
        description="Characters of a message that are sent at most.",
    )
    call_seconds: float = Field(
        default=20.0, gt=0, le=60, description="Longest time for one call, in seconds."
    )
    wait_seconds: float = Field(
        default=30.0,
        gt=0,
        le=120,
        description="Longest time that a batch of messages waits for the model, in seconds; then the rules decide.",
    )
    attempts: int = Field(default=2, ge=1, le=5, description="Calls for one message at most.")
    at_once: int = Field(default=8, ge=1, le=32, description="Calls at the same time.")
    failures: int = Field(
        default=5,
        ge=1,
        le=100,
        description="Failed calls in a row after which nobody is asked for a while.",
    )
    pause_minutes: float = Field(
        default=5.0, gt=0, le=1440, description="How long nobody is asked then, in minutes."
    )
    price_in: float = Field(
        default=0.10, ge=0, description="Price of a million tokens sent, for the budget."
    )
    price_out: float = Field(
        default=0.50, ge=0, description="Price of a million tokens received, for the budget."
    )
    daily_budget: float = Field(
        default=1.0,
        ge=0,
        description="What the calls of one day (UTC) may cost; then the rules decide.",
    )

    @model_validator(mode="after")
    def _is_assured(self) -> ModelSettings:
        if self.use is not Use.OFF and self.assurance is None:
            raise ValueError("assurance: say how zero retention is assured, or set use = 'off'")
        if self.model is not None and needs_retention(self.model):
            raise ValueError("model: this model is only offered with retention of what it is sent")
        return self

    @model_validator(mode="after")
    def _has_what_its_way_needs(self) -> ModelSettings:
        if self.assurance is Assurance.LOCAL:
            _require(
                self.base_url is not None and self.model is not None,
                "local needs base_url and model",
            )
            _require(
                _is_local(self.base_url or ""),
                "base_url: http or https and a loopback or private number",
            )
        elif self.assurance is not None:
            _require(self.base_url is None, "base_url: only with assurance = 'local'")
            _require(self.api_key is not None, "api_key: is not set")
            _require(self.region is not None, "region: is not set")
        if self.assurance is Assurance.ATTESTED:
            _require(self.region in GEOGRAPHIES, "region: us or global, no other is offered there")
        if self.assurance is Assurance.BEDROCK_VERIFIED:
            is_region = bool(AWS_REGION.fullmatch(self.region or ""))
            _require(is_region, "region: the code of an AWS region, such as eu-west-1")
        return self

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the model is asked; None where no assurance is named."""
        if self.assurance is None:
            return None
        model = self.model or DEFAULT_MODEL
        if self.assurance is Assurance.LOCAL:
            host, region = urlsplit(self.base_url or "").netloc, EVERYWHERE
        elif self.assurance is Assurance.BEDROCK_VERIFIED:
            host, region = f"bedrock-mantle.{self.region}.api.aws", str(self.region)
            model = self.model or BEDROCK_MODEL
        else:
            host, region = FIRST_PARTY, str(self.region)
        return Endpoint(host=host, region=region, model=model, assurance=self.assurance)


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - a condition and what to say without it
    if not holds:
        raise ValueError(otherwise)


def _is_local(url: str) -> bool:
    """Whether the address is written as a number that leads nowhere outside."""
    try:
        parts = urlsplit(url)
        number = ip_address(parts.hostname or "")
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and (number.is_loopback or number.is_private)
