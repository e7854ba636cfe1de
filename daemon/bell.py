"""Rings when something is wrong: once when it begins, again every hour, and once when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from privacy.alarms import Alarm
from privacy.errors import PrivacyError

RING_AGAIN_AFTER = timedelta(hours=1)
log = structlog.get_logger(__name__)


class AlarmWay(Protocol):
    """A way to a person that does not depend on the part that broke."""

    def send(self, subject: str, text: str) -> None:
        """Tell somebody. Raises Permanent or Retryable."""


class Bell:
    """Remembers what has been rung, so that an alarm is news and not noise."""

    def __init__(self, ways: Sequence[AlarmWay]) -> None:
        self._ways = tuple(ways)
        self._rung: dict[Alarm, datetime] = {}

    def ring(self, alarms: Sequence[Alarm], now: datetime) -> int:
        """Tell people about new and lasting alarms and about ended ones; returns how many ways were reached."""
        due = [alarm for alarm in alarms if self._is_news(alarm, now)]
        ended = [alarm for alarm in self._rung if alarm not in alarms]
        for alarm in ended:
            del self._rung[alarm]
        if not due and not ended:
            return 0
        self._rung.update(dict.fromkeys(due, now))
        for alarm in due:
            log.error("alarm", code=alarm.code, part=alarm.part)
        reached = self.tell(*_words(due, ended))
        if self._ways and not reached:  # nobody knows yet: it is news again at the next look
            for alarm in due:
                self._rung.pop(alarm, None)
        return reached

    @property
    def has_ways(self) -> bool:
        """Whether anybody can be told at all."""
        return bool(self._ways)

    def tell(self, subject: str, text: str) -> int:
        """Use every way; returns how many took the message."""
        reached = 0
        for way in self._ways:
            try:
                way.send(subject, text)
            except PrivacyError as error:
                log.error("alarm_way_failed", way=type(way).__name__, error=type(error).__name__)  # noqa: TRY400
            else:
                reached += 1
        return reached

    def _is_news(self, alarm: Alarm, now: datetime) -> bool:
        rung = self._rung.get(alarm)
        return rung is None or now - rung >= RING_AGAIN_AFTER


def _words(due: Sequence[Alarm], ended: Sequence[Alarm]) -> tuple[str, str]:
    subject = f"rightsdesk needs help: {due[0].code}" if due else "rightsdesk is well again"
    lines = [f"- {alarm}" for alarm in due] + [f"- over: {alarm}" for alarm in ended]
    return subject, "\n".join(
        [
            "What the privacy desk noticed about itself:",
            *lines,
            "",
            "`rightsdesk check` tells more.",
        ]
    )
