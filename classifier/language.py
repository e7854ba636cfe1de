"""Which language a text is written in: by its alphabet, else by the small words that every sentence needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter

from classifier.data import UNKNOWN, language, language_codes
from classifier.folded import fold
from classifier.pieces import cut

SAMPLE = 300  # words: more of them would not change the answer
SAMPLE_LENGTH = SAMPLE * 20  # characters
_ENOUGH = 1.0  # votes: two words that two languages share, or one that only one language has
_LEAD = 1.25  # how far ahead the first language must be
# Alphabets that belong to one language of those we may meet; the order matters (Japanese also uses Chinese signs).
_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("hi", re.compile("[\u0904-\u0939]")),
    ("el", re.compile("[\u03b1-\u03c9]")),
    ("ja", re.compile("[\u3041-\u30fa]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("uk", re.compile("[іїєґ]")),
    ("ru", re.compile("[ыэё]")),
    ("ar", re.compile("[\u0621-\u064a]")),
)
_OTHER_ALPHABET = re.compile("[\u0370-\u1dff\u2e80-\uffff]")
# Small words of neighbours whose rights we cannot read yet: better "we do not know" than the wrong neighbour.
_NEIGHBOURS: Mapping[str, str] = {
    "gl": "o a os as do da dos das e non unha un que coa polo pola miña meu meus miñas vostede vostedes eliminen datos persoais grazas quero solicito borren correo todos",
    "ca": "el la els les i amb per que no una un meves meus meu meva vosaltres vostès esborrin dades personals gràcies vull sol·licito tots totes aquest aquesta és són",
    "af": "die en ek my jou julle nie is het van vir met asseblief verwyder data persoonlike inligting dankie hoe wat wil al alle u hierdie",
    "ro": "și nu sunt vă rog datele mele este pentru toate care doresc mulțumesc cum despre solicit ale personal",
    "hu": "és nem a az hogy kérem adataim vagyok minden azt köszönöm egy ezt van személyes kérek önök",
    "tr": "ve bir bu benim lütfen verilerimi için istiyorum değil tüm nasıl teşekkürler olarak kişisel",
    "sk": "a je som moje prosím všetky údaje ako chcem že na sa vám vaše žiadam ďakujem alebo ste ktoré osobných údajov",
    "hr": "i je sam moje molim sve podatke kako želim da na se vam vaše hvala ili ste koje osobnih podataka",
    "sl": "in je sem moje prosim vse podatke kako želim da na se vam vaše hvala ali ste osebnih podatkov",
    "et": "ja ei on minu palun kõik andmed kuidas soovin et teie aitäh või mis isikuandmete",
    "lt": "ir ne yra mano prašau visus duomenis kaip noriu kad jūsų ačiū arba asmens duomenų",
    "lv": "un nav ir mani lūdzu visus datus kā vēlos ka jūsu paldies vai personas datu",
}


@cache
def _small_words() -> dict[str, tuple[str, ...]]:
    """Return for each small word the languages that have it."""
    owners: dict[str, list[str]] = {}
    known = {code: " ".join(language(code).detect) for code in language_codes()}
    for code, words in {**known, **_NEIGHBOURS}.items():
        for word in set(fold(words).text.split()):
            owners.setdefault(word, []).append(code)
    return {word: tuple(codes) for word, codes in owners.items()}


@cache
def _words_of_rights() -> dict[str, tuple[str, ...]]:
    """Return for each word of the language files the languages that have it: a subject line may have no small word."""
    owners: dict[str, list[str]] = {}
    for code in language_codes():
        one = language(code)
        words = {word for entry in one.entries for word in entry.words if "*" not in word}
        for word in words.union(one.detect):
            owners.setdefault(word, []).append(code)
    return {word: tuple(codes) for word, codes in owners.items()}


def detect_language(text: str) -> str:
    """Return the two-letter code of the language of any text, `und` when unsure."""
    return detect_in(cut(text[:SAMPLE_LENGTH]).words)


def detect_in(words: Sequence[str]) -> str:
    """Return the language of a text that is already folded and cut into words."""
    sample = words[:SAMPLE]
    code = _by_script(sample) or _most_votes(_small_words(), sample) or _by_vocabulary(sample)
    return code or UNKNOWN


def _by_script(sample: Sequence[str]) -> str | None:
    text = "".join(sample)
    if text.isascii() or not _OTHER_ALPHABET.search(text):
        return None
    letters = sum(map(str.isalpha, text))
    for code, letter in _SCRIPTS:
        if 4 * len(letter.findall(text)) > letters or (
            code in {"uk", "ru"} and 30 * len(letter.findall(text)) > letters
        ):
            return code
    return None


def _by_vocabulary(sample: Sequence[str]) -> str | None:
    """Return the language of a line without small words, if at least half of its words are known there."""
    known = _words_of_rights()
    words = [word for word in sample if word.isalpha()]
    code = _most_votes(known, words)
    if code is None or 2 * sum(code in known.get(word, ()) for word in words) < len(words):
        return None
    return code


def _most_votes(known: Mapping[str, tuple[str, ...]], sample: Sequence[str]) -> str | None:
    owners = Counter(map(known.get, sample))
    votes: dict[str, float] = {}
    for codes, count in owners.items():
        for code in codes or ():
            votes[code] = votes.get(code, 0.0) + count / len(codes or ())
    return _winner(sorted(votes.items(), key=itemgetter(1), reverse=True)[:2])


def _winner(leaders: Iterable[tuple[str, float]]) -> str | None:
    ranked = list(leaders)
    if not ranked or ranked[0][1] < _ENOUGH:
        return None
    if len(ranked) > 1 and ranked[0][1] < _LEAD * ranked[1][1]:
        return None
    return ranked[0][0]
