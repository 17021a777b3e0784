"""Random values come in from outside, as time does; `secrets` stands only here."""

import hashlib
import re
import secrets
import unicodedata
from typing import Protocol

from charityledger.reference import SEVEN_LIMIT

# Crockford's base 32: no I, L, O or U, so that it can be read over the telephone.
_READABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Ids(Protocol):
    """Where references, tokens and incident numbers come from."""

    def reference_seven(self) -> int:
        """The seven random digits of a reference code, 0 to 9,999,999."""
        ...

    def token(self) -> str:
        """A secret for links and forms: 43 letters that fit into a URL, 256 bits."""
        ...

    def incident(self) -> str:
        """A number that a person can read to us, like `8K2F-31QD`. It is not a secret."""
        ...

    def spoken_code(self) -> str:
        """A secret that can be read aloud and typed: `8K2F-31QD-7HJM-2V4X`, 80 bits."""
        ...


class RandomIds:
    """From the system's source of randomness."""

    def reference_seven(self) -> int:
        return secrets.randbelow(SEVEN_LIMIT)

    def token(self) -> str:
        return secrets.token_urlsafe(32)

    def incident(self) -> str:
        return _readable(secrets.token_bytes(8))

    def spoken_code(self) -> str:
        return _readable(secrets.token_bytes(16))


class SequenceIds:
    """The same values on every run, for tests and the demonstration. Never for real secrets."""

    def __init__(self, seed: str | int = 0) -> None:
        self._seed = str(seed)
        self._count = 0

    def _next(self) -> bytes:
        self._count += 1
        return hashlib.sha256(f"{self._seed}/{self._count}".encode()).digest()

    def reference_seven(self) -> int:
        return int.from_bytes(self._next()[:8]) % SEVEN_LIMIT

    def token(self) -> str:
        return self._next().hex()[:43]

    def incident(self) -> str:
        return _readable(self._next()[:8])

    def spoken_code(self) -> str:
        return _readable(self._next()[:16])


def normal_spoken_code(text: str) -> str:
    """A spoken code as it was made, from what somebody typed: capitals, hyphens, letters read as digits."""
    letters = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    return _grouped(letters.translate(str.maketrans("ILO", "110")))


def _readable(random: bytes) -> str:
    return _grouped("".join(_READABLE[byte % 32] for byte in random))


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
