"""`rightsdesk laws`: what the records of the laws say, without a database: for whoever edits them and for staff."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from daemon.commands.session import add_json, print_rows
from privacy.deadlines import Period, Regime
from privacy.remedies import LawRemedies
from regimes import list_regimes, load_regimes
from regimes.laws import states
from regimes.offers import Offer, load_offer
from regimes.remedies import load_remedies

COLUMNS = ("law", "name", "valid_from", "answer", "rights")
SHOWN = ("what", "says")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `laws` understands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add_json(actions.add_parser("list", help="all laws, with their period and their rights"))
    one = actions.add_parser("show", help="all that the record of one law says")
    one.add_argument("law", metavar="CODE", help="such as gdpr, or us_va for a state")
    add_json(one)


def run(options: argparse.Namespace) -> int:
    """Do what the action says. Raises Permanent for a law that has no record, or a wrong one."""
    actions = {"list": _list, "show": _show}
    return actions[options.action](options)


def _list(options: argparse.Namespace) -> int:
    codes = [*(one.code for one in list_regimes()), *states()]
    rows = [_row(law, load_offer(law.code)) for law in load_regimes(codes)]
    valid_from = {one.code: one.valid_from for one in list_regimes()}
    print_rows(
        [row | {"valid_from": valid_from.get(str(row["law"]))} for row in rows],
        COLUMNS,
        as_lines=options.json,
    )
    return 0


def _row(law: Regime, offer: Offer) -> dict[str, object]:
    return {
        "law": law.code,
        "name": law.name,
        "answer": _words(law.default_period),
        "rights": sorted(map(str, offer.rights)),
    }


def _show(options: argparse.Namespace) -> int:
    (law,) = load_regimes([options.law])
    facts = _facts(law, load_offer(law.code), load_remedies()[law.code])
    if options.json:
        print_rows([facts], (), as_lines=True)
    else:
        rows = [{"what": what, "says": says} for what, says in facts.items() if says]
        print_rows(rows, SHOWN, as_lines=False)
    return 0


def _facts(law: Regime, offer: Offer, against: LawRemedies) -> dict[str, object]:
    periods: Mapping[str, object] = {
        f"answer {right}{f':{scope}' if scope else ''}": _words(period)
        for (right, scope), period in law.periods.items()
    }
    return {
        "law": law.code,
        "name": law.name,
        "version": law.version,
        "zone": law.zone,
        "rights": sorted(map(str, offer.rights)),
        "rights_source": offer.source,
        "child_under": offer.child_under,
        "languages": list(offer.languages),
        "acknowledge": _words(law.acknowledge) if law.acknowledge else None,
        "answer": _words(law.default_period),
        **periods,
        "authority": f"{against.authority.name}, {against.authority.url}"
        if against.authority
        else None,
        "attorney_general": against.attorney_general,
        "court": against.court,
        "complain_to_us": against.complain_to_us,
        "appeal_days": against.appeal_days,
        "recourse_days": against.recourse_days,
        "recourse_months": against.recourse_months,
        "keep_days": against.keep_days,
        "keep_until_recourse": against.keep_until_recourse,
    }


def _words(period: Period) -> str:
    return f"{period.amount} {str(period.unit).replace('_', ' ')} ({period.rule})"
