"""Sends notices of policy changes for one running desk, over a way of their own so that no letter waits behind them."""

from __future__ import annotations

import threading

from casework.notice_sending import send_notices
from daemon.clock import utc_now
from daemon.ways import batch_way
from daemon.wiring import Desk

BATCHES = 20  # in a row, before the directory and other notices are looked at again


class NoticeWatch:
    """Looks after the notices of one running desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._way = batch_way(desk.settings, "notices", desk.settings.region)
        self._stopping = threading.Event()

    def look(self) -> bool:
        """Tell the next batch of Owners; True while there was one."""
        sending = send_notices(
            self._desk.database,
            self._way,
            clock=utc_now,
            desk=self._desk.services.desk,
            stopping=self._stopping.is_set,
            batches=BATCHES,
        )
        return sending.worked

    def stop(self) -> None:
        """Dial for nobody any more."""
        self._stopping.set()

    def close(self) -> None:
        """Let go of the connection."""
        self._way.close()
