"""The grammar of asking: what a word acts on, whether it is denied, and in which mood the sentence stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifier.concepts import ALL_OBJECTS, ALL_TRIGGERS, BIT, TRIGGERS, bits
from classifier.reading import Hit, Reader, Sentence

REACH = 13  # words: how far an act looks for what it acts on
_NEAR = 3  # words: "delete me", "erase me please", not "delete it and send me a note"
_SEEN = 24  # hits that are looked at in each direction
_DENIED = 8  # words between a negation and the act that it denies
_QUALIFIED = 4  # words between "data" and "of my leads"
_ME = BIT["me"]
_IT = BIT["it"]
_NOUNS = ALL_OBJECTS & ~(_ME | _IT)  # "me" and "it" point to what was named before
_PRODUCT, _NOT, _DENIED_ITSELF = BIT["product"], BIT["not"], BIT["denied"]
_AND, _UNTIL = BIT["and"], BIT["until"]
_SOFT, _COLON, _CARRIES, _PLEASE = BIT["soft"], BIT["colon"], BIT["carries"], BIT["please"]
_PAUSE = _SOFT | _AND
_HEADED = (
    3  # words between a negation and the colon that it stands before ("not requested: erasure")
)
_TAKEN_BACK = 5  # words between a name and the denial behind it ("erasure is not requested")
_ASKING = bits(["request", "want"])
ALL_NAMES = bits(name for name in TRIGGERS if name.endswith("_name"))
_ACTS = bits(
    [
        *("delete", "close", "keep", "give", "see", "correct", "update", "transfer", "export", "restrict"),
        *("object", "stop", "withdraw", "unsubscribe", "sell", "use", "contact", "switch_off", "gone"),
    ]
)  # fmt: skip
# Acts that often stand without data of their own: "erase my data and inform me".
_INFORMING = bits(["give", "see", "update"])
_SHARED = 2  # words: "erase and send my data" share what they act on, "erase my data and then let me know" do not
_PERSON = bits(["my", "client", "personal", "me", "held", "all_held"])
_REFERS, _ENDS_REFERENCE = BIT["refers"], bits(["request", "please"]) | _SOFT
_REFERRED = 9  # words between "with reference to" and what is referred to
_QUOTE = '"'  # every quotation mark is folded to it
_CITED_WORDS = 7  # words between two quotation marks: a notice, a label, an entry; what is longer may be the letter


@dataclass(frozen=True, slots=True)
class Bound:
    """What one act is bound to: concepts of the objects, those close to it, and whether it is denied."""

    objects: int
    near: int
    negated: bool


def bind(sentence: Sentence, place: int, *, negation_follows: bool) -> Bound:
    """Return what the hit at `place` acts on: first what follows, then what stands before.

    A thing of the product (a lead, an invoice, a meeting) that comes first takes the act away: it is not about a
    person's data any more.
    """
    hits = sentence.hits
    act = hits[place]
    after, blocked = _look(act, _own(act, hits[place + 1 : place + _SEEN]))
    before = 0
    if not blocked:
        before, blocked = _look(act, _own(act, hits[max(0, place - _SEEN) : place][::-1]))
        if blocked and after & _NOUNS:
            before, blocked = 0, False
    objects = 0 if blocked else after | before | (act.mask & ALL_OBJECTS)
    return Bound(objects, _near(hits, place), is_negated(hits, place, follows=negation_follows))


def _own(act: Hit, others: list[Hit]) -> list[Hit]:
    """Return the hits, nearest first, without those that an `and` parts from the act and that another act has."""
    if not act.mask & _INFORMING:
        return others
    parted = None
    for place, hit in enumerate(others):
        if parted is None:
            parted = place if hit.mask & _AND else None
        elif hit.mask & _ACTS:
            if others[place - 1].mask & _SOFT:  # what stands behind a comma is the later act's own
                return others[:place]
            return others if _distance(act, hit) <= _SHARED else others[:parted]
    return others


def _look(act: Hit, others: Iterable[Hit]) -> tuple[int, bool]:
    """Return the objects in reach in one direction, and whether a thing of the product came first.

    After the first object only a list of more objects goes on ("my name, address and phone"). A thing that is only
    waited for or denied takes nothing away ("freeze my file until the invoice is settled", "not the subscription").
    """
    found, last, paused, parting = 0, act, False, 0
    for hit in others:
        first, end, mask = hit
        if first - act.last > REACH or act.first - end > REACH:
            break
        if mask & _PRODUCT and parting:
            break
        if first > act.last:
            parting = (parting & ~(_NOT if mask & _PAUSE else 0)) | (mask & (_UNTIL | _NOT))
        if mask & _PRODUCT:
            listed = paused or _distance(last, hit) > _QUALIFIED
            return (found, False) if found & _NOUNS and listed else (0, True)
        if mask & ALL_OBJECTS:
            found |= mask & ALL_OBJECTS
            last, paused = hit, False
        elif found & _NOUNS and mask & ALL_TRIGGERS:
            break
        paused = paused or bool(mask & _PAUSE)
    return found, False


def _distance(one: Hit, other: Hit) -> int:
    return other.first - one.last if other.first > one.last else one.first - other.last


def _near(hits: list[Hit], place: int) -> int:
    act = hits[place]
    around = hits[max(0, place - 3) : place + 4]
    near = act.mask & ALL_OBJECTS  # "leave it be"
    for hit in around:
        if _distance(act, hit) <= _NEAR and hit is not act:
            points = hit.first > act.first or not hit.mask & _CARRIES
            near |= (
                hit.mask if points else hit.mask & ~_IT
            )  # "that you delete" is not "delete that"
    return near


def is_negated(hits: list[Hit], place: int, *, follows: bool) -> bool:
    """Return whether the hit at `place` is denied, before it or, in some languages, behind it (`follows`)."""
    act = hits[place]
    if act.mask & _DENIED_ITSELF:
        return True
    if _finds_negation(act, reversed(hits[max(0, place - 12) : place]), _PAUSE | _PLEASE):
        return True
    if act.mask & ALL_NAMES and _is_taken_back(act, hits[place + 1 : place + 5]):
        return True
    return follows and _finds_negation(act, hits[place + 1 : place + 12], _PAUSE)


def _finds_negation(act: Hit, others: Iterable[Hit], border: int) -> bool:
    carried = False  # "I do not want, that you keep": the comma before `that` ends nothing
    colon: Hit | None = None
    for hit in others:
        if _distance(act, hit) > _DENIED or (colon and _distance(colon, hit) > _HEADED):
            return False
        if hit.mask & _NOT:
            return True
        if hit.mask & _COLON and colon is None and border & _PLEASE:
            colon = hit
        elif hit.mask & border and not (carried and hit.mask & _SOFT):
            return False
        carried = bool(hit.mask & _CARRIES)
    return False


def _is_taken_back(name: Hit, others: list[Hit]) -> bool:
    """Whether the name of a right is denied behind it: "erasure is not requested", "erasure: not asked for"."""
    paused, announced, denied = False, False, False
    for hit in others:
        if _distance(name, hit) > _TAKEN_BACK + denied:
            break
        if denied:
            return bool(hit.mask & _ASKING)
        if hit.mask & _SOFT and not paused:
            paused, announced = True, bool(hit.mask & _COLON)
        elif not hit.mask & _NOT:
            return False
        elif hit.mask & _ASKING:
            return True
        else:
            denied = True
    return denied and announced


def recital_place(sentence: Sentence) -> int:
    """Return the word after which the sentence only recites rights, or one past its end."""
    if sentence.mask & BIT["recital"]:
        for hit in sentence.hits:
            if hit.mask & BIT["recital"]:
                return hit.first
    return sentence.last + 1


def is_referred_to(sentence: Sentence, hit: Hit) -> bool:
    """Return whether a hit is what the sentence only refers to: "following your answer to my request for access"."""
    for other in reversed(sentence.hits):
        if other.first >= hit.first:
            continue
        if other.mask & _REFERS:
            return True
        if other.mask & _ENDS_REFERENCE or _distance(hit, other) > _REFERRED:
            return False
    return False


def stands_in_quotes(reader: Reader, sentence: Sentence, hit: Hit) -> bool:
    """Return whether a hit is quoted: `it says "consent withdrawn"` takes nothing back. Looks at a few words only."""
    seps = reader.text.seps
    first = max(sentence.first, hit.first - _CITED_WORDS)
    opened = next((at for at in range(hit.first - 1, first - 2, -1) if _quotes(seps, at)), None)
    if opened is None or sum(seps[at].count(_QUOTE) for at in range(sentence.first, opened)) % 2:
        return False
    last = min(sentence.last, opened + 1 + _CITED_WORDS)
    closed = next((at for at in range(hit.last, last) if _quotes(seps, at)), None)
    return closed is not None and closed - opened < sentence.last - sentence.first


def _quotes(seps: Sequence[str], at: int) -> bool:
    return at >= 0 and _QUOTE in seps[at]


def about_the_writer(mask: int) -> bool:
    """Return whether a sentence speaks of the writer or of somebody who is represented."""
    return bool(mask & _PERSON)
