"""`rightsdesk users`: who may sign in at the desk, and as what."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from casework.accounts import (
    NO_ACCOUNT,
    NewAccount,
    account_of,
    all_accounts,
    change_account,
    close_account,
    open_account,
)
from casework.actors import Actor
from casework.api_tokens import NewToken, make_token, revoke_token, tokens_with
from casework.signing_in import make_link
from daemon.clock import utc_now
from daemon.commands.session import add_json, open_desk_of, print_rows
from daemon.output import Row
from daemon.page_wiring import session_terms
from daemon.settings import SettingsError
from daemon.wiring import Desk
from privacy.addresses import without_plus
from privacy.desk_roles import Action, Role
from privacy.directory_lines import is_address
from privacy.errors import Permanent
from storage.accounts import Account
from storage.api_tokens import ApiToken

COLUMNS = ("address", "name", "roles", "regions", "second_factor", "added_at")
TOKEN_COLUMNS = ("id", "label", "scopes", "made_at", "expires_at", "used_at")
ABOUT = f"""Roles are {", ".join(Role)}; what each may do stands in regimes/desk_roles.toml. The first administrator
is made here; after that the page `users` does the same. `link` prints a link for 10 minutes, where none is mailed. Without --actor the trail names the user of the operating
system. A change of roles, and a removal, end every session of the account.
`token` prints a token for the JSON API once; it may do what its scopes say, and never more than the roles of its account give."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `users` understands."""
    parser.description = f"{parser.description}\n\n{ABOUT}"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="open an account")
    adding.add_argument("address", metavar="ADDRESS")
    adding.add_argument("--name", required=True, help="name, as lists show it")
    _add_rights(adding)
    adding.add_argument("--language", default="en", help="of mails to them (default en)")
    changing = actions.add_parser("roles", help="give an account other roles and regions")
    changing.add_argument("address", metavar="ADDRESS")
    _add_rights(changing)
    removing = actions.add_parser("remove", help="remove an account")
    removing.add_argument("address", metavar="ADDRESS")
    making, revoking = _add_tokens(actions)
    for one in (adding, changing, removing, making, revoking):
        one.add_argument("--actor", metavar="ADDRESS", help="who decides, for the trail")
    linking = actions.add_parser("link", help="print a link that signs an account in once")
    linking.add_argument("address", metavar="ADDRESS")
    add_json(actions.add_parser("list", help="list the accounts"))


def _add_tokens(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    making = actions.add_parser("token", help="make a token for the JSON API and print it once")
    making.add_argument("address", metavar="ADDRESS")
    making.add_argument("--label", required=True, help="name of the program that will use it")
    making.add_argument(
        "--scope",
        dest="scopes",
        action="append",
        required=True,
        choices=[str(one) for one in Action],
        help="may be given more than once",
    )
    making.add_argument("--days", type=int, default=90, help="how long it lasts (default 90)")
    listing = actions.add_parser("tokens", help="list the tokens of an account")
    listing.add_argument("address", metavar="ADDRESS")
    add_json(listing)
    revoking = actions.add_parser("revoke", help="end a token at once")
    revoking.add_argument("address", metavar="ADDRESS")
    revoking.add_argument("token", metavar="ID", type=UUID)
    return making, revoking


def _add_rights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role",
        dest="roles",
        action="append",
        required=True,
        choices=[str(one) for one in Role],
        help="may be given more than once",
    )
    parser.add_argument(
        "--region",
        dest="regions",
        action="append",
        default=[],
        metavar="NAME",
        help="region that they may see (default: every one)",
    )


def run(options: argparse.Namespace) -> int:
    """Do what the action says."""
    with open_desk_of(options) as desk:
        if options.action == "list":
            rows = [_row(one) for one in all_accounts(desk.database)]
            print_rows(rows, COLUMNS, as_lines=options.json)
        elif options.action == "tokens":
            held = [_token_row(one) for one in tokens_with(desk.database, options.address)]
            print_rows(held, TOKEN_COLUMNS, as_lines=options.json)
        elif options.action == "link":
            print(_link(options.address, desk))
        else:
            print(_change(options, desk))
    return 0


def _link(address: str, desk: Desk) -> str:
    """A link as it is mailed: for the first administrator, and for a desk that mails none."""
    web = desk.settings.web
    made = make_link(desk.database, address, session_terms(web), now=utc_now())
    if made is None:
        raise Permanent(NO_ACCOUNT)
    return f"{web.own_url}/sign-in/link/{made.token}"


def _change(options: argparse.Namespace, desk: Desk) -> str:
    actor, now, database = _actor(options), utc_now(), desk.database
    if options.action == "add":
        open_account(database, _wanted(options), actor=actor, now=now)
        return "added"
    if options.action == "token":
        return make_token(database, _token(options), actor=actor, now=now)[1]
    if options.action == "revoke":
        revoke_token(database, options.address, options.token, actor=actor, now=now)
        return "revoked"
    return _change_account(options, desk, actor)


def _change_account(options: argparse.Namespace, desk: Desk, actor: Actor) -> str:
    database, now = desk.database, utc_now()
    account = account_of(database, options.address).account_id
    if options.action == "remove":
        close_account(database, account, actor=actor, now=now)
        return "removed"
    roles = _roles(options.roles)
    change_account(database, account, roles, options.regions, actor=actor, now=now)
    return "changed"


def _wanted(options: argparse.Namespace) -> NewAccount:
    if not is_address(options.address):
        raise SettingsError(["ADDRESS: a mail address is wanted"])
    return NewAccount(
        address=options.address,
        name=options.name,
        roles=_roles(options.roles),
        regions=frozenset(options.regions),
        language=options.language,
    )


def _token(options: argparse.Namespace) -> NewToken:
    return NewToken(
        address=options.address,
        label=options.label,
        scopes=frozenset(map(Action, options.scopes)),
        lasts=timedelta(days=options.days),
    )


def _token_row(token: ApiToken) -> Row:
    return {
        "id": token.token_id,
        "label": token.label,
        "scopes": sorted(token.scopes),
        "made_at": token.made_at,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
    }


def _roles(names: Sequence[str]) -> frozenset[Role]:
    return frozenset(map(Role, names))


def _actor(options: argparse.Namespace) -> Actor:
    user = getpass.getuser()
    return Actor(address=without_plus(options.actor) if options.actor else user, os_user=user)


def _row(account: Account) -> Row:
    return {
        "address": account.address,
        "name": account.name,
        "roles": sorted(account.roles),
        "regions": sorted(account.regions),
        "second_factor": account.has_second,
        "added_at": account.added_at,
    }
