"""What is built and installed: our own rooms, nothing beside them, from hashed requirements."""

import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from source import ROOT, modules_of, project, rooms, roots_imported

LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ]", name)[0]).lower()


def locked(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [line.split()[0] for line in lines if line and not line.startswith((" ", "#"))]
    return dict(pin.split("==") for pin in pins)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give the names in the wheel, built offline with the installed backend."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return archive.namelist()


def test_no_other_distribution_ships_a_package_of_our_names():
    for distribution in metadata.distributions():
        if distribution.name != "rightsdesk":
            shipped = {file.parts[0] for file in distribution.files or []}
            assert not shipped & set(rooms()), distribution.name


def test_the_wheel_holds_the_rooms_and_nothing_else(wheel):
    tops = {Path(name).parts[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(rooms())


def test_the_wheel_holds_the_letters_and_the_law_not_only_the_code(wheel):
    tracked = subprocess.run(
        ["git", "ls-files", "--", *rooms()], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    data = {name for name in tracked if not name.endswith(".py")}
    assert {name for name in data if (ROOT / name).exists()} <= set(wheel)


def test_the_wheel_gives_the_command(wheel):
    assert any(name.endswith("entry_points.txt") for name in wheel)
    assert project()["project"]["scripts"] == {"rightsdesk": "daemon.cli:main"}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_hashes_everything(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_development_set_is_the_runtime_set_and_more():
    runtime, development = locked("requirements.txt"), locked("requirements-dev.txt")
    assert runtime.items() <= development.items()


def test_every_declared_dependency_is_locked():
    declared = {canonical(name) for name in project()["project"]["dependencies"]}
    assert declared <= {canonical(name) for name in locked("requirements.txt")}


def test_the_build_backend_is_in_the_runtime_set():
    assert "hatchling" in locked("requirements.txt")


def test_every_package_the_rooms_import_is_declared():
    declared = {canonical(name) for name in project()["project"]["dependencies"]}
    declared |= {"starlette", "markupsafe", "python-http-client"}  # part of what is declared
    homes = metadata.packages_distributions()
    for module in modules_of(*rooms()):
        vendors = roots_imported(module) - sys.stdlib_module_names - set(rooms())
        for vendor in vendors:
            assert {canonical(name) for name in homes[vendor]} & declared, (module.name, vendor)
