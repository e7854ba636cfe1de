"""The queue's filters as they stand in its address: read, shown again, and led on by links."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from desk.visitor import Visitor
from privacy.rights import Lane
from privacy.work_status import WorkStatus
from storage.queue import QueueFilter

WEEK = timedelta(days=7)
CODE = r"^[A-Za-z0-9_:.-]{1,40}$"


class Whose(StrEnum):
    """Whose cases are shown; `me`: mine, and those that nobody has."""

    ME = "me"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"


def _unless_empty(value: object) -> object:
    """A form without script sends every field, the empty ones too."""
    return None if value == "" else value


Empty = BeforeValidator(_unless_empty)
Code = Annotated[str | None, Empty, Field(pattern=CODE)]


class QueueQuery(BaseModel):
    """What stands in the address. A word that is none of ours makes it an address that is not there."""

    model_config = ConfigDict(frozen=True)

    show: Whose = Whose.ME
    acts: Annotated[WorkStatus | None, Empty] = None
    right: Code = None
    language: Code = None
    regime: Code = None
    lane: Annotated[Lane | None, Empty] = None
    region: Code = None
    due: Annotated[Literal["late", "week"] | None, Empty] = None
    before: Annotated[date | None, Empty] = None

    def filter_for(self, visitor: Visitor, now: datetime) -> QueueFilter:
        """Return what is asked of the database: never a region that the visitor may not see."""
        regions = visitor.regions if self.region is None else frozenset({self.region})
        if self.region is not None and not visitor.sees(self.region):
            regions = frozenset({""})  # no case is kept nowhere
        return QueueFilter(
            owner=visitor.address if self.show in (Whose.ME, Whose.MINE) else None,
            unassigned=self.show in (Whose.ME, Whose.UNASSIGNED),
            status=self.acts,
            right=self.right,
            language=self.language,
            regime=self.regime,
            lane=self.lane,
            before=self._before(now),
            regions=regions,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything but whose cases they are is asked for."""
        return bool(self._given() - {"show"})

    def address(self, **changes: str) -> str:
        """Return the address of the queue with these filters instead."""
        words = {name: str(getattr(self, name)) for name in self._given()} | changes
        told = {name: value for name, value in sorted(words.items()) if value}
        return f"/?{urlencode(told)}" if told else "/"

    def _given(self) -> set[str]:
        return {name for name in type(self).model_fields if getattr(self, name) is not None}

    def _before(self, now: datetime) -> datetime | None:
        bounds = [datetime.combine(self.before, time.min, tzinfo=UTC)] if self.before else []
        bounds += {"late": [now], "week": [now + WEEK]}.get(self.due or "", [])
        return min(bounds, default=None)
