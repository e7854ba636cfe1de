"""Small by numbers: how long functions and modules may be."""

import ast
from statistics import median

from source import ROOT, Module, modules_of, read, rooms

LONGEST_FUNCTION = 60
USUAL_FUNCTION = 8  # the median of the code that is best to read in this field
LONGEST_MODULE = 500


def measured() -> list[Module]:
    return [*modules_of(*rooms(), "tests", "bench"), read(ROOT / "dev.py")]


def lengths(module: Module) -> dict[str, int]:
    """Return the lines of each function, its docstring not counted."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(module.tree) if isinstance(node, functions)]
    return {f"{module.name}:{node.lineno} {node.name}": length(node) for node in found}


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    says_what = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if says_what else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_function_is_longer_than_a_screen():
    found = {name: lines for module in measured() for name, lines in lengths(module).items()}
    assert not {name: lines for name, lines in found.items() if lines > LONGEST_FUNCTION}


def test_the_usual_function_is_small():
    usual = median(lines for module in modules_of(*rooms()) for lines in lengths(module).values())
    assert usual <= USUAL_FUNCTION


def test_no_module_needs_a_table_of_contents():
    found = {module.name: module.text.count("\n") for module in measured()}
    assert not {name: lines for name, lines in found.items() if lines > LONGEST_MODULE}


def test_the_measure_leaves_the_docstring_out(tmp_path):
    source = tmp_path / "short.py"
    source.write_text('def f():\n    """Say.\n\n    More.\n    """\n    return 1\n')
    function = ast.parse(source.read_text()).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert length(function) == 2
