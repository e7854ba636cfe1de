"""`rightsdesk mailbox login`: the first OAuth token of a mailbox, by the device flow (RFC 8628)."""

from __future__ import annotations

import argparse
import time

from casework.mailbox_tokens import DatabaseTokenStore
from daemon.clock import utc_now
from daemon.commands.session import open_desk_of
from daemon.output import printable
from intake.oauth_device import start_device_login, wait_for_consent
from intake.settings import Auth, OAuthSettings
from privacy.errors import Permanent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `mailbox` understands."""
    parser.add_argument(
        "action", choices=["login"], help="login: ask the provider for the first token"
    )
    parser.add_argument("address", metavar="ADDRESS", help="mailbox of the settings")


def run(options: argparse.Namespace) -> int:
    """Show address and code, wait until a person has agreed, and keep the tokens."""
    with open_desk_of(options) as desk:
        entries = {entry.address: entry for entry in desk.settings.mailboxes}
        entry = entries.get(options.address.lower())
        if entry is None or entry.imap is None or entry.imap.auth is not Auth.OAUTH2:
            raise Permanent("the settings have no mailbox with auth = oauth2 under this address")
        _log_in(entry.imap.address, entry.imap.oauth, DatabaseTokenStore(desk.database))
    print("logged in; the tokens are kept sealed in the database")
    return 0


def _log_in(address: str, oauth: OAuthSettings | None, store: DatabaseTokenStore) -> None:
    if oauth is None:
        raise Permanent("the mailbox has no oauth settings")
    prompt = start_device_login(oauth, utc_now())
    print(
        f"Open {printable(prompt.verification_uri)} and enter the code {printable(prompt.user_code)}",
        flush=True,
    )
    tokens = wait_for_consent(
        oauth, prompt, clock=utc_now, pause=lambda wait: time.sleep(wait.total_seconds())
    )
    store.save(address, tokens)
