"""Hashing and checking passwords (argon2id, RFC 9106's second recommended set)."""

import threading
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from .errors import PasswordGuessable, PasswordTooLong, PasswordTooShort

LEAST_LENGTH = 10
MOST_LENGTH = 200
# Hashes that no password fits: a user who has to set one first.
UNUSABLE = "!"

HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# Each takes 64 MiB, so a crowd at the sign-in page waits in line instead of filling the machine.
_TURNS = threading.BoundedSemaphore(2)

_COMMON = frozenset((
    "1234567890", "0123456789", "12345678910", "1q2w3e4r5t", "1qaz2wsx3edc", "qwertyuiop", "password123",
    "woaini1314", "woaini1314520", "5201314520", "iloveyou123", "administrator", "changeme123", "abcd123456",
    "a123456789", "aa12345678", "charityledger", "gongyijia123",
))


def new_hash(password: str, known: Iterable[str | None] = ()) -> str:
    """Hash of a password that a person chose. `known`: name, address, phone, which it must not be made of.

    Slow on purpose, so call it before a transaction is open. Raises PasswordTooShort, PasswordTooLong or
    PasswordGuessable.
    """
    password = _normal(password)
    if len(password) < LEAST_LENGTH:
        raise PasswordTooShort(least=LEAST_LENGTH)
    if len(password) > MOST_LENGTH:
        raise PasswordTooLong(most=MOST_LENGTH)
    plain = password.lower()
    parts = {part.lower() for words in known if words for part in (words, words.partition("@")[0])}
    if plain in _COMMON or len(set(plain)) < 4 or any(len(part) > 3 and part in plain for part in parts):
        raise PasswordGuessable()
    with _TURNS:
        return HASHER.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether the password is the right one. Takes as long for None or an unusable hash: nobody learns who exists."""
    known = password_hash if password_hash != UNUSABLE else None
    with _TURNS:
        try:
            HASHER.verify(known or _nobody(HASHER), _normal(password)[:MOST_LENGTH])
        except (VerificationError, InvalidHashError):
            return False
    return bool(known)


def is_outdated(password_hash: str) -> bool:
    """Whether a right password should be hashed again with today's parameters."""
    return HASHER.check_needs_rehash(password_hash)


def renewed(password: str) -> str:
    """Hash of a password that was just found right, with today's parameters."""
    with _TURNS:
        return HASHER.hash(_normal(password))


def _normal(password: str) -> str:
    # Chinese input methods type full-width letters without anyone noticing.
    return unicodedata.normalize("NFKC", password)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")
