"""The words of machine mail in all languages, read when first needed and followed word by word.

Notation of the files in `machine_words/`, one expression a line: `out of office` are words in a row, `away|absent` one
word or the other, `will_be` one choice of two words, `(currently)` a word that may be missing, `absen*` a stem, `#` a
number, or a day or month of any language. Accents and punctuation do not matter.
`[subject]` and `[text]` say what kind of mail it is; `[besides]` what such mails say as well, which proves nothing; `[classes]` holds words and stems by what they are about,
for `skeletons.py`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import compress
from typing import Any

from classifier.compiled import Compiled, compiled
from classifier.folded import fold
from classifier.pieces import REMEMBERED
from classifier.vocabulary import spellings

FOLDER = "machine_words"
_GLUED = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")  # scripts without blanks between words
DIGITS = "0123456789"
NUMBER = "#"
WHOLE = frozenset({"automatic", "about"})  # signs of which it counts where they begin and end
_START = 0
States = tuple[int, ...]
Step = tuple[
    frozenset[str], "_Next"
]  # what has been said in full by then, and the steps that may follow
Line = tuple[str, str]  # the sign, and an expression as it is written


class Words:
    """All expressions of some signs as one automaton, whose steps are remembered once they were taken.

    An expression is added when a word is met with which it can begin: most are in no mail of a day. Expressions of
    scripts without blanks are one pattern of literals instead.
    """

    def __init__(self, lines: Iterable[Line], days: frozenset[str]) -> None:
        self._days = days
        self._moves: list[dict[str, list[int]]] = [{}]
        self._stems: list[dict[str, list[int]]] = [{}]
        self._says: list[str | None] = [None]
        self._waiting: dict[str, list[Line]] = {}  # by a word with which they can begin
        self._waiting_stems: dict[str, list[Line]] = {}
        self._added: set[Line] = set()
        glued: dict[str, str] = {}
        for sign, written in lines:
            if _GLUED.search(written):
                glued["".join(written.split())] = sign
            else:
                self._wait((sign, written))
        self._glued = _Glued(glued)
        self._known: dict[States, Step] = {}
        self._remembered = 0
        self._begin = _Next(self, (_START,))

    def _wait(self, line: Line) -> None:
        for piece in map(_choices, line[1].split()):
            for first, *_ in piece.words:
                home = self._waiting_stems if first.endswith("*") else self._waiting
                home.setdefault(first.rstrip("*"), []).append(line)
            if not piece.optional:
                return

    def _add_beginning_with(self, word: str) -> None:
        """Add the expressions that can begin with this word of a text and were not added before."""
        lines = self._waiting.pop(word, [])
        if self._is_number(word):
            lines += self._waiting.pop(NUMBER, ())
        for stem in [stem for stem in self._waiting_stems if word.startswith(stem)]:
            lines += self._waiting_stems.pop(stem)
        for line in lines:
            if line not in self._added:
                self._added.add(line)
                sign, written = line
                self._add(sign, [_choices(piece) for piece in written.split()])

    def _is_number(self, word: str) -> bool:
        return word.isdigit() or word in self._days

    def _add(self, sign: str, pieces: Sequence[_Piece]) -> None:
        """Add one expression: states after each piece, and a way past each that may be missing.

        One word is enough only where the expression is one word: of several that may be missing, two must be there.
        """
        fewest = min(2, len(pieces))
        before: dict[int, list[int]] = {0: [_START]}  # by the number of words so far
        for number, piece in enumerate(pieces):
            rest_is_optional = all(one.optional for one in pieces[number + 1 :])
            after = {
                count: self._new_state(sign if rest_is_optional and count >= fewest else None)
                for count in range(1, 3)
            }
            for count, states in before.items():
                for state in states:
                    for words in piece.words:
                        self._lead(state, words, after[min(2, count + len(words))])
            kept = before if piece.optional else {}
            before = {
                count: [*kept.get(count, ()), *([after[count]] if count else [])]
                for count in range(3)
            }

    def _lead(self, state: int, words: Sequence[str], after: int) -> None:
        for word in words[:-1]:
            between = self._new_state(None)
            self._move(state, word, between)
            state = between
        self._move(state, words[-1], after)

    def _move(self, state: int, word: str, after: int) -> None:
        home = self._stems if word.endswith("*") else self._moves
        home[state].setdefault(word.rstrip("*"), []).append(after)

    def _new_state(self, says: str | None) -> int:
        self._moves.append({})
        self._stems.append({})
        self._says.append(says)
        return len(self._says) - 1

    def step(self, states: States, word: str) -> Step | None:
        """Return the step that a word of a text is from these states, None where no expression goes on so."""
        if self._remembered >= REMEMBERED:
            self._forget()
        self._remembered += 1
        if _START in states:
            self._add_beginning_with(word)
        after = self._follow(states, word)
        if after and after not in self._known:
            said = frozenset(sign for state in after if (sign := self._says[state]))
            self._known[after] = (said, _Next(self, after))
        return self._known.get(after)

    def _forget(self) -> None:
        """A flood of new words makes the memory start anew, it does not grow."""
        self._known.clear()
        self._begin.clear()
        self._remembered = 0

    def _follow(self, states: States, word: str) -> States:
        found: dict[int, None] = {}
        is_number = self._is_number(word)
        for state in states:
            found.update(dict.fromkeys(self._moves[state].get(word, ())))
            if is_number:
                found.update(dict.fromkeys(self._moves[state].get(NUMBER, ())))
            for stem, after in self._stems[state].items():
                if word.startswith(stem):
                    found.update(dict.fromkeys(after))
        return tuple(found)

    def within(self, words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """Yield the sign of each expression in the text, with the place of its first word and that after its last.

        Most words begin none: those are passed over in one go.
        """
        firsts = list(map(self._begin.__getitem__, words))
        for place in compress(range(len(words)), firsts):
            step, after = firsts[place], place + 1
            while step is not None:
                signs, following = step
                for sign in signs:
                    yield sign, place, after
                step = following[words[after]] if after < len(words) else None
                after += 1

    def glued_within(self, folded: str) -> Iterator[tuple[str, int]]:
        """Yield the signs and places of expressions in a script without blanks."""
        if not folded.isascii() and _GLUED.search(folded):
            yield from self._glued.find(folded)


class _Glued:
    """Expressions of scripts without blanks, by their first character: a look at each place of a text, no more.

    Of several that begin at a place the longest counts.
    """

    def __init__(self, signs: Mapping[str, str]) -> None:
        groups: dict[str, dict[str, str]] = {}
        longest_first = sorted(signs.items(), key=lambda one: -len(one[0]))
        for written, sign in longest_first:
            for first in DIGITS if written[0] == "#" else written[0]:
                groups.setdefault(first, {})[_glued_pattern(written)] = sign
        self._first = re.compile(f"[{re.escape(''.join(groups))}]") if groups else None
        self._groups = groups
        self._known: dict[str, tuple[re.Pattern[str], tuple[str, ...]]] = {}

    def _group(self, first: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
        """Return the pattern of what begins with this character, and the sign of each of its groups."""
        if first not in self._known:
            group = self._groups[first]
            pattern = re.compile("|".join(f"({one})" for one in group))
            self._known[first] = (pattern, tuple(group.values()))
        return self._known[first]

    def find(self, folded: str) -> Iterator[tuple[str, int]]:
        """Yield the signs of the expressions in the text, each with its place; they do not overlap."""
        at = 0
        while self._first is not None and (begins := self._first.search(folded, at)) is not None:
            at = begins.start()
            pattern, signs = self._group(folded[at])
            found = pattern.match(folded, at)
            if found is not None:
                yield signs[(found.lastindex or 1) - 1], at
            at = found.end() if found is not None else at + 1


class _Next(dict[str, "Step | None"]):
    """From a word to the step that it is from some states; what was looked up once is remembered."""

    def __init__(self, words: Words, states: States) -> None:
        super().__init__()
        self._words = words
        self._states = states

    def __missing__(self, word: str) -> Step | None:
        step = self[word] = self._words.step(self._states, word)
        return step


class _Piece:
    """One place of an expression: the words that may stand there, and whether none may."""

    def __init__(self, words: Sequence[Sequence[str]], *, optional: bool) -> None:
        self.words = words
        self.optional = optional


def _choices(piece: str) -> _Piece:
    optional = piece.startswith("(") and piece.endswith(")")
    choices = piece.strip("()").split("|")
    return _Piece([one.split("_") for one in choices], optional=optional)


def _glued_pattern(written: str) -> str:
    """`#` is up to four digits; every other character is itself, so nothing can be tried twice."""
    return re.escape(written).replace(r"\#", "[0-9]{1,4}")


@cache
def language_codes() -> tuple[str, ...]:
    """Return the codes of all languages of which we know how machines write, in alphabetical order."""
    names = (entry.name for entry in files("classifier").joinpath(FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def file_of(code: str) -> dict[str, Any]:
    """Return the file of one language as it stands."""
    place = files("classifier").joinpath(FOLDER, f"{code}.toml")
    return tomllib.loads(place.read_text(encoding="utf-8"))


def _lines(code: str, section: str) -> Iterator[Line]:
    raw = file_of(code)
    for sign, lines in raw.get(section, {}).items():
        for line in filter(None, lines.splitlines()):
            needed = line if section == "subject" or sign in WHOLE else _without_loose_ends(line)
            for spelled in spellings(needed, raw.get("respell", {})):
                yield sign, fold(spelled).text


def _without_loose_ends(line: str) -> str:
    """The expression without what may be missing at its ends: where two words stand anyway, that changes nothing.

    Each word that an expression can begin with costs something in every text.
    """
    pieces = line.split()
    needed = [place for place, piece in enumerate(pieces) if not piece.startswith("(")]
    words = sum(min(choice.count("_") + 1 for choice in pieces[at].split("|")) for at in needed)
    return " ".join(pieces[needed[0] : needed[-1] + 1]) if words > 1 else line


@cache
def words_of(section: str) -> Words:
    """Return the expressions of all languages in `text`, `subject` or `besides`."""
    kept = compiled(f"machine-{section}", lambda: _compile(section))
    return Words(map(tuple, kept["lines"]), frozenset(kept["days"].split()))


def _compile(section: str) -> Compiled:
    codes = language_codes()
    return {
        "days": fold(" ".join(file_of(code)["days"] for code in codes)).text,
        "lines": [list(line) for code in codes for line in _lines(code, section)],
    }
