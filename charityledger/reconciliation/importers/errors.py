"""What can be wrong with a statement file. Pure."""

from ...errors import InvalidInput


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
