"""Why a document was not drawn."""

from charityledger.errors import CharityLedgerError


class FontsNotMade(CharityLedgerError):
    """The fonts are not what this release was built with. Facts: file, why."""

    code = "fonts_not_made"
    status = 500
