"""The floor of versions, the settings of production, and constructions that must not come back."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires, version
from itertools import chain, product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from deploy.replicas import ROOT
from docs.screenshots import PLACES, README_PICTURES, SCHEMES, SIZES

# Below these, known holes: Windows path to other servers (CVE-2026-33682) and no `st.App`; CVE-2026-48818; requests
# that follow redirects anywhere (CVE-2026-33752).
FLOORS = {"streamlit": "1.57", "starlette": "1.1", "curl_cffi": "0.15"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CODE = [
    ROOT / "app.py",
    ROOT / "asgi.py",
    *sorted((ROOT / "pages").glob("*.py")),
    *sorted((ROOT / "eventwindow").rglob("*.py")),
]
SERVICE = (ROOT / "deploy/service.env").read_text(encoding="utf-8")


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in CODE:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_no_version_with_a_known_hole_is_installed_or_allowed(name: str, floor: str) -> None:
    assert Version(version(name)) >= Version(floor)
    wanted = next(item for item in map(Requirement, PROJECT["dependencies"]) if item.name == name)
    lowest = max(Version(part.version) for part in wanted.specifier if part.operator in {">=", "=="})
    assert lowest >= Version(floor)


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = re.findall(r'^    "[a-z][^"]*",.*$', text, re.MULTILINE)
    named = [line for line in lines if re.match(r'    "[A-Za-z0-9_-]+\s*[><=~]', line)]
    assert len(named) > 20
    assert [line for line in named if "#" not in line] == []


def test_every_pinned_requirement_is_needed_by_name() -> None:
    pinned = {
        Requirement(line).name for line in (ROOT / "requirements.txt").read_text().splitlines() if line[:1].isalpha()
    }
    assert {Requirement(item).name for item in PROJECT["dependencies"]} <= {
        name.replace("-", "_") for name in pinned
    } | pinned
    assert requires("streamlit")


def test_production_settings_are_committed_each_with_its_reason() -> None:
    text = (ROOT / ".streamlit/config.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    assert found["server"]["headless"] is True
    assert found["server"]["fileWatcherType"] == "none"
    assert found["server"]["maxUploadSize"] == 5
    assert found["server"]["disconnectedSessionTTL"] == 120
    assert found["client"] == {"showErrorDetails": "none", "toolbarMode": "viewer", "disableDataExport": True}
    assert found["browser"] == {"gatherUsageStats": False}
    before_theme = text.partition("[theme]")[0].splitlines()
    keys = [number for number, line in enumerate(before_theme) if "=" in line and not line.startswith("#")]
    assert [before_theme[number] for number in keys if "#" not in before_theme[number] + before_theme[number - 1]] == []


def test_the_service_names_its_hosts_and_holds_no_secret() -> None:
    settings = dict(line.split("=", 1) for line in SERVICE.splitlines() if line and not line.startswith("#"))
    assert {"127.0.0.1", "localhost"} <= set(settings["STREAMLIT_SERVER_ALLOWED_HOSTS"].split())
    assert "*" not in settings["STREAMLIT_SERVER_ALLOWED_HOSTS"]
    assert not any("SECRET" in name for name in settings)
    blocks = SERVICE.split("\n\n")
    assert all("# " in block for block in blocks)


def test_no_text_of_others_is_drawn_as_markup() -> None:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword):
                assert node.arg != "unsafe_allow_html", path
            if isinstance(node, ast.Attribute) and node.attr == "html" and isinstance(node.value, ast.Name):
                assert node.value.id != "st" or path.name == "shell.py", path


def test_nothing_kept_for_all_readers_comes_from_disk_or_hangs_on_data() -> None:
    """`persist` is not atomic, and frames of 50,000 rows are told apart by a sample of them."""
    frames = {"DataFrame", "Series", "ndarray", "Floats", "Table"}
    for path, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or not any(
                "cache_" in ast.unparse(item) for item in node.decorator_list
            ):
                continue
            assert all("persist" not in ast.unparse(item) for item in node.decorator_list), path
            given = chain(node.args.args, node.args.kwonlyargs)
            keyed = [item for item in given if not item.arg.startswith("_") and item.annotation is not None]
            for item in keyed:
                assert not frames & set(re.findall(r"\w+", ast.unparse(item.annotation or ast.Constant("")))), (
                    path,
                    item.arg,
                )


def test_prices_are_never_asked_for_in_bulk() -> None:
    """`yf.download` never fails loudly: of 18 faults, none raised."""
    for path, tree in trees():
        calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert not {"yf.download", "yfinance.download"} & set(calls), path


def test_every_picture_of_the_readme_is_taken_and_shown() -> None:
    taken = {f"{place}-{size}-{scheme}-fold.png" for place, size, scheme in product(PLACES, SIZES, SCHEMES)}
    assert set(README_PICTURES) <= taken
    shown = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"(docs/{picture})" in shown for picture in README_PICTURES.values())
