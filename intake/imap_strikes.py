"""Which messages a server failed to hand over, and how often."""

from __future__ import annotations

from collections.abc import Iterable

STRIKES = 3
Place = tuple[str, int]  # folder and UIDVALIDITY: after a renumbering all are innocent


class Strikes:
    """Failed fetches, per place and UID, since the program started.

    After a batch failed each of its messages is fetched alone; the one that fails three times
    alone is out: only its header is asked for, and if that fails as well, nothing.
    """

    def __init__(self) -> None:
        self._hits: dict[tuple[Place, int], int] = {}

    def hit(self, place: Place, uids: list[int]) -> None:
        """Count a failure: of one message, or of a batch whose culprit is not known yet."""
        for uid in uids:
            earlier = self._hits.get((place, uid), 0)
            self._hits[place, uid] = earlier + 1 if len(uids) == 1 else earlier

    def forgive(self, place: Place, uids: Iterable[int]) -> None:
        """Forget messages that were dealt with."""
        for uid in uids:
            self._hits.pop((place, uid), None)

    def suspects(self, place: Place) -> frozenset[int]:
        """UIDs to be fetched alone."""
        return frozenset(uid for where, uid in self._hits if where == place)

    def is_out(self, place: Place, uid: int) -> bool:
        """Return whether the message failed three times."""
        return self._hits.get((place, uid), 0) >= STRIKES

    def may_ask(self, place: Place, uid: int) -> bool:
        """Return whether its header is still worth a question."""
        return self._hits.get((place, uid), 0) == STRIKES
