"""What can be wrong with a statement file. Each is found with its row, none is guessed away. Pure.

What any table can suffer from stands in `charityledger.table_errors`, amounts in `charityledger.money`; the wording of
all of it in `charityledger.wording`.
"""

from ...errors import CharityLedgerError, InvalidInput


class StatementTooLarge(InvalidInput):
    """More than any month of a district. Facts: limit (as text, with its unit)."""

    code = "statement_too_large"
    status = 413


class StatementBroken(InvalidInput):
    """Begins like a workbook or an archive and cannot be read to its end. Facts: none."""

    code = "statement_broken"


class StatementNotText(InvalidInput):
    """Neither a workbook nor text in UTF-8, UTF-16 or GB18030. Facts: none."""

    code = "statement_not_text"


class LayoutUnknown(InvalidInput):
    """No line of the file has the column names of a layout that we know. Facts: none."""

    code = "layout_unknown"


class StatementFormula(InvalidInput):
    """A formula; we never work them out, so its value is unknown. Facts: column."""

    code = "statement_formula"


class MomentUnreadable(InvalidInput):
    """Neither a day nor a time that exists. Facts: text."""

    code = "moment_unreadable"


class DirectionUnreadable(InvalidInput):
    """Neither money in nor money out, or both. Facts: text."""

    code = "direction_unreadable"


class DamagedText(InvalidInput):
    """UTF-8 up to here, then bytes that are none: cut off or damaged on the way. Facts: line."""

    code = "damaged_text"


class RecordTooLong(InvalidInput):
    """A line of text that goes on and on, or a quotation mark that is not closed for pages. Facts: limit."""

    code = "record_too_long"


class LockedWorkbook(InvalidInput):
    """XLS or XLSX with a password. Facts: none."""

    code = "locked_workbook"


class LockedArchive(InvalidInput):
    """A ZIP archive with a password. Facts: none."""

    code = "locked_archive"


class TooManyMembers(InvalidInput):
    """More files in an archive than a wallet ever packs. Facts: limit."""

    code = "too_many_members"


class NoStatementInside(InvalidInput):
    """An archive or workbook without anything that could be a statement. Facts: none."""

    code = "no_statement_inside"


class SeveralStatements(InvalidInput):
    """Where one is wanted, an archive or workbook holds more. Facts: count."""

    code = "several_statements"


class UnreadSheet(InvalidInput):
    """A table beside the statement, in no known layout: lines may stand in it. Facts: sheet."""

    code = "unread_sheet"


class ColumnsMissing(InvalidInput):
    """The layout that was chosen needs columns that are not there. Facts: columns."""

    code = "columns_missing"


class RowCutShort(InvalidInput):
    """Fewer cells than columns, and an amount among what is missing or last. Facts: none."""

    code = "row_cut_short"


class AmountAbsent(InvalidInput):
    """A row with a date and without an amount. Facts: none."""

    code = "amount_absent"


class TwoAmounts(InvalidInput):
    """Money in and money out in one row. Facts: none."""

    code = "two_amounts"


class AmountBelowZero(InvalidInput):
    """A minus where the direction stands in another column. Facts: text."""

    code = "amount_below_zero"


class UnreadableCount(InvalidInput):
    """No whole number where the file counts itself. Facts: text."""

    code = "unreadable_count"


class DirectionDisagrees(InvalidInput):
    """The sign of the amount says the other direction than the word beside it. Facts: text."""

    code = "direction_disagrees"


class UnknownStatus(InvalidInput):
    """A row may have gone through or not. Facts: text."""

    code = "unknown_status"


class UnknownCurrency(InvalidInput):
    """Facts: text."""

    code = "unknown_currency"


class DirectionsReversed(InvalidInput):
    """The balances move against the amounts: money in and out are the other way round. Facts: none."""

    code = "directions_reversed"


class Refused(Exception):
    """Inside this package: reading cannot go on. Carries the fault; never leaves `table.rows`."""

    def __init__(self, row: int, error: CharityLedgerError) -> None:
        super().__init__(error.code)
        self.fault = (row, error)
