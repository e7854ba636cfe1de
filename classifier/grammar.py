"""The grammar of asking: what a word acts on, whether it is denied, and in which mood the sentence stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from classifier.concepts import ALL_OBJECTS, ALL_TRIGGERS, BIT, bits
from classifier.reading import Hit, Sentence

REACH = 13  # words: how far an act looks for what it acts on
_NEAR = 3  # words: "delete me", "erase me please", not "delete it and send me a note"
_DENIED = 8  # words between a negation and the act that it denies
_QUALIFIED = 4  # words between "data" and "of my leads"
_ME = BIT["me"]
_NOUNS = ALL_OBJECTS & ~(_ME | BIT["it"])  # "me" and "it" point to what was named before
_PRODUCT, _NOT, _DENIED_ITSELF = BIT["product"], BIT["not"], BIT["denied"]
_SOFT, _CARRIES, _PLEASE = BIT["soft"], BIT["carries"], BIT["please"]
_PAUSE = _SOFT | BIT["and"]
_PERSON = bits(["my", "client", "personal", "me"])


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
    after, blocked = _look(act, hits[place + 1 : place + 24])
    before = 0
    if not blocked:
        before, blocked = _look(act, reversed(hits[max(0, place - 24) : place]))
        if blocked and after & _NOUNS:
            before, blocked = 0, False
    objects = 0 if blocked else after | before | (act.mask & ALL_OBJECTS)
    return Bound(objects, _near(hits, place), _negated(hits, place, follows=negation_follows))


def _look(act: Hit, others: Iterable[Hit]) -> tuple[int, bool]:
    """Return the objects in reach in one direction, and whether a thing of the product came first.

    After the first object only a list of more objects goes on ("my name, address and phone").
    """
    found, last, paused = 0, act, False
    for hit in others:
        first, end, mask = hit
        if first - act.last > REACH or act.first - end > REACH:
            break
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
    near = 0
    for hit in around:
        if _distance(act, hit) <= _NEAR and hit is not act:
            near |= hit.mask
    return near


def _negated(hits: list[Hit], place: int, *, follows: bool) -> bool:
    act = hits[place]
    if act.mask & _DENIED_ITSELF:
        return True
    if _finds_negation(act, reversed(hits[max(0, place - 12) : place]), _PAUSE | _PLEASE):
        return True
    return follows and _finds_negation(act, hits[place + 1 : place + 12], _PAUSE)


def _finds_negation(act: Hit, others: Iterable[Hit], border: int) -> bool:
    carried = False  # "I do not want, that you keep": the comma before `that` ends nothing
    for hit in others:
        if _distance(act, hit) > _DENIED:
            return False
        if hit.mask & _NOT:
            return True
        if hit.mask & border and not (carried and hit.mask == _SOFT):
            return False
        carried = bool(hit.mask & _CARRIES)
    return False


def recital_place(sentence: Sentence) -> int:
    """Return the word after which the sentence only recites rights, or one past its end."""
    if sentence.mask & BIT["recital"]:
        for hit in sentence.hits:
            if hit.mask & BIT["recital"]:
                return hit.first
    return sentence.last + 1


def about_the_writer(mask: int) -> bool:
    """Return whether a sentence speaks of the writer or of somebody who is represented."""
    return bool(mask & _PERSON)
