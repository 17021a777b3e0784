"""What can be wrong with a table that somebody uploads. Each is found with its line and column, none is guessed away.

The wording stands in `charityledger.wording`.
"""

from dataclasses import dataclass

from ..errors import CharityLedgerError, Conflict, InvalidInput


@dataclass(frozen=True)
class Problem:
    """A fault in somebody's table: the line (0 for the file as a whole), the column, what is wrong; in a workbook,
    the sheet."""

    line: int
    column: str
    error: CharityLedgerError
    sheet: str = ""

    @property
    def code(self) -> str:
        """The stable name of the fault."""
        return self.error.code


class UnknownTable(InvalidInput):
    """The first line has neither the columns of projects nor those of need items. Facts: none."""

    code = "unknown_table"


class TableTwice(InvalidInput):
    """Two tables of projects, or two of need items. Facts: table."""

    code = "table_twice"


class UnknownColumn(InvalidInput):
    """Facts: text."""

    code = "unknown_column"


class MissingColumn(InvalidInput):
    """Facts: column."""

    code = "missing_column"


class ValueMissing(InvalidInput):
    """Facts: column."""

    code = "value_missing"


class ControlCharacter(InvalidInput):
    """An invisible character, or a line break in a line. Facts: none."""

    code = "control_character"


class BadCode(InvalidInput):
    """Codes are capital letters, digits and hyphens. Facts: text."""

    code = "bad_code"


class NotAWholeNumber(InvalidInput):
    """Facts: text, least, most."""

    code = "not_a_whole_number"


class NotADate(InvalidInput):
    """Facts: text."""

    code = "not_a_date"


class UnknownWord(InvalidInput):
    """A status or kind that does not exist. Facts: text, known (the words there are)."""

    code = "unknown_word"


class AmountDoesNotTie(InvalidInput):
    """Quantity times price is another amount. Facts: amount_fen, product_fen."""

    code = "amount_does_not_tie"


class PriceOfHours(InvalidInput):
    """Volunteer hours have no price; money and goods have one. Facts: none."""

    code = "price_of_hours"


class RowTwice(InvalidInput):
    """Facts: first (the line that has it already)."""

    code = "row_twice"


class GroupDiffers(InvalidInput):
    """A category or major project is named in another way, or stands elsewhere, further up. Facts: text, first."""

    code = "group_differs"


class UnknownProject(InvalidInput):
    """A need item of a sub-project that is neither in the file nor in the catalogue. Facts: text."""

    code = "unknown_project"


class LineUsed(InvalidInput):
    """The number of a need item that was withdrawn. Facts: line."""

    code = "line_used"


class CatalogueChanged(Conflict):
    """The catalogue changed after the preview of an import. Facts: none."""

    code = "catalogue_changed"


class PreviewGone(Conflict):
    """The uploaded file is not kept any more. Facts: none."""

    code = "preview_gone"
