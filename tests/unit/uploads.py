"""Files to upload: tables written by other programs than ours, and workbooks written by hand, part by part."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

Value = str | float | bool | date | datetime | None

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'


def csv_bytes(rows: Sequence[Sequence[str]], separator: str = ",", end: str = "\n", encoding: str = "utf-8") -> bytes:
    handle = io.StringIO()
    # The writer puts a cell in quotation marks for the line ends of the file only, not for others.
    breaks = any(mark in cell for cells in rows for cell in cells for mark in "\r\n")
    writer = csv.writer(
        handle, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL if breaks else csv.QUOTE_MINIMAL
    )
    writer.writerows(rows)
    return handle.getvalue().encode(encoding)


def xlsx_bytes(*sheets: Sequence[Sequence[Value]], from_1904: bool = False, hidden: Sequence[int] = ()) -> bytes:
    """A workbook by XlsxWriter: texts as texts, numbers as numbers, dates with a format of dates."""
    handle = io.BytesIO()
    book = xlsxwriter.Workbook(handle, {"in_memory": True, "date_1904": from_1904})
    day, moment = (book.add_format({"num_format": code}) for code in ("dd/mm/yyyy", '[$-409]d "of" mmm\\ yy h:mm'))
    for number, rows in enumerate(sheets):
        sheet = book.add_worksheet(f"Sheet {number + 1}")
        if number in hidden:
            sheet.hide()
        else:
            sheet.activate()
            sheet.set_first_sheet()
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif isinstance(value, date):
                    sheet.write_datetime(row, column, value, moment if isinstance(value, datetime) else day)
                elif value is not None:
                    sheet.write(row, column, value)
    book.close()
    return handle.getvalue()


def package(sheet: str, strings: str = "", styles: str = "", more: Mapping[str, str] | None = None) -> bytes:
    """A workbook of one sheet, its parts given as the XML inside them; `more` parts are added or put in place."""
    related = [("rId1", "worksheet", "worksheets/sheet1.xml")]
    parts = {
        "_rels/.rels": relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}">'
        '<sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>",
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f"<sst {MAIN}>{strings}</sst>"
        related.append(("rId2", "sharedStrings", "sharedStrings.xml"))
    if styles:
        parts["xl/styles.xml"] = f"<styleSheet {MAIN}>{styles}</styleSheet>"
        related.append(("rId3", "styles", "/xl/styles.xml"))
    parts["xl/_rels/workbook.xml.rels"] = relations(related)
    return zipped(parts | dict(more or {}))


def relations(related: Sequence[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{to}"/>' for key, kind, to in related)
    return f"<Relationships {PACKAGE}>{inner}</Relationships>"


def zipped(parts: Mapping[str, str | bytes], compression: int = ZIP_DEFLATED) -> bytes:
    handle = io.BytesIO()
    with ZipFile(handle, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return handle.getvalue()


def text_row(number: int, *texts: str) -> str:
    """A row of a sheet with its texts in its cells."""
    return f'<row r="{number}">' + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts) + "</row>"
