"""`rightsdesk cases add`: a request that came by post, by phone or in a chat."""

from __future__ import annotations

import argparse
from datetime import datetime

from casework.adding import Entered, HandRequest, enter
from daemon.clock import utc_now
from daemon.commands.asked_words import (
    arrival_at,
    arrival_on,
    asked,
    day,
    language,
    scope_of,
    text_from,
    with_scope,
    zone,
)
from daemon.commands.session import actor_of, add_actor, open_desk_of
from daemon.output import as_json
from daemon.settings import Settings, SettingsError
from privacy.by_hand import Channel
from privacy.rights import Lane, right_name


def add_adding(actions: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add what `cases add` understands."""
    adding = actions.add_parser("add", help="enter a request that came by no mail")
    adding.add_argument(
        "--channel",
        required=True,
        choices=[str(one) for one in Channel],
        help="the way by which it came",
    )
    arrival = adding.add_mutually_exclusive_group(required=True)
    arrival.add_argument(
        "--received-at", type=arrival_at, metavar="INSTANT", help="when it came, with its zone"
    )
    arrival.add_argument(
        "--received", type=day, metavar="DATE", help="the local day on which it came"
    )
    adding.add_argument(
        "--zone", type=zone, metavar="ZONE", help="zone of --received (default: that of the house)"
    )
    _add_words(adding)
    _add_requester(adding)
    adding.add_argument(
        "--key", metavar="TEXT", help="name of this request: entered again it stays one case"
    )
    add_actor(adding)
    adding.add_argument("--json", action="store_true", help="one JSON object")


def _add_words(adding: argparse.ArgumentParser) -> None:
    words = adding.add_mutually_exclusive_group(required=True)
    words.add_argument("--text", metavar="FILE", help="its words, - for stdin")
    words.add_argument("--note", metavar="TEXT", help="in short what was said")
    adding.add_argument(
        "--right",
        type=asked,
        action="append",
        metavar="RIGHT",
        help="a right that is asked for, such as erasure or objection:marketing; may be repeated (default: what the rules find)",
    )
    adding.add_argument(
        "--scope", type=scope_of, metavar="SCOPE", help="what the objection is aimed at"
    )
    adding.add_argument(
        "--lane", choices=[str(one) for one in Lane], help="its lane (default: what the rules find)"
    )
    adding.add_argument(
        "--language",
        type=language,
        metavar="CODE",
        help="its language (default: found in the text)",
    )


def _add_requester(adding: argparse.ArgumentParser) -> None:
    adding.add_argument("--address", metavar="ADDRESS", help="mail address of who asks")
    adding.add_argument("--postal-address", metavar="TEXT", help="postal address of who asks")
    adding.add_argument("--name", metavar="TEXT", default="", help="name of who asks")
    adding.add_argument(
        "--mailbox", metavar="ADDRESS", help="mailbox of ours that answers (default: the first)"
    )


def add_case(options: argparse.Namespace) -> int:
    """Enter the request and say which case it is; the same key again is the same case."""
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        request = _request(options, desk.settings)
        entered = enter(desk.services, request, actor=actor, now=utc_now())
    print(as_json(_form(entered)) if options.json else _line(entered))
    return 0


def _request(options: argparse.Namespace, settings: Settings) -> HandRequest:
    return HandRequest(
        channel=Channel(options.channel),
        received_at=_arrival(options, settings),
        mailbox=_mailbox(options.mailbox, settings),
        text=options.note if options.text is None else text_from(options.text),
        told=with_scope(options.right or (), options.scope),
        lane=Lane(options.lane) if options.lane else None,
        language=options.language,
        address=options.address,
        name=options.name,
        postal=options.postal_address,
        key=options.key,
    )


def _mailbox(named: str | None, settings: Settings) -> str:
    ours = [entry.address for entry in settings.mailboxes]
    if named is not None and named.lower() not in ours:
        raise SettingsError(["--mailbox: this is no mailbox of the settings"])
    return named.lower() if named else ours[0]


def _arrival(options: argparse.Namespace, settings: Settings) -> datetime:
    if options.received_at is not None:
        moment: datetime = options.received_at
        return moment
    return arrival_on(options.received, options.zone or settings.law.zone)


def _form(entered: Entered) -> dict[str, object]:
    case = entered.case
    return {
        "case": case.reference,
        "added": entered.is_new,
        "lane": case.lane,
        "language": case.language,
        "rights": [right_name(item.key) for item in case.items],
        "received_at": case.received_at,
        "acknowledge_by": case.acknowledge.on,
        "due_on": case.due.on if case.due else None,
    }


def _line(entered: Entered) -> str:
    case = entered.case
    due = case.due.on.isoformat() if case.due else "-"
    told = "" if entered.is_new else ", entered before"
    by = case.acknowledge.on.isoformat()
    return f"{case.reference}: acknowledge by {by}, answer by {due}{told}"
