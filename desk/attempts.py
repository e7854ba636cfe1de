"""How often somebody may try: counted in memory, within bounds, forgotten with the program."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

MOST_KEYS = 10_000


class Attempts:
    """Lets a key (an address, a client) try so many times in a window."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most = most
        self._window = window
        self._seen: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, now: datetime) -> bool:
        """Count an attempt; False when there were too many, and then it is not counted.

        A key that was not seen for longest is forgotten when there are too many keys.
        """
        with self._lock:
            recent = [at for at in self._seen.pop(key, []) if now - at < self._window]
            allowed = len(recent) < self._most
            self._seen[key] = [*recent, now] if allowed else recent
            if len(self._seen) > MOST_KEYS:
                self._seen.popitem(last=False)
        return allowed
