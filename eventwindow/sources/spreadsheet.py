"""The first sheet of an XLSX workbook as rows of text, read piece by piece (ECMA-376, Office Open XML).

A workbook is a ZIP of XML. A few kilobytes of it can unpack to gigabytes, and two cells in opposite corners of a
sheet span seventeen thousand million. So no grid is laid out, what is unpacked is counted, documents may not define
entities, shared strings are kept only if a cell wants them, and reading stops at the first row too many.
"""

import io
import posixpath
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import NoReturn
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from eventwindow.facts.errors import DataError
from eventwindow.sources.spreadsheet_cells import Cell, Elements, Formats, Reader, Rows, Strings

# Far more than a table takes that fits into an upload.
MAX_UNPACKED = 48 * 2**20
MAX_PARTS, MAX_ELEMENTS, LONGEST_TOKEN = 1000, 2_000_000, 2**17
PIECE = 2**16

DIRECTORY_ENTRY = b"PK\x01\x02"
ENCRYPTED = 0x1
ROOT_RELATIONS = "_rels/.rels"
# What a ZIP is that has such a part and is no workbook of the kind wanted.
OTHERS = {
    "xl/workbook.bin": "is a binary workbook (XLSB)",
    "Index/Document.iwa": "is a Numbers document",
    "content.xml": "is an OpenDocument file",
    "word/document.xml": "is a Word document",
    "ppt/presentation.xml": "is a PowerPoint presentation",
}
_BROKEN = (
    *(BadZipFile, zlib.error, struct.error, expat.ExpatError),
    *(EOFError, OSError, ValueError, LookupError, NotImplementedError),
)

Row = tuple[int, tuple[str, ...]]


def first_sheet(file: str, content: bytes) -> tuple[list[Row], list[str]]:
    """The rows of the first visible sheet that are not blank, by number, and notes on which sheet it is.

    `file` is its name in messages. Dates become YYYY-MM-DD, with the time of day behind where there is one; whole
    numbers lose ".0"; a formula gives the value that was saved with it, or itself where there is none; TRUE, FALSE
    and errors are texts. Raises DataError for what is no such workbook, is protected, damaged, unpacks to more than
    MAX_UNPACKED, or has more than MAX_EVENTS rows below its header or MAX_COLUMNS columns.
    """
    try:
        return _first_sheet(_Package(file, content))
    except _BROKEN:
        raise DataError(
            f"{file}: the workbook is damaged; open it in a spreadsheet program and save it again as XLSX."
        ) from None


def _first_sheet(package: "_Package") -> tuple[list[Row], list[str]]:
    book = package.workbook()
    relations = package.relations(book)
    listing = Elements({"workbookPr", "sheet"})
    package.read(book, listing)
    sheets = [
        (attributes["name"], relations[attributes["id"]])
        for tag, attributes in listing.found
        if tag == "sheet" and attributes.get("state", "visible") == "visible"
    ]
    sheets = [(name, relation) for name, relation in sheets if relation[0] == "worksheet"]
    if not sheets:
        package.refuse("has no sheet that is shown")
    name, (_, part) = sheets[0]
    counts_from_1904 = any(
        attributes.get("date1904") in ("1", "true") for tag, attributes in listing.found if tag == "workbookPr"
    )
    by_kind = dict(relations.values())
    formats = Formats()
    if "styles" in by_kind:
        package.read(by_kind["styles"], formats)
    reader = Rows(package.file, formats.date_styles(), counts_from_1904)
    package.read(part, reader)
    strings = Strings(package.file, {cell for _, cells in reader.rows for cell in cells if isinstance(cell, int)})
    if strings.wanted:
        package.read(by_kind["sharedStrings"], strings)
    rows = [(row, tuple(_text(cell, strings.texts) for cell in cells)) for row, cells in reader.rows]
    return rows, [f"The sheet {name!r} was read, the first of {len(sheets)}."] if len(sheets) > 1 else []


def _text(cell: Cell, strings: Mapping[int, str]) -> str:
    return strings[cell] if isinstance(cell, int) else cell


class _Package:
    """The parts of a workbook, and how much may still be read of them."""

    def __init__(self, file: str, content: bytes) -> None:
        self.file = file
        if content.count(DIRECTORY_ENTRY) > MAX_PARTS:
            self.refuse(f"holds more than {MAX_PARTS:,} parts, the most that is read")
        self.archive = ZipFile(io.BytesIO(content))
        self.bytes_left, self.elements_left = MAX_UNPACKED, MAX_ELEMENTS

    def refuse(self, why: str) -> NoReturn:
        """Raise the error that says why, and how to save the table."""
        raise DataError(f"{self.file}: {why}; save the table alone as XLSX or as “CSV UTF-8”.")

    def workbook(self) -> str:
        """The part that lists the sheets; refuses a ZIP that is something else."""
        parts = self.archive.namelist()
        for part, what in OTHERS.items():
            if part in parts:
                self.refuse(what)
        found = []
        if ROOT_RELATIONS in parts:
            found = [part for kind, part in self.relations("").values() if kind == "officeDocument"]
        if not found:
            self.refuse("is a ZIP file, but no XLSX workbook")
        return found[0]

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Kind and part of everything that a part refers to, by identifier; "" stands for the whole package."""
        folder, name = posixpath.split(part)
        reader = Elements({"Relationship"})
        self.read(posixpath.join(folder, "_rels", f"{name}.rels"), reader)
        return {
            attributes["Id"]: (
                posixpath.basename(attributes["Type"]),
                posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/"),
            )
            for _, attributes in reader.found
        }

    def read(self, part: str, reader: Reader) -> None:
        """Give the elements and texts of a part to a reader until it is done."""
        entry = self.archive.getinfo(part)
        if entry.flag_bits & ENCRYPTED:
            self.refuse("is protected by a password")
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            self.refuse("is packed in a way that spreadsheet programs do not use")

        def start(tag: str, attributes: dict[str, str]) -> None:
            self.elements_left -= 1
            if self.elements_left < 0:
                self.refuse(f"holds more than {MAX_ELEMENTS:,} elements, the most that is read")
            reader.start(tag.rpartition(" ")[2], attributes)

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = lambda *_: self.refuse("defines entities, which spreadsheet programs do not")
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda tag: reader.end(tag.rpartition(" ")[2])
        parser.CharacterDataHandler = reader.text
        given = 0
        for piece in self._pieces(part):
            parser.Parse(piece)
            given += len(piece)
            if given - parser.CurrentByteIndex > LONGEST_TOKEN:
                self.refuse("holds a name, value or comment longer than any that spreadsheet programs write")
            if reader.done:
                return
        parser.Parse(b"", True)

    def _pieces(self, part: str) -> Iterator[bytes]:
        with self.archive.open(part) as handle:
            while piece := handle.read(PIECE):
                self.bytes_left -= len(piece)
                if self.bytes_left < 0:
                    self.refuse(f"unpacks to more than {MAX_UNPACKED // 2**20} MB, the most that is read")
                yield piece
