"""Builds the desk's pages: what they act with, and who comes in."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from daemon.clock import utc_now
from daemon.wiring import Desk, build_ladder
from desk.access import DemoKey
from desk.acting import DeskServices
from desk.app import create_app
from desk.reader import StorageReader
from desk.sessions import SessionsInMemory
from desk.visitor import Visitor
from privacy.desk_roles import Role

DEMO_VISITOR = "desk@autocloz.example"


def build_pages(
    desk: Desk,
    *,
    health: Callable[[], tuple[bool, list[str]]],
    wake: Callable[[], None],
    access_key: str,
) -> FastAPI:
    """Return the pages of this desk; whoever opens the address with the key is somebody with every role."""
    visitor = Visitor(address=DEMO_VISITOR, name="Demo", roles=frozenset(Role))
    return create_app(
        page_services(desk, health=health, wake=wake),
        sessions=SessionsInMemory(),
        demo=DemoKey(key=access_key, visitor=visitor),
    )


def page_services(
    desk: Desk, *, health: Callable[[], tuple[bool, list[str]]], wake: Callable[[], None]
) -> DeskServices:
    """Return what pages act with: the same as commands, beside them the clock and what is running."""
    ladder = build_ladder(desk.settings.law)
    return DeskServices(
        services=desk.services,
        reader=StorageReader(desk.database, utc_now, ladder, desk.services.desk.challenges),
        ladder=ladder,
        clock=utc_now,
        health=health,
        wake=wake,
    )
