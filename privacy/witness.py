"""What a second reader says a message asks for, and how far that counts: it may add a right or ask for a person.

It can never take away what the rules found, nor close, refuse or send anything: no value of a `Statement` leads there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from privacy.rights import Classification, Engine, Lane, Right, RightClaim, Scope, right_name

ADDED = "+"
MISSED = "-"
UNSURE = "unsure"
MODEL_RULE = "model"  # the `reason` of a claim that only the model makes
CONFIDENCE = 0.5  # what a model says of its own certainty means nothing: a person decides
# Lanes without a right in them: a right that is added moves the message into the lane of rights.
_WITHOUT_RIGHTS = frozenset(
    {Lane.OTHER, Lane.UNCLEAR, Lane.SUPPORT, Lane.VENDOR, Lane.POLICY_QUESTION}
)


@dataclass(frozen=True, kw_only=True)
class WitnessClaim:
    """One right that the witness sees; `quote` is part[start:end], found there and not taken on trust."""

    right: Right
    scope: Scope | None
    part: str
    quote: str = field(repr=False)
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Statement:
    """All that a witness can say. There is no word in it for an answer, a refusal or an end."""

    claims: tuple[WitnessClaim, ...] = ()
    lane: Lane = Lane.OTHER
    unsure: bool = False


def differences(
    rules: Classification, statement: Statement, *, at_once: Collection[Lane]
) -> tuple[str, ...]:
    """Return as label names what the witness would change: `+erasure`, `-access`, `lane:children`, `unsure`."""
    added = [ADDED + right_name(claim.key) for claim in _added(rules, statement)]
    missed = [
        MISSED + right_name(claim.key) for claim in rules.rights if not _is_seen(claim, statement)
    ]
    lane = (
        [f"lane:{statement.lane}"]
        if statement.lane in at_once and statement.lane is not rules.lane
        else []
    )
    return (*added, *missed, *lane, *([UNSURE] if statement.unsure else []))


def combine(
    rules: Classification, statement: Statement, *, at_once: Collection[Lane]
) -> Classification:
    """Return the classification of both. Every difference is a reason, and any reason calls a person.

    What the rules found stays, in its order and before what is added, so that the first right stays the first.
    """
    added = tuple(_added(rules, statement))
    doubts = tuple(map(_in_words, differences(rules, statement, at_once=at_once)))
    moved = bool(added) and rules.lane in _WITHOUT_RIGHTS
    return replace(
        rules,
        lane=Lane.RIGHTS if moved else rules.lane,
        rights=rules.rights + added,
        engine=Engine.MODEL if added and not rules.rights else Engine.BOTH,
        needs_human=rules.needs_human or bool(doubts),
        reasons=rules.reasons + doubts,
    )


def without_witness(rules: Classification, reason: str) -> Classification:
    """Return what the rules say alone, with the reason why no model was heard."""
    return replace(rules, reasons=(*rules.reasons, f"model not heard: {reason}"))


def _added(rules: Classification, statement: Statement) -> Iterator[RightClaim]:
    made: list[RightClaim] = []
    for claim in statement.claims:
        if not _is_among(claim, (*rules.rights, *made)):
            made.append(_as_claim(claim))
            yield made[-1]


def _as_claim(claim: WitnessClaim) -> RightClaim:
    return RightClaim(
        right=claim.right,
        scope=claim.scope,
        confidence=CONFIDENCE,
        part=claim.part,
        quote=claim.quote,
        start=claim.start,
        end=claim.end,
        reason=MODEL_RULE,
    )


def _is_seen(claim: RightClaim, statement: Statement) -> bool:
    return _is_among(claim, statement.claims)


def _is_among(
    claim: WitnessClaim | RightClaim, others: Sequence[WitnessClaim | RightClaim]
) -> bool:
    """Whether one of the others is the same right: a general objection and one with an aim are one wish."""
    return any(
        claim.right is other.right
        and (claim.scope is None or other.scope is None or claim.scope is other.scope)
        for other in others
    )


def _in_words(difference: str) -> str:
    if difference == UNSURE:
        return "the model is unsure"
    if difference.startswith(ADDED):
        return f"the model adds {difference[1:]}"
    if difference.startswith(MISSED):
        return f"the model does not see {difference[1:]}"
    return f"the model sees {difference.replace(':', ' ')}"
