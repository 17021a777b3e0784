"""From the bytes of a file to its lines, whatever format they are in; and the file's own name for ever, its SHA-256.

The one place that knows how the parsers are called.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InvalidInput
from ..table_errors import ColumnTwice
from . import importers
from .importers.errors import DirectionsReversed, DirectionUnreadable, LayoutUnknown, MomentUnreadable
from .importers.lines import Fault, Parsed
from .mappings import Remembered

FORMATS = importers.FORMATS
# What may be cured by a person who says what each column is.
_UNEXPLAINED = (LayoutUnknown, ColumnTwice, MomentUnreadable, DirectionUnreadable, DirectionsReversed)


class UnknownFormat(InvalidInput):
    """There is no format of this name. Facts: text, known (as text)."""

    code = "unknown_format"


@dataclass(frozen=True)
class StatementRead:
    """A file, read: its lines, and what could not be. With faults nothing of it counts.

    `mapping`: the name of the column mapping that it was read by, where it was.
    """

    data: bytes
    name: str
    sha256: str
    parsed: Parsed
    faults: list[Fault]
    mapping: str = ""

    @property
    def is_unknown_table(self) -> bool:
        """Whether the file may be a table whose columns nobody has explained yet."""
        return not self.mapping and any(isinstance(error, _UNEXPLAINED) for _, error in self.faults)


def read(data: bytes, name: str, wanted: str = "", made: Sequence[Remembered] = ()) -> StatementRead:
    """Any number of faults is an answer. `made`: the column mappings in use; `wanted`: the format that a person chose,
    or the name of one of these, else it is found by content.

    Raises UnknownFormat.
    """
    named = {one.name: one.format for one in made} | {one.format: one.format for one in made}
    chosen = named.get(wanted, wanted)
    if chosen and chosen not in FORMATS and chosen not in named.values():
        raise UnknownFormat(text=wanted, known=", ".join((*FORMATS, *(one.name for one in made))))
    parsed, faults = importers.read(data, chosen, [one.layout for one in made])
    told = parsed or Parsed(chosen, "bank")
    return StatementRead(data, name, hashlib.sha256(data).hexdigest(), told, faults,
                         next((one.name for one in made if one.format == told.format), ""))
