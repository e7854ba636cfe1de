"""`rightsdesk run`: the daemon."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys

from daemon.logs import set_up_logs
from daemon.running import Ports, run_daemon
from daemon.settings import Settings, load_settings
from daemon.wiring import open_desk


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the settings say it all."""


def run(options: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT; 0 after a clean stop."""
    settings = load_settings(options.config, home=options.home)
    set_up_logs(settings.log.level, as_json=settings.log.as_json)
    desk = open_desk(settings)
    access_key = secrets.token_urlsafe(32)
    try:
        return asyncio.run(
            run_daemon(
                desk, access_key=access_key, ready=lambda ports: _say(ports, settings, access_key)
            )
        )
    finally:
        desk.close()


def _say(ports: Ports, settings: Settings, access_key: str) -> None:
    """Tell the person at the terminal where things are; a log or a pipe never gets the key of the pages."""
    smtp = f", SMTP on port {ports.smtp}" if ports.smtp is not None else ""
    print(f"rightsdesk is running with {len(settings.mailboxes)} mailboxes{smtp}", flush=True)
    if ports.web is not None and sys.stdout.isatty():
        print(f"the desk: http://{settings.web.host}:{ports.web}/?key={access_key}", flush=True)
