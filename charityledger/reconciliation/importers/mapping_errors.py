"""What can be wrong with a column mapping, before any file is read by it. Pure."""

from ...errors import InvalidInput


class MappingWrong(InvalidInput):
    """A mapping that no table could be read by. Facts: none."""

    code = "mapping_wrong"


class HeadTooShort(MappingWrong):
    """The head names fewer columns than a statement ever has. Facts: least."""

    code = "mapping_head_short"


class HeadIsLine(MappingWrong):
    """The row that was taken for the head holds a day or an amount where it should name the column. Facts: text."""

    code = "mapping_head_is_line"


class NoDateColumn(MappingWrong):
    """No column was said to hold the day. Facts: none."""

    code = "mapping_no_date"


class NoAmountColumn(MappingWrong):
    """No column was said to hold an amount. Facts: none."""

    code = "mapping_no_amount"


class AmountTwoWays(MappingWrong):
    """Both one column of amounts and columns for money in or out. Facts: none."""

    code = "mapping_amount_two_ways"


class DirectionAlone(MappingWrong):
    """A column of directions without the column of amounts that it is about. Facts: none."""

    code = "mapping_direction_alone"


class FieldTwice(MappingWrong):
    """Two columns for what a line has only one of. Facts: field, columns (as text)."""

    code = "mapping_field_twice"


class WordBothWays(MappingWrong):
    """One word was said to mean money in and money out. Facts: text."""

    code = "mapping_word_both_ways"
