"""Who we are, as every letter says it; documented where it is defined."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _one_line(text: str) -> str:
    if text and not text.isprintable():
        raise ValueError("must be one line without control characters")
    return text.strip()


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme != "https" or not parts.hostname or " " in url):
        raise ValueError("must be an https address")
    return url


Line = Annotated[str, Field(max_length=300), AfterValidator(_one_line)]


class DeskIdentity(BaseModel):
    """The company behind the desk. No letter is written while one of these is empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line = Field(
        default="", description="Name that people see as the sender, such as Autocloz Privacy Desk."
    )
    legal_name: Line = Field(default="", description="Legal name of the company.")
    postal_address: Line = Field(
        default="", description="Postal address of the company, on one line."
    )
    dpo_name_or_function: Line = Field(
        default="",
        description="Name or function of the data protection officer or of the person who answers.",
    )
    dpo_contact: Line = Field(default="", description="Address at which that person is reached.")
    policy_url: Annotated[Line, AfterValidator(_web_address)] = Field(
        default="", description="https address of the privacy policy."
    )

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the settings that are still empty, in their order."""
        return tuple(name for name in type(self).model_fields if not getattr(self, name))


class LetterSettings(BaseModel):
    """The operator's own words in letters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path | None = Field(
        default=None,
        description="Folder with words of your own, such as `de/answers.toml`; they stand in the place of ours, and "
        "`rightsdesk letters check` reads them (docs/letters.md).",
    )
    machine_status: bool = Field(
        default=True,
        description="Letters say for programs too what they say in words about a request: header fields and a small "
        "JSON part (docs/conversation.md).",
    )
