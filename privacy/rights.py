"""What a message asks for: the rights, the lanes, and a classification with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SURE_ENOUGH = 0.9  # confidence from which a right is worked without a person, unless the operator says otherwise
FORWARDED = "forwarded:"  # parts of this name are somebody else's words


class Right(StrEnum):
    """The rights a data subject can ask for, as policy clause P14 and GDPR Articles 7 and 15 to 22 name them."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    WITHDRAW_CONSENT = "withdraw_consent"
    AUTOMATED_DECISION = "automated_decision"


class Scope(StrEnum):
    """What an objection is aimed at; an objection without scope is a general one (GDPR Art. 21(1))."""

    MARKETING = "marketing"
    ANALYTICS = "analytics"
    SALE_SHARING = "sale_sharing"


class Lane(StrEnum):
    """Who has to look at the message, whether or not it asks for a right."""

    RIGHTS = "rights"
    COMPLAINT = "complaint"
    CHILDREN = "children"
    SECURITY_INCIDENT = "security_incident"
    REGULATOR = "regulator"
    POLICY_QUESTION = "policy_question"
    SUPPORT = "support"
    VENDOR = "vendor"
    UNSUBSCRIBE = "unsubscribe"
    OTHER = "other"
    UNCLEAR = "unclear"


class Engine(StrEnum):
    """Who gave the classification."""

    RULES = "rules"
    MODEL = "model"
    BOTH = "both"


def right_name(asked: tuple[Right, Scope | None]) -> str:
    """Return `erasure`, or `objection:marketing` for a right with a scope: one spelling in lists, trails and reasons."""
    right, scope = asked
    return f"{right}:{scope}" if scope else str(right)


@dataclass(frozen=True, kw_only=True)
class RightClaim:
    """One right found in one part of a message.

    `quote` is exactly part[start:end] in Unicode code points; `part` is `text`, `subject`,
    `attachment:N` or `forwarded:N` (the field `in` of the command line's JSON).
    """

    right: Right
    confidence: float
    part: str
    quote: str
    start: int
    end: int
    reason: str
    scope: Scope | None = None

    def __repr__(self) -> str:
        """Name the right and the rule, never the person's words."""
        return f"RightClaim({self.right}, scope={self.scope}, reason={self.reason})"

    @property
    def key(self) -> tuple[Right, Scope | None]:
        """What makes two claims the same request item."""
        return (self.right, self.scope)


@dataclass(frozen=True, kw_only=True)
class Classification:
    """What one message asks for, with the reasons.

    `rights` holds at most one claim per (right, scope), in the order in which they are asked for.
    `needs_human` is set whenever the engine would not stake a letter on its answer. `laws` are those that the writer
    names, by the names of the classifier's own list.
    """

    lane: Lane
    rights: tuple[RightClaim, ...] = ()
    engine: Engine = Engine.RULES
    needs_human: bool = False
    reasons: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether a right was recognised in the writer's own new words; a forwarded mail is somebody else's."""
        return any(not claim.part.startswith(FORWARDED) for claim in self.rights)

    @property
    def primary(self) -> str:
        """The first right asked for, or the lane when no right is asked for."""
        return str(self.rights[0].right if self.rights else self.lane)
