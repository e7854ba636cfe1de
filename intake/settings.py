"""What the operator says about one mailbox that is read over IMAP."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

MIB = 1024 * 1024
IMAPS_PORT, IMAP_PORT = 993, 143  # RFC 8314 section 7.1 and RFC 9051 section 2.1

# No control characters, wildcards or quoting: such a name cannot become anything but a name
# in a command (RFC 9051 section 9, list-mailbox and quoted-specials).
FOLDER_NAME = re.compile(r'[^\x00-\x1f\x7f-\x9f"%*\\{}\u2028\u2029\ud800-\udfff]{1,200}')
USER_NAME = r'^[^\s\x00-\x1f\x7f-\x9f"(){}%*\\]{1,320}$'


def checked_folder_name(name: str) -> str:
    """Return the name unchanged; raises ValueError for one that could break out of a command."""
    if not FOLDER_NAME.fullmatch(name) or name != name.strip():
        raise ValueError("not a folder name that can be asked for safely")
    return name


def is_loopback(host: str) -> bool:
    """Return whether the host is this machine without asking any resolver."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _secure_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname and is_loopback(parts.hostname):
        return url
    raise ValueError("must be an https address (http only to this machine)")


def _instant(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("needs a zone, such as 2026-01-31T00:00:00Z")
    return moment.astimezone(UTC)


FolderName = Annotated[str, AfterValidator(checked_folder_name)]
SecureUrl = Annotated[str, AfterValidator(_secure_url)]
Instant = Annotated[datetime, AfterValidator(_instant)]
Address = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}$", to_lower=True)
]
HostName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:-]{1,253}$")]
UserName = Annotated[str, StringConstraints(pattern=USER_NAME)]


class Security(StrEnum):
    """How the connection is protected; it is never weakened to make a connection succeed."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


class Auth(StrEnum):
    """How the mailbox server is told who we are."""

    PASSWORD = "password"  # noqa: S105 - the name of the method
    OAUTH2 = "oauth2"


class AfterCommit(StrEnum):
    """What becomes of a message in the mailbox once it is kept."""

    LEAVE = "leave"
    MOVE = "move"


class Mechanism(StrEnum):
    """SASL mechanisms that carry an access token (RFC 7628; XOAUTH2 is Google's earlier form)."""

    XOAUTH2 = "xoauth2"
    OAUTHBEARER = "oauthbearer"


class Provider(StrEnum):
    """Whose published endpoints are filled in."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"
    CUSTOM = "custom"


PRESETS: dict[Provider, dict[str, str]] = {
    Provider.GOOGLE: {
        "token_url": "https://oauth2.googleapis.com/token",
        "device_authorization_url": "https://oauth2.googleapis.com/device/code",
        "scope": "https://mail.google.com/",
    },
    Provider.MICROSOFT: {
        "token_url": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        "device_authorization_url": (
            "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode"
        ),
        "scope": "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
    },
    Provider.CUSTOM: {},
}


class OAuthSettings(BaseModel):
    """The application that is registered with the mail provider (RFC 6749)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: Provider = Field(
        default=Provider.CUSTOM,
        description="`google` or `microsoft` fill in the addresses; `custom` needs them.",
    )
    client_id: str = Field(min_length=1, description="Client id of the registered application.")
    client_secret: SecretStr | None = Field(
        default=None, description="Client secret; a public client has none."
    )
    refresh_token: SecretStr | None = Field(
        default=None,
        description="A refresh token to begin with, where `mailbox login` cannot be used "
        "(Google's device flow does not offer mail). Later ones are kept by the program.",
    )
    tenant: str = Field(
        default="organizations",
        pattern=r"^[A-Za-z0-9.-]{1,100}$",
        description="Microsoft only: the directory (tenant) id or domain.",
    )
    token_url: SecureUrl = Field(default="", description="Token endpoint.")
    device_authorization_url: SecureUrl | None = Field(
        default=None, description="Device authorization endpoint (RFC 8628), for `mailbox login`."
    )
    scope: str = Field(default="", description="Scopes asked for, separated by blanks.")
    mech: Mechanism = Field(
        default=Mechanism.XOAUTH2, description="SASL mechanism: `xoauth2` or `oauthbearer`."
    )
    ca_file: Path | None = Field(
        default=None, description="Certificate authorities for the endpoints; default the system's."
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in_preset(cls, values: object) -> object:
        if not isinstance(values, dict):
            return values
        try:
            preset = PRESETS[Provider(values.get("provider", Provider.CUSTOM))]
        except ValueError:
            return values
        tenant = str(values.get("tenant", cls.model_fields["tenant"].default))
        filled = {key: value.replace("{tenant}", tenant) for key, value in preset.items()}
        return {**filled, **values}

    @model_validator(mode="after")
    def _token_url_is_known(self) -> Self:
        if not self.token_url:
            raise ValueError("token_url is needed with provider custom")
        return self


class MailboxSettings(BaseModel):
    """One mailbox of ours, read over IMAP."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Address = Field(
        description="Address of the mailbox, such as privacy@autocloz.example."
    )
    host: HostName = Field(description="Name of the IMAP server, as in its certificate.")
    port: int = Field(
        default=0, ge=0, le=65535, description="Port; 0 takes 993 for tls and 143 else."
    )
    security: Security = Field(
        default=Security.TLS,
        description="`tls`, `starttls`, or `plain` for a server on this machine only.",
    )
    auth: Auth = Field(default=Auth.PASSWORD, description="`password` or `oauth2`.")
    username: UserName | None = Field(
        default=None, description="Name to log in with; default the address."
    )
    password: SecretStr | None = Field(default=None, description="Password of the mailbox.")
    oauth: OAuthSettings | None = Field(
        default=None, description="The registered application, with auth = `oauth2`."
    )
    folders: tuple[FolderName, ...] = Field(
        default=("INBOX",), min_length=1, description="Folders to read; the first is watched live."
    )
    junk_folders: tuple[FolderName, ...] | None = Field(
        default=None,
        description="Folders read as suspected spam; default the server's Junk folder, "
        "[] reads none.",
    )
    sent_folder: FolderName | None = Field(
        default=None, description="Folder with sent mail; default the server's Sent folder."
    )
    after_commit: AfterCommit = Field(
        default=AfterCommit.LEAVE,
        description="`leave` kept mail where it is, or `move` it to processed_folder "
        "(mail in junk folders always stays).",
    )
    processed_folder: FolderName = Field(
        default="Processed", description="Where kept mail is moved with after_commit = `move`."
    )
    answer_from: Instant | None = Field(
        default=None,
        description="Mail that arrived earlier is kept as history and never answered; "
        "default the moment of the first contact with the folder.",
    )
    boundary_host: HostName | None = Field(
        default=None,
        description="Name by which our own mail server signs its Received headers.",
    )
    ca_file: Path | None = Field(
        default=None, description="Certificate authorities to trust; default the system's."
    )
    idle_renew_seconds: int = Field(
        default=540, ge=10, le=540, description="How long one IDLE may last, at most 9 minutes."
    )
    poll_seconds: int = Field(
        default=300, ge=1, le=300, description="All folders are read at least this often."
    )
    connect_timeout_seconds: float = Field(
        default=10, gt=0, le=60, description="Longest wait for a connection and its greeting."
    )
    read_timeout_seconds: float = Field(
        default=60, gt=0, le=60, description="Longest silence of the server in an answer."
    )
    operation_timeout_seconds: float = Field(
        default=300, gt=0, le=600, description="Longest time for one command, whatever dribbles in."
    )
    batch_messages: int = Field(
        default=100, ge=1, le=200, description="Most messages fetched and kept at once."
    )
    batch_bytes: int = Field(
        default=8 * MIB, ge=64 * 1024, le=64 * MIB, description="Most bytes fetched at once."
    )
    max_message_bytes: int = Field(
        default=25 * MIB,
        ge=1024,
        le=64 * MIB,
        description="Of a larger message only the first 256 KB are kept, marked as truncated.",
    )

    @property
    def login_name(self) -> str:
        """The name to log in with."""
        return self.username or self.address

    @property
    def port_number(self) -> int:
        """The port to connect to."""
        return self.port or (IMAPS_PORT if self.security is Security.TLS else IMAP_PORT)

    @model_validator(mode="after")
    def _plain_text_stays_here(self) -> Self:
        if self.security is Security.PLAIN and not is_loopback(self.host):
            raise ValueError("security plain is allowed for a server on this machine only")
        return self

    @model_validator(mode="after")
    def _login_is_possible(self) -> Self:
        if self.auth is Auth.PASSWORD and self.password is None:
            raise ValueError("auth password needs a password")
        if self.auth is Auth.OAUTH2 and self.oauth is None:
            raise ValueError("auth oauth2 needs an oauth section")
        return self

    @model_validator(mode="after")
    def _moved_mail_is_not_read_again(self) -> Self:
        read = {*self.folders, *(self.junk_folders or ())}
        if self.after_commit is AfterCommit.MOVE and self.processed_folder in read:
            raise ValueError("processed_folder must not be one of the folders that are read")
        return self
