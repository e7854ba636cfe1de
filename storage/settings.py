"""What an operator can set about the database."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

FILE_NAME = "rightsdesk.sqlite3"


class StorageSettings(BaseModel):
    """The section `[storage]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr | None = Field(
        default=None,
        description=(
            "Where the data is kept: `sqlite:////var/lib/rightsdesk/rightsdesk.sqlite3` or"
            " `postgresql://user:password@host/name`. Without it a SQLite file"
            f" `{FILE_NAME}` in the home folder."
        ),
    )
    busy_seconds: float = Field(
        default=5.0,
        gt=0,
        le=60,
        description="How long a transaction waits for a lock before it is tried again later, in seconds.",
    )

    def url_at(self, home: Path | None) -> str:
        """Return the URL, by default that of the SQLite file in the home folder; it may hold a password."""
        if self.url is not None:
            return self.url.get_secret_value()
        return f"sqlite:///{(home or Path()).absolute() / FILE_NAME}"
