"""Who is at the page, and what a page needs of them: every address declares one action."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, NoReturn
from uuid import UUID

from fastapi import Depends, Request

from casework.actors import Actor
from desk.forms import read_posted
from privacy.desk_roles import Action, Role
from regimes.desk_roles import load_role_table

BY_PAGE = "desk page"  # where commands name the user of the operating system


class Refused(Exception):
    """The visitor may not do this; `reason` is a code of privacy.desk_roles."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody who is signed in. Without regions they see every region of this desk."""

    account: UUID
    address: str = field(repr=False)
    name: str = field(repr=False)
    roles: frozenset[Role]
    regions: frozenset[str] = frozenset()

    @property
    def actor(self) -> Actor:
        """How casework knows who decides."""
        return Actor(address=self.address, os_user=BY_PAGE)

    def may(self, action: Action) -> bool:
        """Return whether they may do it: for buttons; the address behind a button asks by itself."""
        return load_role_table().may(self.roles, action).allowed

    def sees(self, region: str) -> bool:
        """Return whether they may see what is kept in this region."""
        return not self.regions or region in self.regions


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """The session of a visitor: its secret is what the cookie holds, `flash` what is to be told once.

    `second_due`: the second factor is still to come, and nothing else is open until then.
    """

    secret: str = field(repr=False)
    visitor: Visitor
    session_id: UUID
    second_due: bool = False
    flash: str | None = field(default=None, repr=False)


def session_of(request: Request) -> OpenSession:
    """Return the session that the gate found. Raises Refused where there is none: the gate lets no such request pass."""
    found: OpenSession | None = getattr(request.state, "session", None)
    if found is None:
        raise Refused("no_session")
    return found


class Needed:
    """A dependency that lets a visitor with the action pass, and reads what a form of ours sent."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Visitor:
        """Return the visitor. Raises Refused, and BadForm for a form that is not ours or too long."""
        visitor = self.allowed(request)
        if request.method == "POST":
            secret = session_of(request).secret
            request.state.posted = await read_posted(request, secret=secret)
        return visitor

    def allowed(self, request: Request) -> Visitor:
        """Return the visitor if they may. Raises Refused."""
        visitor = session_of(request).visitor
        decision = load_role_table().may(visitor.roles, self.action)
        if not decision.allowed:
            raise Refused(decision.reason)
        return visitor


def needs(action: Action) -> Any:  # noqa: ANN401 - what FastAPI's own Depends returns
    """Return the dependency of a page that declares its action, as the annotation of its visitor."""
    return Depends(Needed(action))


def refuse(reason: str) -> NoReturn:
    """Refuse what the table of roles cannot know, such as a case of a region that they may not see."""
    raise Refused(reason)


Seeing = Annotated[Visitor, needs(Action.SEE)]
