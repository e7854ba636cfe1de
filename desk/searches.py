"""What was found, under an id that says nothing: no address, log or history shows whom somebody looked for."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

MOST = 500  # searches of everybody
LIFE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one session found. `cut`: there is more than is kept."""

    session: str = field(repr=False)
    term: str = field(repr=False)
    case_ids: tuple[UUID, ...]
    at: datetime
    cut: bool = False


class SearchBook:
    """Keeps what was found for an hour, in memory, each for its own session; the oldest goes when there are too many."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Found] = OrderedDict()
        self._turn = threading.Lock()

    def keep(self, found: Found) -> str:
        """Keep it and return its id."""
        name = secrets.token_urlsafe(16)
        with self._turn:
            self._kept[name] = found
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return name

    def find(self, name: str, session: str, now: datetime) -> Found | None:
        """Return what this session found under the id, None for what is over, or another's."""
        with self._turn:
            found = self._kept.get(name)
            if found is not None and now - found.at > LIFE:
                del self._kept[name]
                return None
        ours = found is not None and secrets.compare_digest(found.session, session)
        return found if ours else None
