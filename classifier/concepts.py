"""The closed list of concepts: what a word can mean to the rules, as one bit each.

Language files name words for concepts, `rules.toml` combines concepts. A concept that is not in this list is refused
when the data is read, so a slip of the pen in a language file cannot silence a right.
"""

from __future__ import annotations

from collections.abc import Iterable

# Words that a rule starts from: acts, or the name of a right.
TRIGGERS: tuple[str, ...] = (
    "access_name", "rectification_name", "erasure_name", "portability_name", "objection_name",
    "restriction_name", "withdraw_name", "automated_name",
    "delete", "close", "forget_me", "keep", "gone",
    "give", "access", "see", "copy", "held", "all_held", "source", "recipients", "waiting",
    "correct", "update", "wrong", "misnamed",
    "format", "transfer", "export", "take_along",
    "object", "stop", "optout", "want", "use", "contact", "sell", "no_more",
    "unsubscribe", "list", "spam", "suppress", "mistrack",
    "restrict", "hold",
    "withdraw", "consent_off", "switch_off",
    "human_review", "machine_decides",
    "complaint", "complain_to", "age_child", "child", "breach", "leak", "phishing", "authority", "court",
    "policy", "asks_policy", "subprocessor", "hosting",
    "support", "billing", "login", "job", "contract", "pitch", "survey", "legal_threat",
    "for_other", "settled", "thanks", "answer", "wrong_company", "injection", "estate", "nominee",
)  # fmt: skip

# Words that a trigger acts on. The nearest one decides what is meant.
OBJECTS: tuple[str, ...] = (
    "data", "personal", "record", "field", "account", "all", "me", "processing", "consent", "marketing",
    "tracking", "sale", "ai", "decision", "human", "elsewhere", "database", "profiling", "it",
)  # fmt: skip

# Words that say who, in which mood, and where one thought ends.
GRAMMAR: tuple[str, ...] = (
    "my", "client", "request", "how", "report", "if", "recital", "not", "and", "product", "law", "article",
    "until", "carries", "please", "rights", "asked_before", "broadcast", "renewed",
    "refers", "identity",
)  # fmt: skip

# Set by the reader of the text itself or when a file is read, never by a language file.
MARKS: tuple[str, ...] = ("denied", "end", "period", "soft", "colon", "question", "phrase_start")

BIT: dict[str, int] = {
    name: 1 << place for place, name in enumerate((*TRIGGERS, *OBJECTS, *GRAMMAR, *MARKS))
}

ALL_CONCEPTS = (1 << len(BIT)) - 1
# Beside what a word means itself, its mask tells what phrases would mean that may begin at it, that many bits higher,
# and in two parts those that stand apart (`take ... off`): of one the first word is there, of the other the second.
AHEAD, APART_BEGUN, APART_ENDED = len(BIT), 2 * len(BIT), 3 * len(BIT)


def bits(names: Iterable[str]) -> int:
    """Return the bits of these concepts together. Raises KeyError for a name that is not in the list."""
    mask = 0
    for name in names:
        mask |= BIT[name]
    return mask


def names(mask: int) -> list[str]:
    """Return the concepts of a mask, in the order of the list."""
    return [name for name, bit in BIT.items() if mask & bit]


def concepts_within(mask: int) -> int:
    """Return all concepts that words can mean whose masks together are this one."""
    apart = mask >> APART_BEGUN & mask >> APART_ENDED
    return (mask | mask >> AHEAD | apart) & ALL_CONCEPTS


ALL_TRIGGERS = bits(TRIGGERS)
ALL_OBJECTS = bits(OBJECTS)
