"""Pages for visitors are drawn once and kept in memory until anything changes.

A hit asks the database one question: has anything happened since? So a gift shows on the next request, in every
process. Never for people who are signed in, and never with a cookie.
"""

import functools
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

from flask import Flask, Response, current_app, request, session
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from ..audit import events
from ..clock import today
from ..database import is_postgresql
from ..extensions import db
from ..identity.session import is_signed_in
from ..web import clock

P = ParamSpec("P")

MAX_PAGES = 512
MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Kept:
    """A page as it was drawn at `state`."""

    state: str
    body: bytes
    packed: bytes
    etag: str


class PageCache:
    """Least recently used pages go first when there are too many or they are too large together."""

    def __init__(self, max_pages: int = MAX_PAGES, max_bytes: int = MAX_BYTES) -> None:
        self.max_pages, self.max_bytes = max_pages, max_bytes
        self.bytes = 0
        self._pages: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: str, state: str) -> Kept | None:
        """The page, if it was drawn at this state."""
        with self._lock:
            kept = self._pages.get(key)
            if kept is None or kept.state != state:
                return None
            self._pages.move_to_end(key)
            return kept

    def put(self, key: str, state: str, body: bytes) -> Kept:
        """Keep a page in place of an older one of the same address."""
        # No random salt or secret is in a visitor's page, so packing it gives nothing away.
        kept = Kept(state, body, gzip.compress(body, 6, mtime=0), hashlib.sha256(body).hexdigest()[:24])
        with self._lock:
            self._drop(key)
            self._pages[key] = kept
            self.bytes += len(kept.body) + len(kept.packed)
            while len(self._pages) > self.max_pages or (self.bytes > self.max_bytes and len(self._pages) > 1):
                self._drop(next(iter(self._pages)))
        return kept

    def _drop(self, key: str) -> None:
        old = self._pages.pop(key, None)
        if old is not None:
            self.bytes -= len(old.body) + len(old.packed)


def state(reader: Session) -> str:
    """A text that changes whenever anything that a page shows may have changed.

    The newest event's number will do where there is one writer at a time. On PostgreSQL a transaction may commit
    after another that took a higher number, so there it is the snapshot: two equal ones see the same rows.
    """
    if is_postgresql(reader):
        return str(reader.scalar(text("SELECT pg_current_snapshot()")))
    return str(events.latest(reader))


def kept(view: Callable[P, str]) -> Callable[P, AnyResponse | str]:
    """Decorator of a view that returns a page for everyone; stands outside of @access."""

    @functools.wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> AnyResponse | str:
        # A message for one visitor must not be kept for all.
        if request.method not in ("GET", "HEAD") or is_signed_in() or "_flashes" in session:
            return view(*args, **kwargs)
        cache: PageCache = current_app.extensions["charityledger.pages"]
        at = f"{state(db.session())} {today(clock())}"
        key = f"{request.script_root} {request.full_path}"
        page = cache.get(key, at) or cache.put(key, at, view(*args, **kwargs).encode())
        return _response(page)

    return answer


def _response(page: Kept) -> AnyResponse:
    packs = request.accept_encodings.quality("gzip") > 0
    response = Response(page.packed if packs else page.body, mimetype="text/html")
    response.headers["Cache-Control"] = "no-cache"          # keep it, but ask before showing it again
    response.vary.add("Accept-Encoding")
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(page.etag, weak=True)
    return response.make_conditional(request)


def init_app(app: Flask) -> None:
    """An empty cache for this application."""
    app.extensions["charityledger.pages"] = PageCache()
