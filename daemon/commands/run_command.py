"""`rightsdesk run`: the daemon."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import asdict

import structlog

from casework.accounts import all_accounts
from casework.outliving import put_right
from daemon.clock import utc_now
from daemon.commands.db_command import told
from daemon.ledger_file import ledger_of
from daemon.logs import set_up_logs
from daemon.running import Ports, run_daemon
from daemon.settings import load_settings
from daemon.wiring import Desk, open_desk

FIRST = "nobody can sign in yet: rightsdesk users add ADDRESS --name NAME --role administrator, then users link ADDRESS"

log = structlog.get_logger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the settings say it all."""


def run(options: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT; 0 after a clean stop."""
    settings = load_settings(options.config, home=options.home)
    set_up_logs(settings.log.level, as_json=settings.log.as_json)
    desk = open_desk(settings)
    _put_right(desk)
    try:
        return asyncio.run(run_daemon(desk, ready=lambda ports: _say(ports, desk)))
    finally:
        desk.close()


def _put_right(desk: Desk) -> None:
    """Whatever way a backup came back: nobody comes back with it, and nothing of its day leaves again by itself."""
    ledger = ledger_of(desk.settings)
    done = put_right(desk.database, ledger.read(), ledger.add, utc_now())
    if done.was_restored or done.erased:
        log.warning("database_is_older", **asdict(done))
        print(told(done), file=sys.stderr, flush=True)


def _say(ports: Ports, desk: Desk) -> None:
    """Tell the person at the terminal where things are."""
    settings = desk.settings
    smtp = f", SMTP on port {ports.smtp}" if ports.smtp is not None else ""
    print(f"rightsdesk is running with {len(settings.mailboxes)} mailboxes{smtp}", flush=True)
    if ports.web is not None:
        print(f"the desk: {settings.web.own_url}", flush=True)
        if not all_accounts(desk.database):
            print(FIRST, flush=True)
