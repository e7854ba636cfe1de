"""Which right: the rules alone, without a model. Reads words, touches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classifier import data
from classifier.concepts import BIT, bits
from classifier.evidence import Evidence, gather
from classifier.lanes import ALWAYS_A_PERSON, HINTS, STRONG_HINTS, choose_lane
from classifier.language import SAMPLE, Guess, guess_in
from classifier.machine_text import opens_like_a_machine
from classifier.reading import read
from classifier.wishes import (
    has_act_left_over,
    has_open_wish,
    is_accounted_for,
    speaks_undenied_of,
)
from classifier.written import WrittenText, own_text
from privacy.messages import ParsedMessage
from privacy.rights import SURE_ENOUGH, Classification, Lane, Right, RightClaim

_ANSWERED = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|fwd?|wg|tr|rv|rif|odp|res|enc|doorst|vb)\s*(?:\[\d+\])?:",
    re.IGNORECASE,
)
_CLIENT, _AND = BIT["client"], BIT["and"]
_NOT_THEIR_OWN = {"other.third_party", "vendor.pitch"}
_PERSON_DECIDES = {"other.doubtful", "other.third_party", "regulator.court", "regulator.authority"}
_DOUBTFUL_BESIDE_A_RIGHT = {
    "other.known",
    "other.applies",
    "vendor.pitch",
    "policy_question.about",
    "policy_question.asks",
}
# What these say beside a clearer right is its consequence or its limit: "delete nothing else" restricts nothing.
_BESIDE_NOTHING = (
    "objection.not_processed",
    "objection.that",
    "erasure.close_account",
    "restriction.not_deleted",
)
_SUBJECT = "subject"
_ONLY_A_TITLE = ("objection.bare", "objection.listed")
_SELF = bits(["my", "me", "personal", "client"])
# Who applies for a place consents to the processing of the papers: a right is asked for with an act.
_APPLIES, _OF_AN_APPLICANT = "other.applies", bits(["personal"])
_OF_NOBODY = {Lane.SUPPORT, Lane.VENDOR}
_SOMEBODYS = bits(
    ["me", "personal", "client", "field", "record", "database", "consent", "marketing"]
)
# One word that has no language: it is not asked in which it was written.
_UNSUBSCRIBE = "objection.unsubscribe"
_FEEDBACK_REPORT = "message/feedback-report"  # what it encloses is a mail of ours (RFC 5965)
_CALENDAR = "text/calendar"
# A foreign text of a few words is read once more as English: loan words travel ("GDPR delete request").
_ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    written: WrittenText

    @property
    def text(self) -> str:
        return self.written.text


def _part(name: str, text: str) -> _Part:
    return _Part(name, WrittenText(text))


def list_rules() -> list[tuple[str, str]]:
    """Return all rules as (name, why), in the order of the file; rules about articles come last."""
    known = [(rule.name, rule.why) for rule in data.rules()]
    return [*known, ("law", "cites an article that grants the right, in any language")]


def classify_text(subject: str, text: str, threshold: float = SURE_ENOUGH) -> Classification:
    """Return what a subject line and a text ask for. Quoted history must not be in the text: it would vote."""
    return _classify([_part("subject", subject), _part("text", text)], threshold)


class RulesClassifier:
    """The rule classifier: fulfils `privacy.ports.Classifier`."""

    def __init__(self, threshold: float = SURE_ENOUGH) -> None:
        """`threshold` is the confidence from which a right is worked without a person."""
        self._threshold = threshold

    def classify(self, message: ParsedMessage) -> Classification:
        """Return what the new words of the message ask for; never raises on any text.

        Attached texts and forwarded messages are read only where the sender's own words ask for nothing: what
        they ask for may have been written by somebody else, so a person decides.
        """
        own = _classify(
            [_part("subject", message.subject), _Part("text", own_text(message))], self._threshold
        )
        if own.rights or _FEEDBACK_REPORT in message.part_types:
            return own
        attached = self._with_parts(own, _attached(message), "asked only in an attached file")
        if attached.rights:
            return attached
        return self._with_parts(own, _forwarded(message), "asked only in a forwarded message")

    def _with_parts(
        self, own: Classification, parts: Iterable[_Part], reason: str
    ) -> Classification:
        claims: dict[object, RightClaim] = {}
        for part in parts:
            for claim in _classify([part], self._threshold).rights:
                claims.setdefault(claim.key, claim)
        if not claims:
            return own
        reasons = (*own.reasons, reason)
        return Classification(
            lane=Lane.RIGHTS,
            rights=tuple(claims.values()),
            needs_human=True,
            reasons=reasons,
            laws=own.laws,
        )


def _attached(message: ParsedMessage) -> Iterator[_Part]:
    """Yield the small text files. What an invitation is about is no request."""
    for number, file in enumerate(message.attachments, start=1):
        if file.text and file.declared_type != _CALENDAR:
            yield _part(f"attachment:{number}", file.text)


def _forwarded(message: ParsedMessage) -> Iterator[_Part]:
    for number, inner in enumerate(message.forwarded, start=1):
        yield _part(f"forwarded:{number}", inner.text or inner.subject)


def _classify(parts: list[_Part], threshold: float) -> Classification:
    written = [part for part in parts if part.text.strip()]
    if not written:
        return Classification(lane=Lane.UNCLEAR, needs_human=True, reasons=("no words to read",))
    evidence, code = _read_parts(_without_answered_subject(written))
    claims = _in_order(_believed(evidence), evidence)
    lane = choose_lane(evidence, claims)
    if not claims and _is_foreign(code, evidence):
        lane = Lane.UNCLEAR
    doubts = tuple(_doubts(evidence, claims, lane, code, threshold))
    if claims and not evidence.own and opens_like_a_machine(written[-1].written):
        doubts = (*doubts, "the text opens like an automatic reply")
    if not doubts and has_open_wish(evidence):
        doubts = ("a sentence may ask for something that no rule knows",)
    lane_reasons = tuple(sorted(evidence.lanes.values()))
    return Classification(
        lane=lane,
        rights=claims,
        needs_human=bool(doubts),
        reasons=(*doubts, *lane_reasons),
        laws=tuple(evidence.laws),
    )


def _is_foreign(code: str, evidence: Evidence) -> bool:
    """Whether the text is in a language of which we know no words; its look-alikes of ours mean nothing."""
    if code == data.UNKNOWN:
        return not evidence.lanes
    return code not in data.language_codes()


def _without_answered_subject(parts: list[_Part]) -> list[_Part]:
    """A subject after Re: or Fwd: holds the words of an older mail, often our own: it does not vote."""
    if len(parts) > 1 and _ANSWERED.match(parts[0].text):
        return parts[1:]
    return parts


def _read_parts(parts: list[_Part]) -> tuple[Evidence, str]:
    guess = _language_of(parts)
    evidence, code = Evidence(), guess.code
    for codes in _readings(guess):
        _gather_with(codes, parts, evidence, forgiving=_may_be_meant(codes, guess))
        if evidence.claims or evidence.lanes:
            code = data.UNKNOWN if codes[0] in guess.others else code
            break
    return evidence, code


def _may_be_meant(codes: tuple[str, ...], guess: Guess) -> bool:
    """Whether an unknown word may be a slip of one of this language: a foreign word is no slip of an English one."""
    return guess.code == data.UNKNOWN or codes[0] in (guess.code, *guess.others)


def _gather_with(
    codes: tuple[str, ...], parts: list[_Part], evidence: Evidence, *, forgiving: bool
) -> None:
    lexicon = data.lexicon(codes)
    follows = any(data.language(one).negation_follows for one in codes)
    named = codes[0] if len(codes) == 1 else data.UNKNOWN
    for part in parts:
        gather(
            read(part.name, part.text, part.written.chosen, lexicon, forgiving=forgiving),
            evidence,
            code=named,
            negation_follows=follows,
        )


def _language_of(parts: list[_Part]) -> Guess:
    """The language of the text, with the words of the subject where the text has few."""
    last = parts[-1].written
    if len(parts) == 1 or len(last.chosen.words) >= SAMPLE:
        return last.guess
    words = [word for part in reversed(parts) for word in part.written.chosen.words[:SAMPLE]]
    return guess_in(words, "\n".join(part.text for part in reversed(parts)))


def _readings(guess: Guess) -> Iterator[tuple[str, ...]]:
    """Yield the lexicons to read with, until one finds something: the language, its likely neighbours, loan words.

    A lexicon of all languages together would take 200 MB and find look-alikes: what is told by no word is read for
    articles, names of laws and the English that travels.
    """
    known = data.language_codes()
    for code in dict.fromkeys((guess.code, *guess.others, _ENGLISH)):
        if code in known:
            yield (code,)


def _believed(evidence: Evidence) -> Iterator[RightClaim]:
    """Yield the claims that are the writer's own: not those that a pitch or a customer passes on.

    "Stop the processing" beside a clearer right is the consequence of that right, not one more.
    """
    if evidence.lane_rules & _NOT_THEIR_OWN and not evidence.speaks_of(_CLIENT):
        return
    claims = [one for one in evidence.claims.values() if _is_meant(one, evidence)]
    aimed = any(claim.right is Right.OBJECTION and claim.scope for claim in claims)
    for claim in claims:
        consequence = len(claims) > 1 and claim.reason.endswith(_BESIDE_NOTHING)
        if not consequence and not (aimed and _is_bare_objection(claim)):
            yield claim


def _is_meant(claim: RightClaim, evidence: Evidence) -> bool:
    """Whether a right is more than what the letter refers to ("following your answer to my request for access, ...")."""
    return claim.right in evidence.meant or not evidence.meant


def _is_bare_objection(claim: RightClaim) -> bool:
    """Whether only a number or a title speaks of objecting: "Objection" over a letter that says what it objects to."""
    if claim.right is not Right.OBJECTION or claim.scope is not None:
        return False
    return claim.reason.startswith("law.") or claim.reason.endswith(_ONLY_A_TITLE)


def _in_order(claims: Iterator[RightClaim], evidence: Evidence) -> tuple[RightClaim, ...]:
    """Return the claims in the order in which they are asked for.

    A subject line that names one right says what the mail is about. One that names several names them in short, and
    not all are understood: there the order of the text is surer, and what only the title names comes before that which
    the title names after it, else last.
    """
    found, body = list(claims), evidence.readers[-1].part
    titles = _places(found, _SUBJECT, evidence)
    texts = _places(found, body, evidence)
    by_title = len(titles) == 1 and not _lists_in_title(evidence)

    def place(claim: RightClaim) -> tuple[int, int, int]:
        right = claim.right
        if right in texts and not (by_title and right in titles):
            return (1, texts[right], 1)
        if by_title or right not in titles:
            return (0, 0, 0)
        later = [texts[one] for one in titles if one in texts and titles[one] >= titles[right]]
        return (1, min(later), 0) if later else (2, titles[right], 0)

    return tuple(sorted(found, key=place))


def _places(found: list[RightClaim], part: str, evidence: Evidence) -> dict[Right, int]:
    """Return the word of a part at which each right is asked for first."""
    rights = {claim.right for claim in found}
    places = {right: evidence.asked.get((right, part)) for right in rights}
    return {right: place[1] for right, place in places.items() if place is not None}


def _lists_in_title(evidence: Evidence) -> bool:
    """Whether the subject line names more than one thing."""
    title = next((reader for reader in evidence.readers if reader.part == "subject"), None)
    return title is not None and (title.speaks_of(_AND) or "," in "".join(title.text.seps))


def _doubts_of_language(
    code: str, claims: tuple[RightClaim, ...], evidence: Evidence
) -> Iterator[str]:
    if code == data.UNKNOWN and [claim.reason.partition(".")[2] for claim in claims] == [
        _UNSUBSCRIBE
    ]:
        return
    if code not in data.language_codes():
        yield "language not known"
    elif not data.language(code).complete and not _is_accounted_for(claims, evidence):
        yield f"the words of {code} are not complete"


def _is_accounted_for(claims: tuple[RightClaim, ...], evidence: Evidence) -> bool:
    """Whether core words are enough: for what speaks of the product or a pitch, and of nobody, as everywhere."""
    of_nobody = not claims and set(evidence.lanes) <= _OF_NOBODY and bool(evidence.lanes)
    return is_accounted_for(evidence) or (of_nobody and not evidence.speaks_of(_SOMEBODYS))


def _doubts_beside_claims(evidence: Evidence) -> Iterator[str]:
    if has_act_left_over(evidence):
        yield "speaks of an act of a right that was not found"
    if evidence.lane_rules & _DOUBTFUL_BESIDE_A_RIGHT:
        yield "speaks of other matters beside a right"


def _hints_beside(lane: Lane, evidence: Evidence) -> int:
    """Return the words that make it doubtful that a mail of this lane asks for no right."""
    if lane is Lane.VENDOR and not evidence.speaks_of(_SELF):
        return 0
    hints = STRONG_HINTS if evidence.lanes and lane is not Lane.SUPPORT else HINTS
    return hints & ~_OF_AN_APPLICANT if _APPLIES in evidence.lane_rules else hints


def _doubts_without_claim(evidence: Evidence, lane: Lane, threshold: float) -> Iterator[str]:
    if not evidence.lanes:
        yield "no rule knows what it is about"
    if speaks_undenied_of(evidence, _hints_beside(lane, evidence)):
        yield "speaks of personal data without a clear wish"
    if any(claim.confidence >= threshold for claim in evidence.claims.values()):
        yield "asks for a right that may be somebody else's"


def _doubts(
    evidence: Evidence,
    claims: tuple[RightClaim, ...],
    lane: Lane,
    code: str,
    threshold: float,
) -> Iterator[str]:
    for claim in claims:
        if claim.confidence < threshold:
            yield f"not sure: {claim.reason}"
    yield from _doubts_of_language(code, claims, evidence)
    if lane in ALWAYS_A_PERSON:
        yield f"lane {lane}: a person reads it first"
    elif not claims:
        yield from _doubts_without_claim(evidence, lane, threshold)
    if claims:
        yield from _doubts_beside_claims(evidence)
    if evidence.lane_rules & _PERSON_DECIDES:
        yield "speaks of matters that a person decides"
