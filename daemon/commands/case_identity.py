"""Who is asking, as `rightsdesk cases show` tells it, and what a member of staff decides about it."""

from __future__ import annotations

import argparse

from casework.challenge_terms import ChallengeTerms
from casework.identity_decisions import IdentityDecision, decide_identity
from daemon.clock import utc_now
from daemon.commands.session import actor_of, add_actor, add_reference, open_desk_of
from daemon.output import Form, forms_in
from privacy.cases import Case
from privacy.challenges import ChallengeState
from privacy.errors import Permanent
from privacy.identity import Level, level_named
from storage.address_changes import AddressChange, changes_of
from storage.database import Reading
from storage.identity import StoredEvidence, challenges_of, evidence_of, standings_of


def add_identity(parser: argparse.ArgumentParser) -> None:
    """Add what `cases identity` understands."""
    add_reference(parser)
    parser.add_argument(
        "--level", required=True, choices=[level.label for level in Level], help="from now on"
    )
    parser.add_argument("--reason", required=True, metavar="TEXT", help="what was seen, in a line")
    parser.add_argument(
        "--doubt", action="store_true", help="there is a reasonable doubt about who asks"
    )
    add_actor(parser)


def run_identity(options: argparse.Namespace) -> int:
    """Record the decision and say where the case stands."""
    with open_desk_of(options) as desk:
        terms = desk.services.desk.challenges
        if terms is None:
            raise Permanent("this desk knows nothing of proof")
        decision = IdentityDecision(
            reference=options.reference.upper(),
            level=level_named(options.level),
            reason=options.reason,
            doubt=options.doubt,
        )
        actor = actor_of(options, desk)
        standing = decide_identity(desk.database, terms, decision, actor=actor, now=utc_now())
    print(f"{decision.reference}: {standing.level.label}, {standing.state}")
    return 0


def identity_form(reading: Reading, case: Case, terms: ChallengeTerms | None) -> Form:
    """Return the level that is needed and reached, what waits, and all evidence; no code, and no hash of one."""
    standing = standings_of(reading, [case.case_id]).get(case.case_id)
    level = standing.level if standing else Level.NONE
    return {
        "state": standing.state if standing else "not_asked",
        "level": level.label,
        "needed": terms.needed(case).label if terms else None,
        "unproved": [str(item.right) for item in terms.unproved(case, level)] if terms else [],
        "reasons": list(standing.reasons) if standing else [],
        "asked_at": standing.asked_at if standing else None,
        "proved_at": standing.proved_at if standing else None,
        "challenges": [
            {
                "to": one.address,
                "state": one.state,
                "asked_at": one.asked_at,
                "expires_on": one.expires_on,
                "attempts": one.attempts,
            }
            for one in challenges_of(reading, [case.case_id]).get(case.case_id, ())
        ],
        "changes_of_address": [_change(one) for one in changes_of(reading, [case.case_id])],
        "evidence": [_evidence(one) for one in evidence_of(reading, case.case_id)],
    }


def _change(one: AddressChange) -> Form:
    told = (
        "old",
        "new",
        "state",
        "named_by",
        "named_at",
        "expires_on",
        "proved_at",
        "effective_at",
    )
    return {name: getattr(one, name) for name in told}


def _evidence(one: StoredEvidence) -> Form:
    evidence = one.evidence
    return {
        "kind": evidence.kind,
        "at": evidence.at,
        "by": one.actor,
        "level": evidence.level.label if evidence.level is not None else None,
        "doubt": evidence.doubt,
        "reason": one.reason,
        "message": one.inbound_id,
    }


def identity_for_people(form: Form) -> list[str]:
    """Return the same as lines."""
    lines = ["", f"identity: {form['level']} of {form['needed']} needed, {form['state']}"]
    for one in forms_in(form["challenges"]):
        if one["state"] == ChallengeState.WANTED:
            lines.append(f"  {one['to']} is asked once the acknowledgement has left")
            continue
        asked = f"  asked {one['to']} at {one['asked_at']}, until {one['expires_on']}"
        lines.append(f"{asked}: {one['state']}, {one['attempts']} wrong answers")
    for one in forms_in(form["changes_of_address"]):
        lines.append(f"  address to be changed from {one['old']} to {one['new']}: {one['state']}")
        lines.append(
            f"    new one proved {one['proved_at'] or 'not yet'}, letters move {one['effective_at'] or 'not yet'}"
        )
    for one in forms_in(form["evidence"]):
        level = f" {one['level']}" if one["level"] else ""
        doubt = ", with doubt" if one["doubt"] else ""
        reason = f": {one['reason']}" if one["reason"] else ""
        lines.append(f"  {one['at']}  {one['kind']}{level}{doubt} by {one['by']}{reason}")
    return lines
