"""What the import contracts cannot say about the layout (docs/decisions/0001)."""

import ast
import sys

import pytest

from source import ROOT, imports, modules_of, project, rooms, roots_imported

IMPURE = {
    "asyncio", "ctypes", "http", "imaplib", "io", "logging", "multiprocessing", "os", "pathlib",
    "random", "secrets", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess",
    "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip


def test_every_folder_that_is_a_package_is_in_the_wheel_and_under_the_import_contracts():
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders == set(rooms())
    assert folders == set(project()["tool"]["importlinter"]["root_packages"])


def test_every_room_says_its_job_in_one_sentence():
    for module in modules_of(*rooms()):
        if module.path.name == "__init__.py" and module.path.parent.parent == ROOT:
            sentence = ast.get_docstring(module.tree)
            assert sentence, module.name
            assert sentence.count("\n") == 0, module.name


def test_every_contract_covers_every_room_but_the_homes_it_names():
    for contract in project()["tool"]["importlinter"]["contracts"]:
        if contract["id"].startswith("one-vendor-one-home"):
            homes = set(rooms()) - set(contract["source_modules"])
            assert homes, contract["id"]
            assert len(homes) <= 3, contract["id"]


def test_the_core_imports_only_itself_and_the_pure_part_of_the_standard_library():
    pure = (sys.stdlib_module_names - IMPURE) | {"privacy"}
    for module in modules_of("privacy"):
        assert roots_imported(module) <= pure, module.name


@pytest.mark.parametrize(
    "vendor", ["anthropic", "apscheduler", "imapclient", "mailparser", "sendgrid"]
)
def test_a_vendor_without_types_or_with_surprises_is_wrapped_in_one_module(vendor):
    wrapped_in = [m.name for m in modules_of(*rooms()) if vendor in roots_imported(m)]
    assert len(wrapped_in) <= 1, wrapped_in


def test_only_the_command_line_prints():
    printers = ("daemon/cli.py", "daemon/demo.py", "daemon/commands/")
    for module in modules_of(*rooms()):
        names = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
        assert "print" not in names or module.name.startswith(printers), module.name


def test_only_the_settings_module_reads_the_environment():
    for module in modules_of(*rooms()):
        readers = {
            node.attr
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
        }
        assert not readers or module.name == "daemon/settings.py", module.name


def test_only_casework_opens_write_transactions():
    for module in modules_of(*rooms()):
        opens = [
            node.lineno
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute) and node.attr in {"transaction", "commit"}
        ]
        assert not opens or module.room in {"casework", "storage"}, (module.name, opens)


def test_no_room_imports_the_tests():
    for module in modules_of(*rooms()):
        assert not {"tests", "servers", "conftest"} & {*imports(module)}, module.name
