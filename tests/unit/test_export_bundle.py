"""The full study: the ZIP file holds what the command writes, byte for byte."""

import io
import re
import shlex
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from eventwindow.case import build_case
from eventwindow.cli import main
from eventwindow.export.bundle import study_zip
from eventwindow.export.reproduce import Recipe, read_me
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.event_downloads import event_sheets
from eventwindow.view import DEFAULT
from tests.unit.recipes import RECIPES, recipe_for
from tests.unit.test_export_sheets import origin


def unpacked(recipe: Recipe, snapshot: Snapshot) -> dict[str, bytes]:
    said = read_me(recipe, origin())
    packed = study_zip(recipe.job(snapshot), said, leave_out_confounded=recipe.leave_out_confounded)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", RECIPES)
def test_the_zip_holds_exactly_what_the_command_writes(tmp_path: Path, snapshot: Snapshot, name: str) -> None:
    recipe = recipe_for(snapshot, name)
    _, _, _, *arguments = shlex.split(recipe.command(str(tmp_path)))
    assert main(arguments) == 0
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(files) == ["abnormal.csv", "confounders.csv", "events.csv", "skipped.csv", "tests.csv"]
    assert {name: file for name, file in unpacked(recipe, snapshot).items() if name != "README.txt"} == files


def test_a_readme_beside_the_files_says_units_link_version_and_how_to_make_them_again(snapshot: Snapshot) -> None:
    recipe = recipe_for(snapshot, "default")
    said = unpacked(recipe, snapshot)["README.txt"].decode("utf-8")
    for text in ("decimals: 0.01 is 1%", origin().link.address, "0123456789ab", recipe.command(), recipe.python()):
        assert text in said


def test_the_same_study_gives_the_same_file(snapshot: Snapshot) -> None:
    job = recipe_for(snapshot, "default").job(snapshot)
    assert study_zip(job, b"x") == study_zip(job, b"x")


def test_a_study_without_any_event_that_traded_is_packed_too(snapshot: Snapshot) -> None:
    recipe = replace(recipe_for(snapshot, "default"), events=("data-security-law-2021-06",), listings=("DIDI",))
    files = unpacked(recipe, snapshot)
    assert files["events.csv"].count(b"\n") == 1 + len(recipe.spec.windows)
    assert b"DIDI" in files["skipped.csv"]


def test_no_file_gives_away_prices_of_the_data_vendors(snapshot: Snapshot) -> None:
    """data/SOURCES.md: their redistribution terms are the vendors'."""
    case = build_case(snapshot, DEFAULT)
    columns = [name for sheet in event_sheets(snapshot, case) for name in sheet.table().columns]
    columns += [name for file in unpacked(recipe_for(snapshot, "default"), snapshot).values() for name in head(file)]
    assert len(columns) > 50
    for name in columns:
        assert not re.fullmatch(r"(adjusted )?(open|high|low|close|price|volume|dividend)s?", name, re.IGNORECASE)


def head(file: bytes) -> list[str]:
    return file.split(b"\n", 1)[0].decode().split(",")
