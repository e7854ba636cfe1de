"""Settings of the desk's pages, documented where they are defined."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class WebSettings(BaseModel):
    """Where the pages and the health endpoint are served."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=False, description="Serve the read-only pages and GET /health.")
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address to listen on; for another than this machine put a server with TLS in front.",
    )
    port: int = Field(
        default=8080, ge=0, le=65535, description="Port to listen on; 0 takes any free one."
    )
