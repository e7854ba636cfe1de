"""Builds the ways to systems, and the door by which they call back, from the settings."""

from __future__ import annotations

from collections.abc import Mapping

from casework.profile import DeskProfile
from daemon.callback_door import CallbackDoor
from daemon.clock import utc_now
from notifier.recipient_erasure import RecipientErasure
from notifier.system_settings import SystemSettings
from notifier.system_webhook import SystemWebhook
from privacy.ports import SystemDoor
from privacy.system_calls import Way
from storage.database import Database

Systems = Mapping[str, SystemSettings]


def build_system_doors(systems: Systems) -> dict[str, SystemDoor]:
    """Return the systems that are asked by themselves, by name."""
    doors: dict[str, SystemDoor] = {}
    for name, settings in systems.items():
        if settings.way is Way.WEBHOOK:
            doors[name] = SystemWebhook(settings, utc_now)
        elif settings.way is Way.SENDGRID:
            doors[name] = RecipientErasure(settings)
    return doors


def build_callback_door(
    systems: Systems, database: Database, desk: DeskProfile
) -> CallbackDoor | None:
    """Return the door by which systems call back, None where none does."""
    keys = {name: one.key for name, one in systems.items() if one.way is Way.WEBHOOK}
    return CallbackDoor(keys, database, desk) if keys else None
