"""Builds the desk's pages: what they act with, how people sign in, and who plays the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from casework.accounts import NewAccount, all_accounts, open_account
from casework.actors import Actor
from casework.signing_in import SessionTerms
from daemon.clock import utc_now
from daemon.house_wiring import build_house
from daemon.ways import require_word_of_notices
from daemon.wiring import Desk, build_ladder
from desk.access import DemoKey
from desk.acting import DeskServices
from desk.app import create_app
from desk.oidc import OidcProvider
from desk.reader import StorageReader
from desk.sessions import StoredSessions
from desk.settings import WebSettings
from desk.sign_in import Ask, SignIn
from privacy.alarms import Observation
from privacy.desk_roles import Role
from storage.accounts import Account

ANSWER = "/sign-in/answer"
DEMO = "demo@autocloz.example"


@dataclass(frozen=True, kw_only=True)
class Running:
    """What pages need of the running daemon: how it is, what it sees, who is woken after a step, and who mails links."""

    observe: Callable[[], Observation]
    health: Callable[[], tuple[bool, list[str]]]
    wake: Callable[[], None]
    ask_link: Ask


def build_pages(desk: Desk, running: Running, *, demo: DemoKey | None = None) -> FastAPI:
    """Return the pages of this desk."""
    web = desk.settings.web
    terms = session_terms(web)
    ways = SignIn(
        database=desk.database,
        terms=terms,
        clock=utc_now,
        ask_link=running.ask_link if web.mails_links else None,
        provider=_provider(web),
    )
    sessions = StoredSessions(desk.database, terms, utc_now)
    return create_app(page_services(desk, running), sessions=sessions, ways=ways, demo=demo)


def session_terms(web: WebSettings) -> SessionTerms:
    """Return how long sessions last."""
    return SessionTerms(
        idle=timedelta(minutes=web.idle_minutes), longest=timedelta(hours=web.session_hours)
    )


def page_services(desk: Desk, running: Running) -> DeskServices:
    """Return what pages act with: the same as commands, beside them the clock and what is running."""
    ladder = build_ladder(desk.settings.law)
    return DeskServices(
        services=desk.services,
        reader=StorageReader(desk.database, utc_now, ladder, desk.services.desk.challenges),
        ladder=ladder,
        clock=utc_now,
        health=running.health,
        wake=running.wake,
        house=build_house(desk.settings, running.observe),
        check_notices=partial(require_word_of_notices, desk.settings),
    )


def open_demo_account(desk: Desk, key: str) -> DemoKey:
    """Return the key of an account with every role, which is there for the demonstration alone."""
    known = [one for one in all_accounts(desk.database) if one.address == DEMO]
    account = known[0] if known else _open_demo(desk)
    return DemoKey(key=key, account=account.account_id)


def _open_demo(desk: Desk) -> Account:
    wanted = NewAccount(address=DEMO, name="Demo", roles=frozenset(Role))
    actor = Actor(address="demo", os_user="demo")
    return open_account(desk.database, wanted, actor=actor, now=utc_now())


def _provider(web: WebSettings) -> OidcProvider | None:
    if web.oidc is None:
        return None
    return OidcProvider(web.oidc, redirect_url=f"{web.own_url}{ANSWER}", clock=utc_now)
