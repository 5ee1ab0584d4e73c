"""What is wrong with a table, by file, row and column."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One broken rule: `row` is the line number in the file, None where it concerns the whole file."""

    file: str
    row: int | None
    column: str
    message: str

    def __str__(self) -> str:
        """Place and message in one line."""
        row = f", row {self.row}" if self.row else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}: {self.message}"


def shown(cell: str) -> str:
    """The cell as a message quotes it: at most 60 characters."""
    return repr(cell if len(cell) <= 60 else f"{cell[:59]}…")
