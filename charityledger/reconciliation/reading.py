"""From the bytes of a file to its lines, whatever format they are in. Pure but for the hash."""

import hashlib
from dataclasses import dataclass

from .importers import camt053, mt940
from .importers.lines import Fault, Parsed


@dataclass(frozen=True)
class StatementRead:
    """A file, read: its lines, and the rows that could not be."""

    data: bytes
    name: str
    sha256: str
    parsed: Parsed
    faults: list[Fault]


def read(data: bytes, name: str, layout: str | None = None) -> StatementRead:
    """`layout`: the format, where the content is not to be asked."""
    module = camt053 if camt053.looks_like(data) else mt940
    parsed, faults = module.read(data)
    return StatementRead(data, name, hashlib.sha256(data).hexdigest(), parsed, faults)
