"""What can be wrong with a file of tables, whatever it is about: a catalogue or a bank's statement. Pure.

The wording stands in `charityledger.wording`.
"""

from datetime import date

from .errors import InvalidInput


class UnreadableText(InvalidInput):
    """Neither UTF-8 nor GB 18030, or no text at all. Facts: none."""

    code = "unreadable_text"


class BrokenWorkbook(InvalidInput):
    """Begins like an XLSX file and is not one. Facts: none."""

    code = "broken_workbook"


class OldWorkbook(InvalidInput):
    """An .xls file, or one with a password. Facts: none."""

    code = "old_workbook"


class TableTooLarge(InvalidInput):
    """Unpacked, the file is larger than any table of its kind. Facts: limit_mb."""

    code = "table_too_large"


class TooManyRows(InvalidInput):
    """Facts: limit."""

    code = "too_many_rows"


class TooManyColumns(InvalidInput):
    """Facts: limit."""

    code = "too_many_columns"


class CellTooLong(InvalidInput):
    """Facts: limit (characters)."""

    code = "cell_too_long"


class DayOutside(InvalidInput):
    """A day of another century: a slip of the pen. Facts: text, first, last (years)."""

    code = "day_outside"


FIRST_YEAR, LAST_YEAR = 2000, 2100


def check_year(day: date) -> None:
    """Raises DayOutside."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DayOutside(text=day.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)


class BrokenCsv(InvalidInput):
    """Quotation marks that do not close. Facts: none."""

    code = "broken_csv"


class FormulaCell(InvalidInput):
    """A formula; we never work them out, so its value is unknown. Facts: none."""

    code = "formula_cell"


class ErrorCell(InvalidInput):
    """#REF!, #N/A and the like. Facts: text."""

    code = "error_cell"


class ColumnTwice(InvalidInput):
    """Facts: column."""

    code = "column_twice"


class ExtraCells(InvalidInput):
    """More cells than the first line has columns: most often a comma that wants quotation marks. Facts: none."""

    code = "extra_cells"
