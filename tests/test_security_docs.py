"""Every file, function and test that docs/security.md names is there, and every threat and chapter has its answer."""

import ast
import re

from source import ROOT, modules_of, read, roots_imported
from source import rooms as rooms_of_the_desk

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(
    r"`([\w./-]+\.(?:py|toml|txt|md|service|html|js)|[\w./-]+/Containerfile)(?:::([\w.]+))?`"
)
PROOF = re.compile(r"`tests/[\w/]+\.py::test_\w+`")
OPEN = ("not yet", "not here", "operator")
THREATS = [f"T{number:02}" for number in range(1, 41)]
CHAPTERS = [f"V{number}" for number in range(1, 17)]


def rows(begin: str) -> list[list[str]]:
    lines = (line for line in PAGE.splitlines() if re.match(rf"\| {begin}\d", line))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def defined_in(name: str) -> set[str]:
    tree = read(ROOT / name).tree
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
    assigned = (node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign))
    for node in assigned:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def test_every_file_that_is_named_is_there() -> None:
    missing = sorted({name for name, _ in NAMED.findall(PAGE) if not (ROOT / name).exists()})
    assert missing == []


def test_every_function_and_test_that_is_named_is_there() -> None:
    named = {(name, part) for name, part in NAMED.findall(PAGE) if part and (ROOT / name).exists()}
    wrong = {(name, part) for name, part in named if not set(part.split(".")) <= defined_in(name)}
    assert len(named) > len(THREATS)
    assert sorted(wrong) == []


def test_each_threat_has_an_actor_a_control_and_a_proof_or_says_that_it_has_none() -> None:
    found = rows("T")
    assert [row[0] for row in found] == THREATS
    assert all(len(row) == 5 and all(row) for row in found)
    assert [
        row[0] for row in found if not PROOF.search(row[4]) and not row[4].startswith(OPEN)
    ] == []


def test_each_requirement_has_a_proof_or_a_reason() -> None:
    found = rows("V")
    assert {row[0].partition(".")[0] for row in found} == set(CHAPTERS)
    assert all(len(row) == 4 and all(row) for row in found)
    assert [row for row in found if not PROOF.search(row[3]) and not row[3].startswith(OPEN)] == []


def test_what_is_open_is_listed_once_more_where_it_is_looked_for() -> None:
    """A reader who wants to know what is missing reads one list."""
    listed = PAGE.partition("## What is open")[2]
    open_rows = [row[0] for row in rows("T") + rows("V") if "not yet" in row[-1]]
    assert [name for name in open_rows if not re.search(rf"\b{re.escape(name)}\b", listed)] == []


RUNS = {"eval", "exec", "compile_command", "__import__"}
READS_OBJECTS = {
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "yaml",
    "xml",
    "lxml",
    "defusedxml",
    "xmltodict",
}
UNSAFE = {"_create_unverified_context", "CERT_NONE", "CERT_OPTIONAL"}


def words_of(tree: ast.AST) -> set[str]:
    named = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {*named, *(node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))}


def keywords_of(tree: ast.AST) -> set[tuple[str, object]]:
    found = (node for node in ast.walk(tree) if isinstance(node, ast.keyword))
    constant = (node for node in found if isinstance(node.value, ast.Constant))
    return {(node.arg or "", node.value.value) for node in constant}  # type: ignore[attr-defined]


def test_nothing_reads_objects_or_runs_text() -> None:
    for module in modules_of(*rooms_of_the_desk()):
        assert not roots_imported(module) & READS_OBJECTS, module.name
        assert not {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)} & RUNS
        assert ("shell", True) not in keywords_of(module.tree), module.name
        assert "system" not in attributes_of_os(module.tree), module.name


def attributes_of_os(tree: ast.AST) -> set[str]:
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {one.attr for one in found if isinstance(one.value, ast.Name) and one.value.id == "os"}


def test_chance_is_the_system_s() -> None:
    """Two draw how long to wait before they try again, so that many desks do not come at once; nothing else does."""
    using = {
        one.name for one in modules_of(*rooms_of_the_desk()) if "random" in roots_imported(one)
    }
    assert using == {"daemon/running.py", "intake/imap.py"}


def test_nothing_turns_the_check_of_certificates_off() -> None:
    for module in modules_of(*rooms_of_the_desk()):
        assert not words_of(module.tree) & UNSAFE, module.name
        assert not keywords_of(module.tree) & {("verify", False), ("check_hostname", False)}
