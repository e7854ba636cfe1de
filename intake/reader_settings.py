"""Settings of the processes that read mail, documented where they are defined."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ReadingSettings(BaseModel):
    """In which bounds a message is read; one that breaks them goes to quarantine with a stub case and its clock."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workers: int | None = Field(
        default=None,
        ge=1,
        le=16,
        description="Processes that read; without it two, or one on a machine with one processor.",
    )
    seconds: float = Field(
        default=10,
        gt=0,
        le=120,
        description="Longest time to read one message, in seconds; then its process is killed.",
    )
    memory_mb: int = Field(
        default=512,
        ge=8,
        le=16_384,
        description="Memory that reading one message may take, in MB above what an idle process has "
        "(enforced where the system can: Linux, not macOS).",
    )
