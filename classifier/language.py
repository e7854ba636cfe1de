"""Which language a text is written in: by its alphabet, else by the small words that every sentence needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from unicodedata import normalize

from classifier.compiled import compiled
from classifier.data import UNKNOWN, language_codes, small_words, words_in_lists
from classifier.folded import fold
from classifier.pieces import cut

Owners = dict[str, tuple[str, ...]]

SAMPLE = 300  # words: more of them would not change the answer
SAMPLE_LENGTH = SAMPLE * 20  # characters
_ENOUGH = 1.0  # votes: two words that two languages share, or one that only one language has
_LEAD = 1.25  # how far ahead the first language must be
_NEAR = 2.0  # who has at least one vote for so many of the first is nearly as likely
_CANDIDATES = 3
A_LINE = 12  # words; a line may have no small word at all
# Alphabets that belong to one language of those we may meet, and one in how many letters must be of it; the order
# matters: Japanese also uses Chinese signs, Persian and Urdu the Arabic letters with some of their own.
_SCRIPTS: tuple[tuple[str, re.Pattern[str], int], ...] = (
    ("hi", re.compile("[\u0904-\u0939]"), 4),
    ("el", re.compile("[\u03b1-\u03c9]"), 4),
    ("ja", re.compile("[\u3041-\u30fa]"), 12),
    ("zh", re.compile("[\u4e00-\u9fff]"), 4),
    ("ko", re.compile("[\uac00-\ud7a3]"), 4),
    ("uk", re.compile("[іїєґ]"), 30),
    ("ru", re.compile("[ыэё]"), 30),
    ("fa", re.compile("[\u067e\u0686\u0698\u06a9\u06af\u06cc]"), 30),
    ("ar", re.compile("[\u0621-\u064a]"), 4),
)
_SHARED_ALPHABET = {"zh": ("ja",)}  # a title in Chinese signs alone may be Japanese
_OTHER_ALPHABET = re.compile("[\u0370-\u1dff\u2e80-\uffff]")
# Small words of neighbours whose rights we cannot read yet: better "we do not know" than the wrong neighbour.
_NEIGHBOURS: Mapping[str, str] = {
    "gl": "o a os as do da dos das e non unha un que coa polo pola miña meu meus miñas vostede vostedes eliminen datos persoais grazas quero solicito borren correo todos",
    "ca": "el la els les i amb per que no una un meves meus meu meva vosaltres vostès esborrin dades personals gràcies vull sol·licito tots totes aquest aquesta és són",
    "af": "die en ek my jou julle nie is het van vir met asseblief verwyder persoonlike inligting dankie hoe wat wil al alle u hierdie",
    "sq": "dhe nuk një është janë që ju lutem faleminderit mua nga dhënat jeni kam mund",
    "cy": "yn yr ac nid yw mae gwelwch dda diolch fy ei eich gyda sydd gan wedi bopeth sut beth",
    "eu": "eta ez dut naiz nire zuen mesedez eskerrik asko datuak guztiak nola bat hau zer duzue izan",
    "vi": "va toi cua khong cac vui long cam ban nhung lieu tat ca muon lam xin hay cho",
    "id": "yang saya anda tidak ini itu untuk dari dengan terima kasih mohon semua bagaimana ingin tolong akan adalah",
}

# Letters beyond a-z of the languages in Latin letters; a text of few words is told by them.
_LETTERS: Mapping[str, str] = {
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøå",
    "de": "äöüß",
    "es": "áéíñóúü",
    "et": "äõöüšž",
    "fi": "äöå",
    "fr": "àâçèéêëîïôùûüœ",
    "ga": "áéíóú",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "is": "áðéíóúýþæö",
    "it": "àèéìòù",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "mt": "ċġħżàè",
    "nl": "ëïé",
    "no": "æøå",
    "pl": "ąćęłńóśźż",
    "pt": "ãâáàçéêíóôõú",
    "ro": "ăâîșțşţ",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšž",
    "sv": "åäö",
    "tr": "çğıöşü",
}


@cache
def _letter_owners() -> dict[str, tuple[str, ...]]:
    """Return for each letter with a mark the languages that write it."""
    owners: dict[str, list[str]] = {}
    for code, letters in _LETTERS.items():
        for letter in letters:
            owners.setdefault(letter, []).append(code)
    return {letter: tuple(codes) for letter, codes in owners.items()}


@cache
def _small_words() -> Owners:
    """Return for each small word the languages that have it."""
    return _owners("small-words", _words_that_tell)


@cache
def _words_of_rights() -> Owners:
    """Return for each word of the language files the languages that have it: a subject line may have no small word."""
    return _owners("words-of-rights", _words_of_lists)


def _words_that_tell() -> Iterator[tuple[str, Iterable[str]]]:
    known = {code: " ".join(small_words(code)) for code in language_codes()}
    for code, words in {**_NEIGHBOURS, **known}.items():
        yield code, fold(words).text.split()


def _words_of_lists() -> Iterator[tuple[str, Iterable[str]]]:
    for code in language_codes():
        yield code, words_in_lists(code).union(small_words(code))


def _owners(
    name: str, words_by_language: Callable[[], Iterator[tuple[str, Iterable[str]]]]
) -> Owners:
    """Return for each word its languages; what a file keeps are the words of each group of languages."""
    kept = compiled(name, lambda: _by_owners(words_by_language()))
    found: Owners = {}
    for codes, words in kept.items():
        found.update(dict.fromkeys(words.split(" "), tuple(codes.split(" "))))
    return found


def _by_owners(words_by_language: Iterator[tuple[str, Iterable[str]]]) -> dict[str, str]:
    owners: dict[str, list[str]] = {}
    for code, words in words_by_language:
        for word in sorted(set(words)):
            owners.setdefault(word, []).append(code)
    groups: dict[str, list[str]] = {}
    for word, codes in owners.items():
        groups.setdefault(" ".join(codes), []).append(word)
    return {codes: " ".join(words) for codes, words in groups.items()}


@dataclass(frozen=True, slots=True)
class Guess:
    """The language of a text, `und` when unsure, and those that are nearly as likely: neighbours share small words."""

    code: str
    others: tuple[str, ...] = ()


def detect_language(text: str) -> str:
    """Return the two-letter code of the language of any text, `und` when unsure."""
    return guess_in(cut(text[:SAMPLE_LENGTH]).words, text).code


def guess_in(words: Sequence[str], written: str) -> Guess:
    """Return the language of a text, given its folded words and, for the marks on its letters, as it is written."""
    sample = words[:SAMPLE]
    text = "".join(sample)
    latin = text.isascii() or not _OTHER_ALPHABET.search(text)
    by_script = None if latin else _by_script(text)
    if by_script is not None:
        return by_script
    guess = _by_words(sample, written[:SAMPLE_LENGTH])
    if guess.code == UNKNOWN and len(sample) <= A_LINE:
        return _by_vocabulary([word for word in sample if word.isalpha()]) or guess
    return guess


def _by_script(text: str) -> Guess | None:
    letters = sum(map(str.isalpha, text))
    for code, letter, one_in in _SCRIPTS:
        if one_in * len(letter.findall(text)) > letters:
            return Guess(code, _SHARED_ALPHABET.get(code, ()))
    return None


def _by_vocabulary(words: Sequence[str]) -> Guess | None:
    """Return the language of a line without small words, if at least half of its words are known there."""
    known = _words_of_rights()
    guess = _ranked(_votes(Counter(map(known.get, words))))
    found = sum(guess.code in known.get(word, ()) for word in words)
    return guess if guess.code != UNKNOWN and 2 * found >= len(words) else None


def _by_words(sample: Sequence[str], written: str) -> Guess:
    owners = Counter(map(_small_words().get, sample))
    owners.update(map(_letter_owners().get, _letters(written)))
    return _ranked(_votes(owners))


def _votes(owners: Mapping[tuple[str, ...] | None, int]) -> list[tuple[str, float]]:
    """Return the languages with the most votes; a word that several have is a part of a vote for each."""
    votes: dict[str, float] = {}
    for codes, count in owners.items():
        for code in codes or ():
            votes[code] = votes.get(code, 0.0) + count / len(codes or ())
    return sorted(votes.items(), key=itemgetter(1), reverse=True)[:_CANDIDATES]


def _letters(written: str) -> set[str]:
    """Return the letters that a text has, each once; composed, because some programs write marks apart."""
    return set() if written.isascii() else set(normalize("NFC", written.lower()))


def _ranked(leaders: Sequence[tuple[str, float]]) -> Guess:
    """Return the winner and who came near; no winner without enough votes and a lead."""
    if not leaders:
        return Guess(UNKNOWN)
    most = leaders[0][1]
    near = tuple(code for code, count in leaders if count * _NEAR >= most)
    if most < _ENOUGH or (len(leaders) > 1 and most < _LEAD * leaders[1][1]):
        return Guess(UNKNOWN, near)
    return Guess(near[0], near[1:])
