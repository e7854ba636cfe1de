"""Answers that wait for one visitor for some minutes, under an id that says nothing: no address of a person stands in a URL."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

KEPT_FOR = timedelta(minutes=10)
MOST = 200


@dataclass(frozen=True, kw_only=True)
class _Kept:
    owner: UUID
    until: datetime
    value: object = field(repr=False)


class Shelf:
    """Keeps the newest answers in memory alone; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()

    def put(self, value: object, *, owner: UUID, now: datetime) -> UUID:
        """Keep the answer for this account; returns the id under which it waits."""
        name = uuid4()
        with self._lock:
            self._kept[name] = _Kept(owner=owner, until=now + KEPT_FOR, value=value)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return name

    def get(self, name: UUID, *, owner: UUID, now: datetime) -> object | None:
        """Return the answer; None for one that is over, was never there or is somebody else's."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None and now >= kept.until:
                del self._kept[name]
                return None
        return kept.value if kept is not None and kept.owner == owner else None
