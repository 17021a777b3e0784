"""From the bytes of a file to its lines, whatever format they are in; and the file's own name for ever, its SHA-256.

The one place that knows how the parsers are called.
"""

import hashlib
from dataclasses import dataclass

from ..errors import InvalidInput
from . import importers
from .importers.errors import LayoutUnknown
from .importers.lines import Fault, Parsed

FORMATS = importers.FORMATS


class UnknownFormat(InvalidInput):
    """There is no format of this name. Facts: text, known (as text)."""

    code = "unknown_format"


@dataclass(frozen=True)
class StatementRead:
    """A file, read: its lines, and what could not be. With faults nothing of it counts."""

    data: bytes
    name: str
    sha256: str
    parsed: Parsed
    faults: list[Fault]

    @property
    def is_unknown_table(self) -> bool:
        """Whether the file may be a table whose columns nobody has explained yet."""
        return any(isinstance(error, LayoutUnknown) for _, error in self.faults)


def read(data: bytes, name: str, wanted: str = "") -> StatementRead:
    """Any number of faults is an answer. `wanted`: the format that a person chose, else it is found by content.

    Raises UnknownFormat.
    """
    if wanted and wanted not in FORMATS:
        raise UnknownFormat(text=wanted, known=", ".join(FORMATS))
    parsed, faults = importers.read(data, wanted)
    return StatementRead(data, name, hashlib.sha256(data).hexdigest(), parsed or Parsed(wanted, "bank"), faults)
