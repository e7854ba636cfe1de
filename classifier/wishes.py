"""The account of a whole message: what it may wish for beyond the rights that were found, the reason to call a person."""

from __future__ import annotations

from classifier.concepts import BIT, bits
from classifier.evidence import Evidence
from classifier.grammar import about_the_writer, is_negated, recital_place
from classifier.reading import LONGEST_SENTENCE, Reader, Sentence, Stretch
from privacy.rights import Right

# Acts that belong to one right: where one stands and its right was not found, something may be missed.
_ACTS: dict[Right, int] = {
    Right.ACCESS: bits(["copy", "held", "all_held", "source", "recipients"]),
    Right.RECTIFICATION: bits(["correct", "misnamed"]),
    Right.ERASURE: bits(["delete", "forget_me", "gone"]),
    Right.PORTABILITY: bits(["format", "export", "take_along"]),
    Right.OBJECTION: bits(["object", "optout", "unsubscribe", "mistrack"]),
    Right.RESTRICTION: bits(["restrict", "hold"]),
    Right.WITHDRAW_CONSENT: bits(["withdraw", "consent_off"]),
    Right.AUTOMATED_DECISION: bits(["human_review", "machine_decides", "human"]),
}
# How a right that was found is spoken of again.
_NAMES: dict[Right, int] = {
    Right.ACCESS: bits(["access_name", "give", "access", "see"]),
    Right.RECTIFICATION: bits(["rectification_name", "update", "wrong"]),
    Right.ERASURE: bits(["erasure_name", "close", "keep", "account"]),
    Right.PORTABILITY: bits(["portability_name", "transfer"]),
    Right.OBJECTION: bits(
        ["objection_name", "stop", "no_more", "use", "contact", "sell", "want", "list", "spam"]
    ),
    Right.RESTRICTION: bits(["restriction_name", "use"]),
    Right.WITHDRAW_CONSENT: bits(["withdraw_name", "use", "switch_off", "stop"]),
    Right.AUTOMATED_DECISION: bits(["automated_name", "decision"]),
}
_THINGS = bits(
    [
        *(
            "data",
            "personal",
            "record",
            "field",
            "account",
            "all",
            "processing",
            "consent",
            "marketing",
        ),
        *("tracking", "sale", "ai", "decision", "profiling", "database"),
    ]
)
_REQUEST = BIT["request"]
_TOLD = bits(
    ["report", "recital", "product"]
)  # what was done, what anybody may do, what is no person's data

# What has a lane of its own, unless it speaks of the writer's data as well.
_OTHER_MATTERS = bits(["login", "billing", "support"])
_OF_A_PERSON = bits(
    ["personal", "data", "account", "record", "field", "consent", "held", "all_held"]
)

_ALL_HELD = BIT["all_held"]  # "delete all that you have about me": what the act is about
# "An algorithm blocked me": what was done to the writer is not what they ask for.
_RESTRICT, _BLOCKED = BIT["restrict"], bits(["machine_decides", "decision", "login"])
# "No more" and "without" tell of an objection where they speak of mail.
_NO_MORE, _OF_MAIL = BIT["no_more"], bits(["marketing", "contact", "spam", "list", "tracking"])
_SUBJECT = "subject"


# Acts and names of rights; those left out are of everyday use ("give", "want") and would leave every mail unaccounted for.
_TELLING = bits(
    [
        *("access_name", "rectification_name", "erasure_name", "portability_name", "objection_name"),
        *("restriction_name", "withdraw_name", "automated_name", "delete", "close", "forget_me", "gone"),
        *("copy", "held", "all_held", "source", "recipients", "correct", "wrong", "misnamed"),
        *("format", "transfer", "export", "take_along", "object", "stop", "optout", "sell", "no_more"),
        *("unsubscribe", "list", "spam", "suppress", "mistrack", "restrict", "hold"),
        *("withdraw", "consent_off", "switch_off", "human_review", "machine_decides"),
    ]
)  # fmt: skip
# Acts of several rights: where no rule explains them, they are of one that was missed ("bring it up to date").
_OF_SEVERAL = bits(["update", "stop", "transfer", "switch_off"])
_ACTED_ON = _THINGS | bits(["my", "me", "it"])
# Said of everything ("what you have"): they belong to no right alone.
_KEPT = bits(["until", "hold", "restrict", "use"])
_SAID_OF_ALL = bits(["held", "all_held"])


def has_act_left_over(evidence: Evidence, told: int = _TOLD) -> bool:
    """Return whether a word of a right that was not found stands anywhere, and nothing says that it is not asked for.

    Not asked for is what a rule explains, what is denied ("delete nothing"), and what is `told`.
    """
    found = {right for right, _ in evidence.claims}
    missing = sum(mask for right, mask in _ACTS.items() if right not in found) & ~_SAID_OF_ALL
    return any(
        _leaves_over(reader, sentence, missing, evidence)
        for reader in evidence.readers
        for stretch in reader.stretches
        if stretch.may & missing
        for sentence in reader.sentences_of(stretch)
        if not sentence.mask & told
    )


def _leaves_over(reader: Reader, sentence: Sentence, missing: int, evidence: Evidence) -> bool:
    left = missing & ~_denied(sentence, missing, evidence) & ~_done_by_a_machine(sentence, evidence)
    # What is recited is not left over: "the existence of the right to erasure" (GDPR Art. 15(1)(e)).
    recited = recital_place(sentence)
    return any(
        hit.mask & left
        and hit.first <= recited
        and (reader.part, hit.first) not in evidence.explained
        for hit in sentence.hits
    )


def _done_by_a_machine(sentence: Sentence, evidence: Evidence) -> int:
    """Return the act that a sentence only tells of where a machine's decision is fought: "it blocked my account"."""
    fights = any(right is Right.AUTOMATED_DECISION for right, _ in evidence.claims)
    return _RESTRICT if fights and not sentence.mask & _REQUEST else 0


def _denied(sentence: Sentence, acts: int, evidence: Evidence) -> int:
    """Return those of the acts that the sentence does not want; what must not be deleted until then is restricted."""
    restricts = Right.RESTRICTION in evidence.own
    if (sentence.mask & _KEPT and not restricts) or not sentence.mask & acts:
        return 0
    denied = wanted = 0
    for place, hit in enumerate(sentence.hits):
        if hit.mask & acts:
            if is_negated(sentence.hits, place, follows=evidence.negation_follows):
                denied |= hit.mask & acts
            else:
                wanted |= hit.mask
    return denied & ~wanted


def is_accounted_for(evidence: Evidence) -> bool:
    """Return whether a rule explains each sentence with a word of a right, and no word of another right is left over.

    Core words miss much. But where all that they know of rights is explained, hardly anything was missed.
    """
    telling = _TELLING & ~_spoken_of_again(evidence)
    return not has_act_left_over(evidence, told=0) and not any(
        _tells(sentence, telling, evidence)
        and not sentence.mask & _TOLD
        and (reader.part, sentence.first) not in evidence.understood
        for reader in evidence.readers
        for stretch in reader.stretches
        if stretch.may & telling
        for sentence in reader.sentences_of(stretch)
    )


def _tells(sentence: Sentence, telling: int, evidence: Evidence) -> bool:
    told = sentence.mask & telling
    if told & _NO_MORE and not sentence.mask & _OF_MAIL:
        told &= ~_NO_MORE
    return bool(told & ~_denied(sentence, told, evidence))


def has_open_wish(evidence: Evidence) -> bool:
    """Return whether a sentence seems to want something done with data that no rule has made a right or a lane of."""
    found = {right for right, _ in evidence.claims}
    missing = sum(mask for right, mask in _ACTS.items() if right not in found)
    of_nobody = not found and bool(evidence.lanes)  # another matter, that speaks of data in general
    known = _spoken_of_again(evidence)
    return any(
        _is_open(
            _unexplained(reader, sentence, evidence, missing),
            missing,
            known | (_THINGS if found and reader.part == _SUBJECT else 0),  # "about my data"
        )
        and not (of_nobody and not about_the_writer(sentence.mask))
        and not _is_understood(reader, sentence, evidence, missing)
        for reader in evidence.readers
        for stretch in reader.stretches
        if _may_be_open(stretch, missing, known)
        for sentence in reader.sentences_of(stretch)
    )


def speaks_undenied_of(evidence: Evidence, concepts: int) -> bool:
    """Return whether any sentence means one of these concepts and does not deny it ("I want no deletion").

    What is denied where something is to be kept or left alone may be a restriction.
    """
    kept = evidence.speaks_of(_KEPT)
    return any(
        sentence.mask & concepts & ~(0 if kept else _denied(sentence, concepts, evidence))
        for reader in evidence.readers
        for stretch in reader.stretches
        if stretch.may & concepts
        for sentence in reader.sentences_of(stretch)
    )


def _spoken_of_again(evidence: Evidence) -> int:
    """Return the words of all rights that were found: a letter names more than once what it asks for."""
    known = 0
    for right in {right for right, _ in evidence.claims}:
        known |= _ACTS[right] | _NAMES[right]
    return known


def _unexplained(reader: Reader, sentence: Sentence, evidence: Evidence, missing: int) -> int:
    """Return the concepts of a sentence without the acts that are denied in it or that a rule explains."""
    left = 0
    for hit in sentence.hits:
        explained = (reader.part, hit.first) in evidence.explained
        left |= hit.mask & ~missing if explained else hit.mask
    return left & ~_denied(sentence, missing | _OF_SEVERAL, evidence)


def _may_be_open(stretch: Stretch, missing: int, known: int) -> bool:
    """Whether a stretch is worth reading for it, told from what its words could mean, or do mean where that is sure."""
    may = stretch.may
    if stretch.sure and stretch.last - stretch.first < LONGEST_SENTENCE:  # it is one sentence
        return _is_open(may, missing, known)
    return bool(may & missing or may & _OF_SEVERAL & ~known or (may & _REQUEST and may & _THINGS))


def _is_open(mask: int, missing: int, known: int) -> bool:
    if mask & _TOLD or (mask & _OTHER_MATTERS and not mask & _OF_A_PERSON):
        return False
    if mask & missing & ~(_RESTRICT if mask & _BLOCKED else 0):
        return True
    if mask & _OF_SEVERAL & ~known and mask & _ACTED_ON:
        return True
    return bool(mask & _REQUEST and mask & _THINGS and not mask & known)


def _is_understood(reader: Reader, sentence: Sentence, evidence: Evidence, missing: int) -> bool:
    """Whether a rule held in the sentence, and no act in it is left over."""
    left_over = _unexplained(reader, sentence, evidence, missing) & missing & ~_ALL_HELD
    return not left_over and (reader.part, sentence.first) in evidence.understood
