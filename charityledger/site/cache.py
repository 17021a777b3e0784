"""Pages for visitors are drawn once and kept in memory until anything changes.

A hit asks the database one question: has anything happened since? So a gift shows on the next request, in every
process. Never for people who are signed in, and no kept answer carries a cookie.
"""

import functools
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec

from flask import Flask, Response, current_app, request, session
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from ..clock import today
from ..extensions import db
from ..identity.session import is_signed_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

P = ParamSpec("P")

MAX_PAGES = 512
MAX_BYTES = 32 * 1024 * 1024


@dataclass
class Kept:
    """A page as it was drawn at `state`. `headers` are learnt from its first response."""

    state: str
    body: bytes
    packed: bytes
    etag: str
    headers: list[tuple[str, str]] | None = None


class PageCache:
    """Least recently used pages go first when there are too many or they are too large together."""

    def __init__(self, max_pages: int = MAX_PAGES, max_bytes: int = MAX_BYTES) -> None:
        self.max_pages, self.max_bytes = max_pages, max_bytes
        self.bytes = 0
        self._pages: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def knows(self, key: str) -> bool:
        """Whether there is a page of this address, of whatever state."""
        return key in self._pages

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


class State:
    """A text that changes whenever anything that a page shows may have changed: one question to the database.

    The newest event's and voucher's numbers will do where there is one writer at a time. On PostgreSQL a transaction
    may commit after another that took a higher number, so there it is the snapshot: two equal ones see the same rows.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._engine: Engine | None = None

    def now(self) -> str:
        if self._engine is None:
            with self._app.app_context():
                self._engine = db.engine
        # Straight from the pool: a session would cost more than all the rest of a hit.
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(_QUESTIONS[self._engine.dialect.name])
            seen = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
        return f"{seen[0] if seen else ''} {today(self._app.extensions['charityledger.clock'])}"


# A voucher's number is no event, and payments show theirs.
_QUESTIONS = {"sqlite": "SELECT (SELECT max(id) FROM event) || '/' || coalesce((SELECT max(entry_id) FROM voucher), 0)",
              "postgresql": "SELECT pg_current_snapshot()::text"}


class Door:
    """WSGI middleware in front of everything: a visitor's page that is kept and still true is answered here."""

    def __init__(self, app: Flask, inner: "WSGIApplication") -> None:
        self.inner = inner
        self.cookie = f"{app.config['SESSION_COOKIE_NAME']}="
        self.pages: PageCache = app.extensions["charityledger.pages"]
        self.state: State = app.extensions["charityledger.state"]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self.inner(environ, start_response)
        key = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}"
        page = None if self.cookie in environ.get("HTTP_COOKIE", "") else self._true(key)
        if page is not None and page.headers is not None:
            return _answered(page, page.headers, environ, start_response)
        environ[_KEY] = key

        def listen(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            made: Kept | None = environ.get(_PAGE)
            if made is not None and status.startswith("200") and not any(n == "Set-Cookie" for n, _v in headers):
                made.headers = [(n, v) for n, v in headers if n not in ("Content-Length", "Content-Encoding")]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return self.inner(environ, listen)

    def _true(self, key: str) -> Kept | None:
        """The page of an address, if nothing has happened since it was drawn."""
        if not self.pages.knows(key):
            return None
        try:
            return self.pages.get(key, self.state.now())
        except Exception:       # the application has a page for whatever is wrong with the database
            return None


_KEY, _PAGE = "charityledger.page_key", "charityledger.page"


def _answered(page: Kept, headers: list[tuple[str, str]], environ: "WSGIEnvironment",
              start_response: "StartResponse") -> Iterable[bytes]:
    if page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 NOT MODIFIED", [pair for pair in headers if pair[0] != "Content-Type"])
        return [b""]
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    packs = "gzip" in accepted and "gzip;q=0" not in accepted.replace(" ", "")
    body = page.packed if packs else page.body
    more = [("Content-Encoding", "gzip")] if packs else []
    start_response("200 OK", [*headers, *more, ("Content-Length", str(len(body)))])
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def kept(view: Callable[P, str]) -> Callable[P, AnyResponse | str]:
    """Decorator of a view that returns a page for everyone; stands outside of @access."""

    @functools.wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> AnyResponse | str:
        key = request.environ.get(_KEY)
        # A message that waits in a session is for one visitor alone.
        if key is None or is_signed_in() or "_flashes" in session:
            return view(*args, **kwargs)
        # The state first: what happens while the page is drawn makes it old at once, never wrongly new.
        at = current_app.extensions["charityledger.state"].now()
        cache: PageCache = current_app.extensions["charityledger.pages"]
        page = cache.get(key, at) or cache.put(key, at, view(*args, **kwargs).encode())
        request.environ[_PAGE] = page
        return _response(page)

    return answer


def _response(page: Kept) -> AnyResponse:
    packs = request.accept_encodings.quality("gzip") > 0
    response = Response(page.packed if packs else page.body, mimetype="text/html")
    response.headers["Cache-Control"] = "no-cache"          # keep it, but ask before showing it again
    response.vary.update(("Accept-Encoding", "Cookie"))
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(page.etag, weak=True)
    return response.make_conditional(request)


def init_app(app: Flask) -> None:
    """An empty cache for this application, and the middleware outside of what is there already."""
    app.extensions["charityledger.pages"] = PageCache()
    app.extensions["charityledger.state"] = State(app)
    app.wsgi_app = Door(app, app.wsgi_app)  # type: ignore[method-assign]
