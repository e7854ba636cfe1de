"""`rightsdesk cases correct`: a member of staff says what was understood wrongly."""

from __future__ import annotations

import argparse

from casework.address_asking import NamedAddress, name_new_address
from casework.correcting import Wrong, correct_case
from casework.naming_writer import NamedWriter, name_writer
from daemon.clock import utc_now
from daemon.commands.asked_words import asked, language, scope_of
from daemon.commands.case_dates import run_correct_laws
from daemon.commands.session import (
    actor_of,
    add_actor,
    add_json,
    add_reference,
    open_desk_of,
    print_rows,
)
from daemon.settings import SettingsError
from privacy.correcting import Corrected
from privacy.deadlines import Asked
from privacy.rights import Lane, Right, Scope

NO_SCOPE = "none"
COLUMNS = ("what", "before", "after")
WRITER_NAMED = {
    "what": "writer",
    "before": None,
    "after": "named",
}  # the address itself is in no output
ADDRESS_NAMED = {"what": "new address", "before": None, "after": "named"}  # as above
ALONE = (
    "add",
    "not_asked",
    "rescope",
    "scope",
    "lane",
    "language",
    "regime",
    "writer",
    "new_address",
    "quote",
    "note",
)


def add_correction(actions: argparse._SubParsersAction) -> argparse.ArgumentParser:  # type: ignore[type-arg]
    """Add what `cases correct` understands; returns its parser."""
    correcting: argparse.ArgumentParser = actions.add_parser(
        "correct", help="say what was understood wrongly"
    )
    add_reference(correcting)
    correcting.add_argument(
        "--add", type=asked, metavar="RIGHT", help="a right that is asked for as well"
    )
    correcting.add_argument(
        "--quote",
        metavar="TEXT",
        help="words of a message that ask for it, exactly as they stand there",
    )
    correcting.add_argument(
        "--not-asked", type=asked, metavar="RIGHT", help="a right that is not asked for"
    )
    correcting.add_argument(
        "--rescope", type=asked, metavar="RIGHT", help="an objection that has the scope of --scope"
    )
    correcting.add_argument(
        "--scope", type=_scope, metavar="SCOPE", help=f"its true scope, `{NO_SCOPE}` for none"
    )
    correcting.add_argument("--lane", choices=[str(one) for one in Lane], help="its true lane")
    correcting.add_argument("--language", type=language, metavar="CODE", help="its true language")
    correcting.add_argument(
        "--regime",
        action="append",
        metavar="CODE",
        help="a law that governs it, such as gdpr; may be given again, and stands alone",
    )
    correcting.add_argument(
        "--writer",
        metavar="ADDRESS",
        help="who wrote it, where no mail of the case names somebody who can be believed; stands alone with --note",
    )
    correcting.add_argument(
        "--new-address",
        metavar="ADDRESS",
        help="the address to which the person's own is to be changed; it is asked by itself; stands alone",
    )
    correcting.add_argument("--note", metavar="TEXT", help="why; kept sealed with the case")
    add_actor(correcting)
    add_json(correcting)
    return correcting


def _scope(text: str) -> Scope | str:
    return NO_SCOPE if text == NO_SCOPE else scope_of(text)


def correct(options: argparse.Namespace) -> int:
    """Store the correction and print what changed."""
    if options.regime:
        _require_alone(options, "regime")
        return run_correct_laws(options)
    if options.writer:
        return _name_writer(options)
    if options.new_address:
        return _name_new_address(options)
    wrong = _wrong(options)
    with open_desk_of(options) as desk:
        done = correct_case(
            desk.database,
            desk.services.desk,
            options.reference.upper(),
            wrong,
            by=(actor_of(options, desk), utc_now()),
        )
    print_rows(_rows(done), COLUMNS, as_lines=options.json)
    return 0


def _name_writer(options: argparse.Namespace) -> int:
    _require_alone(options, "writer", beside="note")
    named = NamedWriter(
        reference=options.reference.upper(), address=options.writer, note=options.note or ""
    )
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        name_writer(desk.database, desk.services.desk, named, actor=actor, now=utc_now())
    print_rows([WRITER_NAMED], COLUMNS, as_lines=options.json)
    return 0


def _name_new_address(options: argparse.Namespace) -> int:
    _require_alone(options, "new_address")
    named = NamedAddress(reference=options.reference.upper(), address=options.new_address)
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        name_new_address(desk.database, desk.services.desk, named, actor=actor, now=utc_now())
    print_rows([ADDRESS_NAMED], COLUMNS, as_lines=options.json)
    return 0


def _require_alone(options: argparse.Namespace, name: str, *, beside: str = "") -> None:
    others = (one for one in ALONE if one not in {name, beside})
    if any(getattr(options, other) for other in others):
        raise SettingsError(
            [f"--{name.replace('_', '-')}: stands alone, correct the rest in a second call"]
        )


def _wrong(options: argparse.Namespace) -> Wrong:
    return Wrong(
        added=options.add,
        not_asked=options.not_asked,
        rescoped=_rescoped(options),
        lane=Lane(options.lane) if options.lane else None,
        language=options.language,
        quote=options.quote,
        note=options.note,
    )


def _rescoped(options: argparse.Namespace) -> tuple[Asked, Scope | None] | None:
    if options.rescope is None and options.scope is None:
        return None
    if options.rescope is None or options.scope is None:
        raise SettingsError(["--scope: belongs to --rescope, and the other way round"])
    if options.rescope[0] is not Right.OBJECTION:
        raise SettingsError(["--rescope: only an objection has a scope"])
    return options.rescope, None if options.scope == NO_SCOPE else Scope(options.scope)


def _rows(done: Corrected) -> list[dict[str, object]]:
    return [{"what": one.what, "before": one.before, "after": one.after} for one in done.changes]
