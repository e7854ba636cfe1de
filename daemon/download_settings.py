"""Settings of packages: how large they may be, how long they wait, and how often they are fetched."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class DownloadSettings(BaseModel):
    """How data reach the people who asked for them; the page is served under `identity.page_url`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int = Field(
        default=14,
        ge=1,
        le=90,
        description="How many days a package waits, counted from the day on which its letter is written.",
    )
    max_megabytes: int = Field(
        default=500,
        ge=1,
        le=20_000,
        description="Largest file of a package, in units of 1024 * 1024 bytes.",
    )
    fetches: int = Field(
        default=20, ge=1, le=1_000, description="How often files are fetched by one link, in all."
    )
    codes_per_day: int = Field(
        default=5, ge=1, le=50, description="Codes that are mailed in one case on one day (UTC)."
    )
    warn_days: int = Field(
        default=3,
        ge=0,
        le=30,
        description="So many days before a package that nobody fetched ends, a task says so.",
    )
    grace_days: int = Field(
        default=14,
        ge=0,
        le=400,
        description="How many days after its end the content of a package is erased; until then it can be renewed.",
    )
