"""Settings of the notices of policy changes, documented where they are defined."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class NoticeSettings(BaseModel):
    """How Owners are told of a change of the policy."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_hour: int = Field(
        default=3600,
        ge=1,
        le=10_000_000,
        description="How many notices leave in an hour at most, from all workers together; the earliest effective day "
        "follows from it.",
    )
    silent_hours: int = Field(
        default=96,
        ge=1,
        le=720,
        description="How long the events of a provider that took a notice, or may have, are waited for. Then the Owner "
        "counts as not reached and a person sees to them; nothing is sent again. Providers try for three days.",
    )
    banner_system: str = Field(
        default="",
        pattern=r"^[a-z0-9_]{0,40}$",
        description="System that is asked to show the notice in the product to Owners whom no mail reaches "
        "(docs/product-calls.md): the name of a table of `systems` with way webhook; needs sending.page_url.",
    )
    cancelled_kept_days: int = Field(
        default=30,
        ge=0,
        le=400,
        description="How long the data of a cancelled workspace is kept: its Owners are told while it is there on the "
        "effective day.",
    )
