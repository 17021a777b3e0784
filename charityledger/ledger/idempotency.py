"""Promise 6: a request that is sent twice acts once. The form's token is the key."""

import hashlib
import json
from collections.abc import Callable, Mapping

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import is_postgresql
from ..errors import IdempotencyConflict
from .models import RequestKey


def content_hash(key: str, content: Mapping[str, object]) -> str:
    """SHA-256 of the request's content, salted with its random key: the row tells nothing about a person, and a name
    or phone number cannot be found by trying (promise 10)."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()


def once(tx: Session, key: str | None, content: Mapping[str, object], act: Callable[[], int], *,
         clock: Clock) -> int:
    """Run `act` and remember its outcome (an id) under `key`; a second time return the outcome without acting.

    Raises IdempotencyConflict when the key came before with other content. Without a key it just acts.
    """
    if key is None:
        return act()
    if is_postgresql(tx):
        # The same key at once from two connections: the second waits here and then finds the first one's outcome.
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    digest = content_hash(key, content)
    known = tx.execute(select(RequestKey.content_hash, RequestKey.outcome).where(RequestKey.key == key)).first()
    if known is not None:
        if known.content_hash != digest:
            raise IdempotencyConflict(key=key)
        return int(known.outcome)
    outcome = act()
    tx.execute(insert(RequestKey.__table__),
               {"key": key, "content_hash": digest, "outcome": str(outcome), "at": clock.now()})
    return outcome
