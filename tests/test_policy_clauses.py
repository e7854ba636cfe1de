"""The page of policy clauses and the code say the same, in both directions."""

import ast
import re
from dataclasses import dataclass

import pytest

from source import ROOT, modules_of, read, rooms

PAGE = ROOT / "docs" / "policy-clauses.md"
STATUSES = {"Yes", "Partial", "Roadmap", "No"}
KEPT = {"Yes", "Partial"}
CITED = re.compile(
    r"[Pp]olicy clauses? (P\d+(?:(?:, | and )P\d+)*)|[Pp]olicy (P\d+(?:(?:, | and )P\d+)*)"
)
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@dataclass(frozen=True, kw_only=True)
class Clause:
    number: str
    status: str
    tests: tuple[tuple[str, str], ...]


def clauses() -> list[Clause]:
    rows = [
        line.split("|")[1:-1] for line in PAGE.read_text().splitlines() if line.startswith("| P")
    ]
    return [
        Clause(number=row[0].strip(), status=row[2].strip(), tests=tuple(PROOF.findall(row[4])))
        for row in rows
    ]


def cited_in(text: str | None) -> set[str]:
    """Return the numbers in texts such as `policy P16` and `policy clause P16, P17`."""
    return {
        number
        for groups in CITED.findall(text or "")
        for number in re.findall(r"P\d+", "".join(groups))
    }


def claims() -> set[tuple[str, str, str]]:
    """Return (clause, file, test) for every test whose docstring says that it proves a clause."""
    return {
        (number, module.name, node.name)
        for module in modules_of("tests")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        for number in cited_in(ast.get_docstring(node))
    }


def test_every_clause_of_the_policy_is_on_the_page_once_and_in_order():
    assert [clause.number for clause in clauses()] == [f"P{number}" for number in range(1, 24)]


@pytest.mark.parametrize("clause", clauses(), ids=lambda clause: clause.number)
def test_a_clause_has_a_status_and_proof_exactly_when_it_is_kept(clause):
    assert clause.status in STATUSES
    assert bool(clause.tests) == (clause.status in KEPT)


@pytest.mark.parametrize("clause", clauses(), ids=lambda clause: clause.number)
def test_every_test_that_the_page_names_exists(clause):
    for file, name in clause.tests:
        functions = {
            node.name
            for node in ast.walk(read(ROOT / file).tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert name in functions, f"{file}::{name}"


def test_every_test_that_says_that_it_proves_a_clause_is_named_on_the_page():
    named = {(clause.number, file, name) for clause in clauses() for file, name in clause.tests}
    assert claims() <= named, claims() - named


def test_code_that_says_that_it_fulfils_a_clause_is_not_contradicted_by_the_page():
    kept = {clause.number for clause in clauses() if clause.status in KEPT}
    records = [path for room in rooms() for path in (ROOT / room).rglob("*.toml")]
    texts = {module.name: module.text for module in modules_of(*rooms())}
    texts |= {path.name: path.read_text() for path in records}
    cited = {(number, name) for name, text in texts.items() for number in cited_in(text)}
    assert cited, "the page is read but nothing cites a clause"
    assert not {(number, name) for number, name in cited if number not in kept}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Return the date (policy P16, CCPA regs)", {"P16"}),
        ("policy clause P16, P17: within 30 days", {"P16", "P17"}),
        ("Policy clauses P2 and P3", {"P2", "P3"}),
        ("the policy says so; P16", set()),
    ],
)
def test_a_clause_is_cited_by_its_number_after_the_word_policy(text, numbers):
    assert cited_in(text) == numbers
