"""Checks of the files themselves: checksums, and the rules of every table."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from eventwindow.facts.errors import DataError
from eventwindow.quality.checks import Check, Finding
from eventwindow.sources.snapshot import CHECKSUMS
from eventwindow.sources.store import MANIFEST


@dataclass(frozen=True)
class DataFile:
    """One file of a data folder; `rows` are data rows of a CSV table (0 for anything else)."""

    name: str
    rows: int
    size: int
    sha256: str


def data_files(folder: Path) -> tuple[DataFile, ...]:
    """Every file of the content of a data folder, by name: without the list of checksums and the manifest."""
    besides = (folder / CHECKSUMS, folder / MANIFEST)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path not in besides)
    return tuple(_data_file(path, folder) for path in paths)


def checksums(folder: Path) -> Check:
    """SHA-256 of every file against the list. Raises DataError if there is no list."""
    listed, found = _listed(folder), {item.name: item.sha256 for item in data_files(folder)}
    findings = [Finding(name, None, "is listed but missing") for name in sorted(listed.keys() - found.keys())]
    findings += [Finding(name, None, "is not in the list") for name in sorted(found.keys() - listed.keys())]
    findings += [
        Finding(name, None, "has changed since the list was written")
        for name in sorted(listed.keys() & found.keys())
        if listed[name] != found[name]
    ]
    rule = f"Every file has the SHA-256 that {CHECKSUMS} lists, and no file is unlisted."
    return Check("Checksums", rule, len(found), "files", tuple(findings))


def tables(folder: Path) -> Check:
    """Every cell and every reference between tables, by the rules of the data folder."""
    # Pandera is slow to load, and nothing else on a page needs it.
    from eventwindow.facts.schemas import validate  # noqa: PLC0415

    findings = [Finding(item.file, None, str(item)) for item in validate(folder)]
    rule = "Every cell is of its column's kind, no key repeats, and what one table names stands in the other."
    rows = sum(item.rows for item in data_files(folder))
    return Check("Table rules", rule, rows, "rows", tuple(findings))


def _data_file(path: Path, folder: Path) -> DataFile:
    content = path.read_bytes()
    rows = max(content.count(b"\n") - 1, 0) if path.suffix == ".csv" else 0
    return DataFile(path.relative_to(folder).as_posix(), rows, len(content), hashlib.sha256(content).hexdigest())


def _listed(folder: Path) -> dict[str, str]:
    path = folder / CHECKSUMS
    if not path.is_file():
        raise DataError(f"{CHECKSUMS}: the list is missing; build the data folder again.")
    lines = [line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines() if "  " in line]
    return {name: digest for digest, name in lines}
