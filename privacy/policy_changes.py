"""What differs between two versions of the policy, and which of it rules hold for material; a person decides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from privacy.instants import require_utc
from privacy.policy_versions import PolicyVersion, Section, sections_of

LONGEST_REASON = 2_000
_SENTENCE_END = re.compile(r"(?<=[.!?]) +|\n+")
_NO_WORD = re.compile(r"\W+")
_NAME = re.compile(r"\b[A-Z][A-Za-z0-9]{2,30}\b")
_PERIOD = re.compile(r"\b(\d{1,5})\s{1,3}(day|week|month|year)s?\b")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


class ChangeKind(StrEnum):
    """What happened to a section."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True)
class SectionChange:
    """One section that is not as it was: the sentences that went and those that came, and all of it before and after."""

    heading: str
    kind: ChangeKind
    before: str
    after: str
    gone: tuple[str, ...]
    new: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Yield the difference as people read it."""
        yield f"{self.kind}: {self.heading or '(before the first heading)'}"
        yield from (f"- {sentence}" for sentence in self.gone)
        yield from (f"+ {sentence}" for sentence in self.new)
        if not self.gone and not self.new:
            yield "= the same sentences in another order"


class Sign(StrEnum):
    """What a rule looks for in a change."""

    WORDS_ADDED = (
        "words_added"  # one of its words stands in a new sentence, and in no sentence that went
    )
    WORDS_GONE = "words_gone"  # one of its words stood in a sentence that went, and in no new one
    NAMES_ADDED = (
        "names_added"  # a section of this heading names somebody whom the old policy never named
    )
    LONGER = "longer"  # the longest period in the new sentences is longer than in those that went


@dataclass(frozen=True, kw_only=True)
class MaterialRule:
    """A rule that proposes: `words` are looked for as the sign says, `headings` bounds it to sections, all if empty.

    Both are lower case; a word is found by its beginning (`recipient` finds `Recipients`), with a space at its end only
    as a whole (`ai ` does not find `aim`).
    """

    code: str
    why: str
    sign: Sign
    words: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """That a change is material: by which rule, why, in which section, and what was seen."""

    code: str
    why: str
    heading: str
    seen: str


@dataclass(frozen=True, kw_only=True)
class MaterialDecision:
    """What a person decided about a change, knowing what the rules proposed. Material: every Owner is mailed (P21).

    Otherwise only the "Last updated" stamp moves, and nothing is sent (P22).
    """

    material: bool
    reason: str
    author: str
    decided_at: datetime

    def __post_init__(self) -> None:
        require_utc(decided_at=self.decided_at)
        if not self.reason.strip() or len(self.reason) > LONGEST_REASON:
            raise ValueError(f"a decision has a reason of at most {LONGEST_REASON} characters")
        if not self.author:
            raise ValueError("somebody decides")


def compare(old: PolicyVersion, new: PolicyVersion) -> tuple[SectionChange, ...]:
    """Return the sections that differ in the leading text, in the order of the new one, those that went last."""
    before = {section.heading: section for section in sections_of(old.leading_text)}
    after = {section.heading: section for section in sections_of(new.leading_text)}
    changes = [_change(before.get(name), section) for name, section in after.items()]
    changes += [_change(section, None) for name, section in before.items() if name not in after]
    return tuple(change for change in changes if change is not None)


def proposals(
    changes: Sequence[SectionChange], rules: Iterable[MaterialRule], old_text: str
) -> tuple[Proposal, ...]:
    """Return why the changes look material, in the order of the rules. None of them decides anything."""
    known = frozenset(_NAME.findall(old_text))
    return tuple(
        Proposal(code=rule.code, why=rule.why, heading=change.heading, seen=seen)
        for rule in rules
        for change in changes
        if _is_about(rule, change) and (seen := _seen(rule, change, known))
    )


def _change(before: Section | None, after: Section | None) -> SectionChange | None:
    if before and after and _plain(before.body) == _plain(after.body):
        return None
    old, new = (_sentences(one.body if one else "") for one in (before, after))
    if before is not None and after is not None:
        kind = ChangeKind.CHANGED
    else:
        kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED
    gone, came = _differing(old, new)
    return SectionChange(
        heading=(after or before or Section(heading="", level=0, body="")).heading,
        kind=kind,
        before=before.body if before else "",
        after=after.body if after else "",
        gone=gone,
        new=came,
    )


def _differing(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return _without(old, new), _without(new, old)


def _without(some: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """What stands in the first list alone, in its order; the same sentence at another place is no difference."""
    left = Counter(others)
    alone = list[str]()
    for sentence in some:
        left[sentence] -= 1
        if left[sentence] < 0:
            alone.append(sentence)
    return tuple(alone)


def _sentences(body: str) -> list[str]:
    """A sentence or an item of a list; how lines are broken is no difference."""
    pieces = _SENTENCE_END.split("\n\n".join(map(_unbroken, body.split("\n\n"))))
    return [sentence for piece in pieces if (sentence := _plain(piece))]


def _unbroken(paragraph: str) -> str:
    """Put the lines of a paragraph together again; an item of a list or a row of a table begins a line of its own."""
    lines = list[str]()
    for line in paragraph.split("\n"):
        if lines and line.strip() and not re.match(r" {0,8}([-*+|>]|\d{1,3}[.)])", line):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _is_about(rule: MaterialRule, change: SectionChange) -> bool:
    heading = _words(change.heading)
    return not rule.headings or any(_words_begin(word, heading) for word in rule.headings)


def _seen(rule: MaterialRule, change: SectionChange, known: frozenset[str]) -> str:
    """Return what makes the rule propose, '' where nothing does."""
    gone, new = _words(" ".join(change.gone)), _words(" ".join(change.new))
    if rule.sign is Sign.WORDS_ADDED:
        return _word_in(rule.words, new, but_not=gone)
    if rule.sign is Sign.WORDS_GONE:
        return _word_in(rule.words, gone, but_not=new)
    if rule.sign is Sign.NAMES_ADDED:
        names = [name for text in change.new for name in _NAME.findall(text)]
        return ", ".join(dict.fromkeys(name for name in names if name not in known))
    return _longer(gone, new)


def _word_in(words: Sequence[str], text: str, *, but_not: str) -> str:
    found = (word for word in words if _words_begin(word, text) and not _words_begin(word, but_not))
    return next(found, "").strip()


def _words(text: str) -> str:
    """The words alone, in lower case, each with a space before and after it."""
    return f" {_NO_WORD.sub(' ', text.lower()).strip()} "


def _words_begin(word: str, text: str) -> bool:
    return f" {_NO_WORD.sub(' ', word)}" in text


def _longer(gone: str, new: str) -> str:
    before, after = (max(_periods(text), default=(0, "")) for text in (gone, new))
    return f"{before[1]} -> {after[1]}" if before[0] and after[0] > before[0] else ""


def _periods(text: str) -> list[tuple[int, str]]:
    return [(int(one[1]) * _DAYS[one[2]], one[0]) for one in _PERIOD.finditer(text)]
