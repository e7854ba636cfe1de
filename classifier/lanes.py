"""Who has to look at the message: one ordered table, after all parts were read."""

from __future__ import annotations

from classifier.concepts import BIT, bits
from classifier.evidence import Evidence
from privacy.rights import Lane, Right, RightClaim, Scope

# Lanes that stand before the rights asked for: somebody must see these at once, whatever else the letter wants.
BEFORE_RIGHTS = (Lane.SECURITY_INCIDENT, Lane.CHILDREN, Lane.REGULATOR, Lane.COMPLAINT)
# Lanes of a message that asks for no right, in the order in which they win.
WITHOUT_RIGHTS = (*BEFORE_RIGHTS, Lane.VENDOR, Lane.OTHER, Lane.POLICY_QUESTION, Lane.SUPPORT)
# Lanes in which no letter goes out before a person has read the message.
ALWAYS_A_PERSON = frozenset({*BEFORE_RIGHTS, Lane.UNCLEAR})
# Rules that speak of a list or of contact only: a bare "take me off your list".
_BARE = (
    "unsubscribe",
    "list",
    "no_contact",
    "stop_contact",
    "stop_alone",
    "delete_from_marketing",
)
_LAW = BIT["law"]
# Words that make silence of the rules suspicious.
HINTS = bits(
    ["law", "personal", "consent", "forget_me", "held", "unsubscribe", "object"]
    + [
        f"{right}_name"
        for right in (
            "access",
            "rectification",
            "erasure",
            "portability",
            "objection",
            "restriction",
        )
    ]
)

# Those of them that are suspicious even where a rule knows the lane: others tell of rights in general.
STRONG_HINTS = bits(["personal", "forget_me", "held", "unsubscribe", "object"])


def choose_lane(evidence: Evidence, claims: tuple[RightClaim, ...]) -> Lane:
    """Return the lane of a message with these claims."""
    for lane in BEFORE_RIGHTS if claims else WITHOUT_RIGHTS:
        if lane in evidence.lanes:
            return lane
    if claims:
        return Lane.UNSUBSCRIBE if is_bare_unsubscribe(evidence, claims) else Lane.RIGHTS
    return Lane.UNCLEAR if evidence.speaks_of(HINTS) else Lane.OTHER


def is_bare_unsubscribe(evidence: Evidence, claims: tuple[RightClaim, ...]) -> bool:
    """Return whether nothing is asked but to be taken off a list, with no law and no other right named."""
    only = [claim.key for claim in claims] == [(Right.OBJECTION, Scope.MARKETING)]
    return only and not evidence.speaks_of(_LAW) and claims[0].reason.rpartition(".")[2] in _BARE
