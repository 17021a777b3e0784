"""Why a document was not drawn."""

from charityledger.errors import CharityLedgerError


class MissingGlyph(CharityLedgerError):
    """A character that the font cannot print: a blank in a name is worse than no document. Facts: character,
    code_point, text."""

    code = "missing_glyph"
    status = 500


class FontsNotMade(CharityLedgerError):
    """The fonts are not what this release was built with. Facts: file, why."""

    code = "fonts_not_made"
    status = 500
