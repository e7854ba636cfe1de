"""The ways to sign in, as the pages for it use them: links by mail, a provider, the second factor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from casework.signing_in import SessionTerms, sign_in_by_link, sign_in_known
from desk.attempts import Attempts
from desk.oidc import OidcProvider
from privacy.ports import Clock
from storage.database import Database

WINDOW = timedelta(minutes=15)
Ask = Callable[[str], None]


def _per_address() -> Attempts:
    return Attempts(5, WINDOW)


def _per_peer() -> Attempts:
    return Attempts(30, WINDOW)


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """How people come in at this desk. `ask_link` None: no links are mailed; it never waits, and never says for whom."""

    database: Database
    terms: SessionTerms
    clock: Clock
    ask_link: Ask | None = None
    provider: OidcProvider | None = None
    by_address: Attempts = field(default_factory=_per_address)
    by_peer: Attempts = field(default_factory=_per_peer)

    def ask(self, address: str) -> None:
        """Have a link mailed if the address has an account and did not ask too often; nobody is told which."""
        if self.ask_link is not None and self.by_address.take(address.lower(), self.clock()):
            self.ask_link(address)

    def use_link(self, token: str) -> str | None:
        """Return the secret of a new session, None for a link that is over, used, or never was."""
        return sign_in_by_link(self.database, token, now=self.clock())

    def known(self, address: str) -> str | None:
        """Return the secret of a new session for an address that the provider proved, None without an account."""
        return sign_in_known(self.database, address, "oidc", now=self.clock())

    def may_try(self, peer: str) -> bool:
        """Count an attempt of this client; False when there were too many."""
        return self.by_peer.take(peer, self.clock())
