"""The committed tables as one ZIP file, byte for byte, with what is said about them."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

# Always put in: what the tables are, under which terms, and their checksums.
PAPERS = ("SOURCES.md", "checksums.sha256")
# Figures of the data vendors, under the vendors' terms.
VENDORS = ("prices/", "prices.parquet", "distributions.csv", "splits.csv")
# A fixed time in the archive: the same tables give the same bytes.
STAMP = (1980, 1, 1, 0, 0, 0)


def is_vendors(name: str) -> bool:
    """Whether a file of the data folder holds figures of the data vendors."""
    return name.startswith(VENDORS)


def zipped(folder: Path, names: Iterable[str]) -> bytes:
    """The named files of a data folder and its papers as a ZIP file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted({*names, *PAPERS}):
            archive.writestr(zipfile.ZipInfo(f"event-window-data/{name}", STAMP), (folder / name).read_bytes())
    return buffer.getvalue()
