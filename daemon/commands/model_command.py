"""`rightsdesk model`: a contract on zero retention is attested, and what the model says is compared with the rules."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date, timedelta

from casework.attesting import attest_contract
from daemon.clock import utc_now
from daemon.commands.session import actor_of, add_actor, add_json, count, open_desk_of
from daemon.output import Row, as_json, as_table, printable
from daemon.settings import SettingsError
from daemon.wiring import Desk
from privacy.agreement import WEEK, Agreement, agreement_of
from privacy.zero_retention import Assurance
from storage.model_calls import calls_since

MILLIONTHS = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `model` understands."""
    parser.add_argument(
        "action",
        choices=["attest", "report"],
        help="attest: record that a contract promises zero retention; report: agreement with the rules",
    )
    parser.add_argument("--contract", metavar="REFERENCE", help="reference of the contract")
    parser.add_argument("--date", metavar="DAY", type=_day, help="day of the contract, 2026-11-01")
    parser.add_argument(
        "--weeks", metavar="N", type=count, default=4, help="weeks of the report (default: 4)"
    )
    add_actor(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Attest, or print the report."""
    with open_desk_of(options) as desk:
        return _attest(desk, options) if options.action == "attest" else _report(desk, options)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day such as 2026-11-01 is wanted") from None


def _attest(desk: Desk, options: argparse.Namespace) -> int:
    endpoint = desk.settings.model.endpoint
    if endpoint is None or endpoint.assurance is not Assurance.ATTESTED:
        raise SettingsError(["model.assurance: is not attested, so nothing is to be attested"])
    if not options.contract or options.date is None:
        raise SettingsError(["--contract and --date: name the contract that promises it"])
    attested = attest_contract(
        desk.database,
        endpoint.host,
        contract=options.contract,
        contract_date=options.date,
        actor=actor_of(options, desk),
        now=utc_now(),
    )
    print(
        printable(
            f"attested for {attested.endpoint}: contract {attested.contract} of {attested.contract_date}"
        )
    )
    return 0


def _report(desk: Desk, options: argparse.Namespace) -> int:
    now = utc_now()
    with desk.database.reading() as reading:
        calls = calls_since(reading, now - WEEK * options.weeks)
    report = agreement_of(calls, now=now, weeks=options.weeks)
    if options.json:
        print(as_json(_form(report)))
        return 0
    print("\n".join(_lines(report)))
    return 0


def _form(report: Agreement) -> Row:
    return {
        "calls": report.calls,
        "outcomes": report.outcomes,
        "answered": report.answered,
        "agreed": report.agreed,
        "agreement": report.share,
        "drift": report.drift,
        "would_change": report.changes,
        "weeks": [
            {"starts_at": week.starts_at, "answered": week.answered, "agreed": week.agreed}
            for week in report.weeks
        ],
        "tokens_in": report.tokens_in,
        "tokens_out": report.tokens_out,
        "cost": report.cost / MILLIONTHS,
    }


def _lines(report: Agreement) -> Iterator[str]:
    outcomes = ", ".join(f"{name} {number}" for name, number in report.outcomes.items())
    yield f"calls: {report.calls}" + (f" ({outcomes})" if outcomes else "")
    yield f"tokens: {report.tokens_in} sent, {report.tokens_out} received; cost {report.cost / MILLIONTHS:.4f}"
    yield f"agrees with the rules: {report.agreed} of {report.answered}{_share(report.share)}"
    if report.drift is not None:
        yield f"drift since the week before: {report.drift * 100:+.1f} points"
    weeks: list[Row] = [
        {
            "week": f"{week.starts_at:%Y-%m-%d} to {week.starts_at + WEEK - timedelta(days=1):%Y-%m-%d}",
            "answered": week.answered,
            "agreed": week.agreed,
        }
        for week in report.weeks
    ]
    yield as_table(weeks, ["week", "answered", "agreed"])
    changes: list[Row] = [{"would change": k, "times": n} for k, n in report.changes.items()]
    if changes:
        yield as_table(changes, ["would change", "times"])


def _share(share: float | None) -> str:
    return "" if share is None else f" ({share * 100:.1f} %)"
