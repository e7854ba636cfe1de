"""Settings of the classifier room."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from privacy.rights import SURE_ENOUGH


class ClassifierSettings(BaseModel):
    """When the rules may decide without a person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: float = Field(
        default=SURE_ENOUGH,
        ge=0.5,
        le=1.0,
        description="Confidence from which a recognised right is worked without a person looking at it first.",
    )
