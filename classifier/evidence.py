"""What the rules find in one part of a message: claims with their quotes, votes for lanes, and what was touched on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from classifier.announcing import mark_announced
from classifier.articles import citations, named_laws, presumed_laws
from classifier.concepts import ALL_TRIGGERS, BIT, bits
from classifier.data import Law, Rule, rules_for, rules_that_may_hold
from classifier.grammar import (
    ALL_NAMES,
    Bound,
    about_the_writer,
    bind,
    is_referred_to,
    recital_place,
    stands_in_quotes,
)
from classifier.pieces import QUESTION
from classifier.reading import Hit, Reader, Sentence, Stretch
from privacy.rights import Lane, Right, RightClaim, Scope

LEAST = 0.5  # below this it is no claim, only a trace
_REQUEST, _HOW, _IF, _REPORT, _LAW = (
    BIT[name] for name in ("request", "how", "if", "report", "law")
)
# Who writes so and never says "my" or "my client" speaks of requests in general.
_NOT_A_SUBJECT = bits(
    ["authority", "pitch", "policy", "asks_policy", "subprocessor", "hosting", "contract", "survey"]
)
_SOMEBODY = bits(["my", "me", "personal", "client"])
_SELF = bits(["my", "me", "client", "held", "all_held"])
# Who studies requests says "my thesis" and "I am"; only who says "my data" asks for them.
_STUDY, _OWN = BIT["survey"], bits(["personal", "client"])
_BROADCAST, _SETTLED, _ASKED_BEFORE = BIT["broadcast"], BIT["settled"], BIT["asked_before"]
_TOLD, _UNTIL = _REPORT | _SETTLED, BIT["until"]
_CITED = bits(["article", "law"])
_NO_PERSON, _NO_PERSON_BUT_LAW = 0.3, 0.08  # taken off where the sentence speaks of nobody
_ONLY_ASKED, _ONLY_IF = 0.15, 0.1  # taken off a question about how, a condition
_ARTICLE_ALONE, _ARTICLE_WITHOUT_LAW = 0.82, 0.62
_WEAK_TRIES = 3  # sentences in which one rule may hold weakly before it is let be
_ALONE, _SHORT, _BRIEF = 3, 8, 14  # words
_TITLE = 8  # words of a title or of an item in a list
_ONLY_NAMED = 0.15  # taken off where a right is named and not asked for
_ONLY_TOLD = 0.4  # taken off where it is spoken about
_BEFORE = 0.15  # taken off what was asked before
_CITING = 60  # sentences with a citation that are read: a flood of articles says nothing new
SURE, DOUBTFUL = 0.8, 0.79  # two doubtful signs stay doubtful: each may be of something else
_PLACED = 0.6  # from here on a sign tells where something is asked for
_SURE = 0.99  # nothing is surer than this

Key = tuple[Right, Scope | None]


@dataclass
class Evidence:
    """All that was found in the parts read so far."""

    claims: dict[Key, RightClaim] = field(default_factory=dict)
    lanes: dict[Lane, str] = field(default_factory=dict)
    lane_rules: set[str] = field(default_factory=set)
    rules_hit: set[str] = field(default_factory=set)
    weak: Counter[str] = field(default_factory=Counter)
    readers: list[Reader] = field(default_factory=list)
    citing: int = 0
    laws: dict[str, None] = field(default_factory=dict)  # that are named, in the order of the text
    understood: set[tuple[str, int]] = field(default_factory=set)  # sentences that a rule explains
    explained: set[tuple[str, int]] = field(default_factory=set)  # words that a rule started from
    meant: set[Right] = field(default_factory=set)  # asked for, and not only referred to
    own: set[Right] = field(default_factory=set)  # asked for in a sentence about the writer
    negation_follows: bool = False
    presumed: Sequence[Law] | None = None  # laws of the numbers that stand without one
    # For a right and a part: whether only a trace of it stands there, and the word where it stands first.
    asked: dict[tuple[Right, str], tuple[bool, int]] = field(default_factory=dict)

    def speaks_of(self, concepts: int) -> bool:
        """Return whether any part read so far means one of these concepts."""
        return any(reader.speaks_of(concepts) for reader in self.readers)

    def begin(self, reader: Reader) -> None:
        """Begin a part: every rule is tried anew in it, since its place there says what is asked for first."""
        self.readers.append(reader)
        self.presumed = None
        self.rules_hit.clear()
        self.weak.clear()

    def found(self, rule: Rule, confidence: float) -> None:
        """Note that a rule held; it is not tried again once it held in full, or weakly a few times."""
        if confidence < rule.confidence:
            self.weak[rule.name] += 1
        if confidence >= rule.confidence or self.weak[rule.name] >= _WEAK_TRIES:
            self.rules_hit.add(rule.name)

    def note_place(self, right: Right, part: str, word: int, confidence: float) -> None:
        """Note where in a part something was first asked for; a sign that is no more than a trace gives way."""
        place = (confidence < _PLACED, word)
        self.asked[right, part] = min(place, self.asked.get((right, part), place))

    def note_asked(self, right: Right, sentence: Sentence, *, referred: bool) -> None:
        """Note whether a right is asked for itself, and by somebody who speaks of themself."""
        if not referred:
            self.meant.add(right)
            if sentence.mask & _SELF:
                self.own.add(right)

    def add(self, claim: RightClaim) -> None:
        """Keep the surest claim for each request item; a second, independent sign makes it surer."""
        key = claim.key
        other = self.claims.get(key)
        if other is None:
            self.claims[key] = claim
            return
        best, second = (claim, other) if claim.confidence > other.confidence else (other, claim)
        if best.reason != second.reason:
            together = 1 - (1 - best.confidence) * (1 - second.confidence / 2)
            best = _surer(best, together if best.confidence >= SURE else min(together, DOUBTFUL))
        self.claims[key] = best


def _surer(claim: RightClaim, confidence: float) -> RightClaim:
    return RightClaim(
        right=claim.right,
        scope=claim.scope,
        confidence=round(min(_SURE, confidence), 2),
        part=claim.part,
        quote=claim.quote,
        start=claim.start,
        end=claim.end,
        reason=claim.reason,
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that held in a sentence, and how sure it is there."""

    rule: Rule
    hit: Hit
    confidence: float


def gather(reader: Reader, evidence: Evidence, *, code: str, negation_follows: bool) -> None:
    """Add to `evidence` all that the rules find in one part; cost linear in its length."""
    evidence.begin(reader)
    mark_announced(reader)
    evidence.negation_follows = negation_follows
    for stretch in reader.stretches:
        if _is_telling(stretch, reader, evidence):
            for sentence in reader.sentences_of(stretch):
                _gather_from(reader, sentence, evidence, code, follows=negation_follows)


def _is_telling(stretch: Stretch, reader: Reader, evidence: Evidence) -> bool:
    """Whether anything new can be found in a stretch: asked first, because most say nothing that a rule knows."""
    if stretch.may & _CITED and evidence.citing < _CITING:
        return True
    return any(
        rule.name not in evidence.rules_hit and not _is_too_long(rule, reader)
        for rule in rules_that_may_hold(stretch.may)
    )


def _gather_from(
    reader: Reader, sentence: Sentence, evidence: Evidence, code: str, *, follows: bool
) -> None:
    if sentence.mask & ALL_TRIGGERS:
        for finding in _findings(reader, sentence, evidence.rules_hit, negation_follows=follows):
            _keep(reader, sentence, finding, evidence, code)
    if sentence.mask & _CITED and evidence.citing < _CITING:
        evidence.citing += 1
        evidence.laws.update(dict.fromkeys(named_laws(reader, sentence)))
        _keep_citations(reader, sentence, evidence)


def _findings(
    reader: Reader, sentence: Sentence, known: set[str], *, negation_follows: bool
) -> Iterator[Finding]:
    for place, hit in enumerate(sentence.hits):
        if not hit.mask & ALL_TRIGGERS:
            continue
        bound: Bound | None = None
        for rule in rules_for(hit.mask & ALL_TRIGGERS):
            if rule.name in known or not _allowed(rule, sentence, reader):
                continue
            bound = bound or bind(sentence, place, negation_follows=negation_follows)
            if _holds(rule, bound):
                confidence = _confidence(rule, sentence, hit, reader)
                if confidence >= LEAST:
                    yield Finding(rule, hit, confidence)


def _allowed(rule: Rule, sentence: Sentence, reader: Reader) -> bool:
    """Whether the sentence as a whole lets the rule hold: asked first, because it costs next to nothing."""
    mask = sentence.mask
    if mask & rule.unless or not rule.finds_all_in(mask) or _is_too_long(rule, reader):
        return False
    if rule.short and sentence.last - sentence.first > _SHORT:
        return False
    if rule.whole and not reader.speaks_of(rule.whole):
        return False
    return not rule.nowhere or not reader.speaks_of(rule.nowhere)


def _is_too_long(rule: Rule, reader: Reader) -> bool:
    words = len(reader.text.words)
    return (rule.alone and words > _ALONE) or (rule.brief and words > _BRIEF)


def _holds(rule: Rule, bound: Bound) -> bool:
    if rule.denied is not None and rule.denied is not bound.negated:
        return False
    if bound.near & rule.not_near or (rule.near and not bound.near & rule.near):
        return False
    return not rule.with_ or bool(bound.objects & rule.with_)


def _confidence(rule: Rule, sentence: Sentence, hit: Hit, reader: Reader) -> float:
    if rule.right is None:
        return rule.confidence
    if _is_only_told(rule, sentence, hit, reader):
        return 0.0
    mask = sentence.mask
    confidence = rule.confidence
    if not mask & _REQUEST and not sentence.announced:
        only_asked = mask & _HOW or (mask & QUESTION and not rule.asks)
        confidence -= (_ONLY_ASKED if only_asked else 0) + (_ONLY_IF if mask & _IF else 0)
    if rule.person and not about_the_writer(mask):
        of_law = mask & _CITED or sentence.announced or reader.speaks_of(_LAW)
        confidence -= _NO_PERSON_BUT_LAW if of_law else _NO_PERSON
    if rule.mention or hit.mask & ALL_NAMES & rule.says:
        confidence -= _named_in_passing(sentence, reader)
    return round(confidence - (_BEFORE if mask & _ASKED_BEFORE else 0), 2)


def _is_only_told(rule: Rule, sentence: Sentence, hit: Hit, reader: Reader) -> bool:
    """Whether the sentence tells of what was done, of what anybody may do, or of others, and asks for nothing."""
    mask = sentence.mask
    told = mask & (_REPORT if mask & _UNTIL else _TOLD)  # "until it is settled" waits for it
    if hit.first > recital_place(sentence) or (told and not mask & _REQUEST):
        return True
    if mask & _ASKED_BEFORE and reader.speaks_of(_SETTLED):
        return True
    if stands_in_quotes(reader, sentence, hit):
        return True
    return _is_broadcast(reader) or ((rule.mention or rule.person) and _speaks_of_others(reader))


def _named_in_passing(sentence: Sentence, reader: Reader) -> float:
    """Return what is taken off where a longer text names a right in a sentence that speaks of nobody and cites no law."""
    is_title = len(reader.text.words) <= _TITLE
    if is_title or sentence.announced or about_the_writer(sentence.mask) or sentence.mask & _CITED:
        return 0.0
    is_item = sentence.last - sentence.first <= _TITLE
    if is_item or sentence.mask & _REQUEST:
        return _ONLY_NAMED
    return _ONLY_TOLD if _begins_a_line(sentence, reader) else 1.0


def _begins_a_line(sentence: Sentence, reader: Reader) -> bool:
    return sentence.first == 0 or "\n" in reader.text.seps[sentence.first - 1]


def _is_broadcast(reader: Reader) -> bool:
    """Whether a text is written to many, and says nothing of its writer or somebody who is represented."""
    return reader.speaks_of(_BROADCAST) and not reader.speaks_of(_SOMEBODY)


def _speaks_of_others(reader: Reader) -> bool:
    """Whether a text names nobody whose data it is about, and is an authority's, a seller's or a questionnaire's."""
    if reader.speaks_of(_STUDY) and not reader.speaks_of(_OWN):
        return True
    return reader.speaks_of(_NOT_A_SUBJECT) and not reader.speaks_of(_SOMEBODY)


def _keep(
    reader: Reader, sentence: Sentence, finding: Finding, evidence: Evidence, code: str
) -> None:
    rule, hit = finding.rule, finding.hit
    evidence.understood.add((reader.part, sentence.first))
    if rule.right is not None:
        _keep_right(reader, sentence, finding, evidence, f"{code}.{rule.name}")
        return
    if rule.lane is not None:
        evidence.lanes.setdefault(rule.lane, f"{code}.{rule.name}")
        evidence.lane_rules.add(rule.name)
    if not about_the_writer(sentence.mask) or rule.lane is None:
        evidence.explained.add((reader.part, hit.first))
    evidence.found(rule, finding.confidence if rule.lane else 0.0)


def _keep_right(
    reader: Reader, sentence: Sentence, finding: Finding, evidence: Evidence, reason: str
) -> None:
    rule, hit, confidence = finding.rule, finding.hit, finding.confidence
    if rule.right is None:
        return
    evidence.explained.add((reader.part, hit.first))
    referred = is_referred_to(sentence, hit)
    evidence.found(rule, 0.0 if referred else confidence)
    evidence.note_asked(rule.right, sentence, referred=referred)
    evidence.note_place(rule.right, reader.part, hit.first, 0.0 if referred else confidence)
    evidence.add(_claim(reader, sentence, hit, (rule.right, rule.scope), confidence, reason))


def _keep_citations(reader: Reader, sentence: Sentence, evidence: Evidence) -> None:
    if evidence.presumed is None:
        evidence.presumed = presumed_laws(evidence.readers)
    for citation in citations(reader, sentence, evidence.presumed):
        reason = f"law.{citation.law}.{citation.right}"
        if reason in evidence.rules_hit or citation.hit.first > recital_place(sentence):
            continue
        evidence.rules_hit.add(reason)
        confidence = _ARTICLE_ALONE if citation.law_named else _ARTICLE_WITHOUT_LAW
        key = _scoped(citation.right, citation.scope, evidence)
        referred = is_referred_to(sentence, citation.hit)
        evidence.note_asked(citation.right, sentence, referred=referred)
        placed = 0.0 if referred else confidence
        evidence.note_place(citation.right, reader.part, citation.hit.first, placed)
        evidence.add(_claim(reader, sentence, citation.hit, key, confidence, reason))


def _scoped(right: Right, scope: Scope | None, evidence: Evidence) -> Key:
    """An article about objection confirms the objection that the words have already given a scope."""
    if scope is None and right is Right.OBJECTION:
        scopes = [found for found_right, found in evidence.claims if found_right is right]
        return (right, scopes[0] if scopes else None)
    return (right, scope)


def _claim(
    reader: Reader, sentence: Sentence, hit: Hit, key: Key, confidence: float, reason: str
) -> RightClaim:
    start, end = reader.span(sentence, hit)
    return RightClaim(
        right=key[0],
        scope=key[1],
        confidence=confidence,
        part=reader.part,
        quote=reader.original[start:end],
        start=start,
        end=end,
        reason=reason,
    )
