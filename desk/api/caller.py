"""Who calls the API, and what an address of it needs of them: the token's scope and the role, both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Depends, Request

from casework.actors import Actor
from casework.api_tokens import Bearer
from desk.visitor import Refused
from privacy.desk_roles import Action
from regimes.desk_roles import load_role_table


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A program with a good token, which acts in the name of the token's account."""

    bearer: Bearer

    @property
    def token_id(self) -> UUID:
        """The token that was shown."""
        return self.bearer.token.token_id

    @property
    def actor(self) -> Actor:
        """How casework knows who decides: the account, by this token."""
        return Actor(address=self.bearer.account.address, os_user=f"API token {self.token_id}")

    @property
    def regions(self) -> frozenset[str]:
        """The regions that the account may see; none means every one."""
        return self.bearer.account.regions

    def sees(self, region: str) -> bool:
        """Return whether they may see what is kept in this region."""
        return not self.regions or region in self.regions

    def require(self, action: Action) -> None:
        """Raise Refused unless both the token and the roles of its account, as they are now, let this be done."""
        if action not in self.bearer.token.scopes:
            raise Refused("no_scope")
        decision = load_role_table().may(self.bearer.account.roles, action)
        if not decision.allowed:
            raise Refused(decision.reason)


def caller_of(request: Request) -> Caller:
    """Return the caller whom the gate let in. Raises Refused where there is none: the gate lets no such request pass."""
    found: Caller | None = getattr(request.state, "caller", None)
    if found is None:
        raise Refused("no_token")
    return found


class Scoped:
    """A dependency that lets a caller with the action pass."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def __call__(self, request: Request) -> Caller:
        """Return the caller. Raises Refused."""
        caller = caller_of(request)
        caller.require(self.action)
        return caller


def scoped(action: Action) -> Any:  # noqa: ANN401 - what FastAPI's own Depends returns
    """Return the dependency of an address that declares its action, as the annotation of its caller."""
    return Depends(Scoped(action))
