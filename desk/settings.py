"""Settings of the desk's pages, documented where they are defined."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _origin(url: str) -> str:
    """Without a path and a slash at its end."""
    parts = urlsplit(url)
    if url and not (parts.hostname and parts.scheme == "https"):
        raise ValueError("must be an https address")
    if url and (parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username):
        raise ValueError("must be an address without a path")
    return url.rstrip("/")


def _issuer(url: str) -> str:
    parts = urlsplit(url)
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.hostname and (parts.scheme == "https" or plain)) or parts.query:
        raise ValueError("must be an https address")
    return url


class OidcSettings(BaseModel):
    """The provider that says who somebody is (OpenID Connect). Only addresses with an account come in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, AfterValidator(_issuer)] = Field(
        max_length=300,
        description="Issuer, such as https://accounts.google.com; what it offers is read from there.",
    )
    client_id: str = Field(
        min_length=1, max_length=300, description="Client id of this desk there."
    )
    client_secret: SecretStr = Field(description="Client secret of this desk there.")
    scopes: tuple[str, ...] = Field(
        default=("openid", "email"), min_length=1, description="What is asked for."
    )
    name: str = Field(
        default="your company account", max_length=60, description="What the button calls it."
    )


class WebSettings(BaseModel):
    """Where the desk's pages and the health endpoint are served, and how people sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=False, description="Serve the desk's pages and GET /health.")
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address to listen on; for another than this machine put a server with TLS in front.",
    )
    port: int = Field(
        default=8080, ge=0, le=65535, description="Port to listen on; 0 takes any free one."
    )
    url: Annotated[str, AfterValidator(_origin)] = Field(
        default="",
        max_length=300,
        description="https address under which our people reach the desk; mailed links lead there, and without it none is mailed.",
    )
    trusted_hops: int = Field(
        default=0,
        ge=0,
        le=5,
        description="How many servers of ours stand in front, each of which adds X-Forwarded-For; 0: none is believed.",
    )
    links: bool = Field(
        default=True,
        description="Sign in by a mailed link that works once, for 10 minutes; needs `url`.",
    )
    idle_minutes: int = Field(
        default=30, ge=1, le=720, description="After so many minutes without a page a session ends."
    )
    session_hours: int = Field(
        default=10, ge=1, le=168, description="After so many hours every session ends."
    )
    metrics: bool = Field(
        default=False,
        description="Serve GET /metrics for Prometheus; without `metrics_token` to this machine alone.",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Token that a monitor sends as `Authorization: Bearer`; with it any machine may ask.",
    )
    oidc: OidcSettings | None = Field(
        default=None, description="Sign in by a provider; without it there are links only."
    )

    @property
    def mails_links(self) -> bool:
        """Whether links are mailed."""
        return self.links and bool(self.url)

    @property
    def own_url(self) -> str:
        """Where links lead, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.url or f"http://{host}:{self.port}"
