"""How good a classifier is on labelled texts: precision, recall and F1 of each right, and what it would have decided alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from privacy.rights import Classification, Right

NONE = "none"  # asks for no right


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One labelled text and what was made of it. `expected` holds the rights in the order in which they are asked for."""

    language: str
    expected: tuple[Right, ...]
    found: Classification
    lane: str | None = None

    @property
    def found_rights(self) -> frozenset[Right]:
        """The rights that were recognised, whatever their scopes."""
        return frozenset(claim.right for claim in self.found.rights)

    @property
    def is_exact(self) -> bool:
        """Whether the very rights that are asked for were recognised."""
        return self.found_rights == frozenset(self.expected)


@dataclass(frozen=True, kw_only=True)
class LabelScore:
    """Counts of one label: texts that have it, texts in which it was found, and both."""

    expected: int
    found: int
    both: int

    @property
    def precision(self) -> float:
        """Share of the found ones that are right; 1 where nothing was found."""
        return self.both / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the expected ones that were found; 1 where nothing was expected."""
        return self.both / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both (van Rijsbergen 1979, chapter 7)."""
        return 2 * self.both / (self.expected + self.found) if self.expected + self.found else 1.0


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a set of labelled texts says about a classifier. Shares are of 1."""

    texts: int
    exact: int
    rights: dict[str, LabelScore]
    primary: dict[str, LabelScore]
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    lanes: Counter[tuple[str, str]] = field(default_factory=Counter)
    decided: int = 0
    decided_right: int = 0
    asks_nothing: int = 0
    taken_for_request: int = 0

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the rights that occur in the set."""
        return _macro(self.rights)

    @property
    def primary_macro_f1(self) -> float:
        """Mean F1 of the first right asked for, over the rights that occur; texts that ask nothing count as mistakes."""
        return _macro({name: score for name, score in self.primary.items() if name != NONE})


def evaluate(texts: Sequence[Scored]) -> Evaluation:
    """Return the scores of a set; linear in its size."""
    decided = [text for text in texts if not text.found.needs_human]
    nothing = [text for text in texts if not text.expected]
    return Evaluation(
        texts=len(texts),
        exact=sum(text.is_exact for text in texts),
        rights=_score((frozenset(text.expected), text.found_rights) for text in texts),
        primary=_score((frozenset({wanted(text)}), frozenset({said(text)})) for text in texts),
        confusion=Counter((wanted(text), said(text)) for text in texts),
        lanes=Counter((text.lane, text.found.lane.value) for text in texts if text.lane),
        decided=len(decided),
        decided_right=sum(text.is_exact for text in decided),
        asks_nothing=len(nothing),
        taken_for_request=sum(
            bool(text.found_rights) and not text.found.needs_human for text in nothing
        ),
    )


def wanted(text: Scored) -> str:
    """Return the first right that is asked for, or that none is."""
    return text.expected[0].value if text.expected else NONE


def said(text: Scored) -> str:
    """Return the right that came out first, or that none did."""
    return text.found.rights[0].right.value if text.found.rights else NONE


def _score(pairs: Iterable[tuple[frozenset[str], frozenset[str]]]) -> dict[str, LabelScore]:
    """Return the counts of every label that occurs, in the order of the rights."""
    expected, found, both = Counter[str](), Counter[str](), Counter[str]()
    for labels, answers in pairs:
        expected.update(labels)
        found.update(answers)
        both.update(labels & answers)
    names = [name for name in (*map(str, Right), NONE) if expected[name] or found[name]]
    return {
        name: LabelScore(expected=expected[name], found=found[name], both=both[name])
        for name in names
    }


def _macro(scores: dict[str, LabelScore]) -> float:
    occurring = [score.f1 for score in scores.values() if score.expected]
    return sum(occurring) / len(occurring) if occurring else 1.0
