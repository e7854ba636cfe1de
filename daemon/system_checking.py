"""What `rightsdesk check` says of each system that carries out rights by itself: its way, and what is under way."""

from __future__ import annotations

from collections.abc import Iterator

from daemon.callback_door import CALLBACKS_PATH
from daemon.wiring import Desk
from notifier.system_settings import SystemSettings
from privacy.system_calls import CallState, Way
from storage.calls import count_calls


def describe_systems(desk: Desk) -> Iterator[tuple[str, str]]:
    """Yield the name of each system of the settings and one line about it; nobody is called. Raises Retryable or Permanent."""
    for name, settings in desk.settings.systems.items():
        with desk.database.reading() as reading:
            waiting = count_calls(reading, name)
        yield f"system {name}", f"{_way(name, settings)}; {_waiting(waiting)}"


def _way(name: str, settings: SystemSettings) -> str:
    told = ", ".join(settings.identifiers)
    if settings.way is Way.WEBHOOK:
        confirms = ", may confirm people" if settings.confirms_people else ""
        return f"webhook, is told {told}, calls back at {CALLBACKS_PATH}{name}{confirms}"
    if settings.way is Way.SENDGRID:
        return f"SendGrid at {settings.sendgrid_host}, erases by {told}"
    return "asked by its people"


def _waiting(waiting: dict[CallState, int]) -> str:
    to_send = waiting.get(CallState.PENDING, 0) + waiting.get(CallState.LEASED, 0)
    return f"{to_send} messages to send, {waiting.get(CallState.TAKEN, 0)} answers awaited"
