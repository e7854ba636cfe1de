"""The page of edge cases and the tests say the same, in both directions; so do the page of defects and the code."""

import ast
import re
from dataclasses import dataclass

import pytest

from intake.defects import Defect
from source import ROOT, modules_of, read

PAGE = ROOT / "docs" / "edge-cases.md"
DEFECTS = ROOT / "docs" / "defects.md"
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
WITHOUT_PROOF = ("later", "never: ")


@dataclass(frozen=True, kw_only=True)
class Row:
    number: str
    what: str
    action: str
    proof: str

    @property
    def tests(self) -> set[tuple[str, str]]:
        return set(PROOF.findall(self.proof))


def rows() -> list[Row]:
    cells = [line.split("|")[1:-1] for line in PAGE.read_text().splitlines() if line[:3] == "| E"]
    found = [[cell.strip() for cell in row] for row in cells]
    return [Row(number=row[0], what=row[1], action=row[2], proof=row[3]) for row in found]


def functions(path: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(read(ROOT / path).tree) if isinstance(node, kinds)]


def numbers_on(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the numbers in `@pytest.mark.edge("E051", "E052")`."""
    return {
        str(ast.literal_eval(number))
        for mark in function.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.edge"
        for number in mark.args
    }


def claims() -> set[tuple[str, str, str]]:
    """Return (number, file, test) for every test that is marked with a number."""
    return {
        (number, module.name, function.name)
        for module in modules_of("tests")
        for function in functions(module.name)
        for number in numbers_on(function)
    }


def test_every_edge_case_is_on_the_page_once_and_in_order():
    assert [row.number for row in rows()] == [f"E{number:03}" for number in range(1, 185)]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_a_row_says_what_it_is_what_we_do_and_how_that_is_proved(row):
    assert row.what
    assert row.action
    assert bool(row.tests) != row.proof.startswith(WITHOUT_PROOF)


def test_every_test_that_the_page_names_exists():
    named = {test for row in rows() for test in row.tests}
    there = {
        (file, function.name)
        for file in {file for file, _ in named}
        for function in functions(file)
    }
    assert named <= there, named - there


def test_every_test_that_is_marked_with_a_number_is_named_in_that_row():
    named = {(row.number, file, name) for row in rows() for file, name in row.tests}
    assert claims(), "the marks are read but there are none"
    assert claims() <= named, claims() - named


def test_the_page_of_defects_names_each_of_them_once_with_meaning_and_effect():
    table = [
        line.split("|")[1:-1] for line in DEFECTS.read_text().splitlines() if line[:3] == "| `"
    ]
    assert [row[0].strip(" `") for row in table] == [str(defect) for defect in Defect]
    assert all(cell.strip() for row in table for cell in row)
