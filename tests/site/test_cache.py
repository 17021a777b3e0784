"""Kept pages: right at once after anything changes, for visitors only, and never with a cookie."""

import gzip
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import insert

from charityledger.audit.models import Event
from charityledger.clock import FixedClock
from charityledger.donations import adoption
from charityledger.extensions import db
from charityledger.ledger import numbering
from charityledger.site.cache import PageCache
from tests.donations import world
from tests.people import client_of, make_user

PAGES = ("/", "/projects", "/projects/HD1-1", "/where", "/how", "/en/", "/en/projects?c=HD")
one_database = pytest.mark.one_database


def pages(app: Flask) -> PageCache:
    found: PageCache = app.extensions["charityledger.pages"]
    return found


@pytest.mark.parametrize("path", PAGES)
def test_the_second_answer_is_the_first_one(small: Flask, path: str) -> None:
    client = small.test_client()
    first, second, third = client.get(path), client.get(path), client.get(path)
    assert first.data == second.data == third.data
    assert len(pages(small)) == 1
    for response in (first, second, third):
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-cache"
        assert {"cookie", "accept-encoding"} <= {part.strip().lower() for part in response.headers["Vary"].split(",")}
    # What the door answers has every header that the application gave.
    assert dict(first.headers) == dict(second.headers)
    assert "default-src 'none'" in second.headers["Content-Security-Policy"]


def test_a_gift_shows_on_the_next_request(small: Flask, clock: FixedClock) -> None:
    client = small.test_client()
    for path in ("/", "/projects", "/projects/HD1-1"):
        client.get(path)
        client.get(path)
    with small.app_context():
        world.give(clock, 123_00)
    assert "到账 ¥123，需求" in client.get("/").text
    assert "41%" not in client.get("/projects").text
    assert ">24%<" in client.get("/projects").text
    assert "¥123" in client.get("/projects/HD1-1").text
    with small.app_context():
        pledge = world.promise(clock, 77_00, name="刚刚认领的公司")
    assert "刚刚认领的公司" in client.get("/projects/HD1-1").text
    with small.app_context():
        adoption.give_up(actor=world.STAFF, clock=clock, pledge_id=pledge.id)
    assert "刚刚认领的公司" not in client.get("/projects/HD1-1").text


def test_a_vouchers_number_shows_on_the_next_request(small: Flask, clock: FixedClock) -> None:
    with small.app_context():
        world.give(clock, 123_00)
        before = small.extensions["charityledger.state"].now()
        numbering.assign()
        assert small.extensions["charityledger.state"].now() != before


def test_another_process_sees_it_too(small: Flask, make_app: Callable[..., Flask], clock: FixedClock) -> None:
    other = make_app(small.config["DATABASE_URL"])
    other.test_client().get("/")
    other.test_client().get("/")
    with small.app_context():
        world.give(clock, 55_00)
    assert "到账 ¥55，需求" in other.test_client().get("/").text


def test_a_change_that_commits_late_under_a_lower_number_is_seen(small: Flask, clock: FixedClock) -> None:
    """PostgreSQL gives numbers when rows are written, not when they are committed."""
    row = {"kind": "test", "subject_kind": "test", "subject_id": "1", "payload": "{}", "actor_id": None,
           "at": clock.now()}
    client = small.test_client()
    with small.app_context():
        if db.engine.dialect.name == "sqlite":
            return      # one writer at a time: it cannot happen
        slow, quick = db.engine.connect(), db.engine.connect()
        slow.execute(insert(Event.__table__), row)
        quick.execute(insert(Event.__table__), row)
        quick.commit()
        before = client.get("/").text
        assert client.get("/").text == before
        slow.execute(insert(Event.__table__), {**row, "at": clock.now().replace(second=59)})
        slow.commit()
        slow.close()
        quick.close()
    assert client.get("/").text != before        # the newest event and its time stand on the home page


@one_database
def test_a_new_day_is_a_new_page(small: Flask, clock: FixedClock) -> None:
    client = small.test_client()
    client.get("/projects/HD1-1")
    state = small.extensions["charityledger.state"]
    before = state.now()
    clock.forward(hours=13)
    assert state.now() == before
    clock.forward(hours=1)
    assert state.now() != before


@one_database
def test_people_who_are_signed_in_get_pages_of_their_own(small: Flask) -> None:
    client = client_of(small, make_user(small, "staff", name="王经办"))
    for _ in range(2):
        response = client.get("/projects")
        assert "王经办" in response.text
        assert response.headers["Cache-Control"] == "no-store"
    assert len(pages(small)) == 0
    assert "王经办" not in small.test_client().get("/projects").text
    assert "王经办" in client.get("/projects").text


@one_database
def test_a_message_for_one_visitor_stays_theirs(small: Flask) -> None:
    visitor = small.test_client()
    visitor.get("/how")
    with visitor.session_transaction() as session:
        session["_flashes"] = [("ok", "只给您看")]
    assert "只给您看" in visitor.get("/how").text
    assert "只给您看" not in small.test_client().get("/how").text
    assert "只给您看" not in visitor.get("/how").text


@one_database
def test_a_visitor_with_a_session_uses_kept_pages(small: Flask) -> None:
    visitor = small.test_client()
    with visitor.session_transaction() as session:
        session["csrf_token"] = "x"
    visitor.get("/how")
    assert len(pages(small)) == 1
    response = visitor.get("/how")
    assert "Set-Cookie" not in response.headers
    assert response.data == small.test_client().get("/how").data


@one_database
@pytest.mark.parametrize("warm", [0, 1, 2])
def test_what_the_browser_has_already_is_not_sent_again(small: Flask, warm: int) -> None:
    etag = small.test_client().get("/").headers["ETag"]
    pages(small).__init__()  # type: ignore[misc]
    client = small.test_client()
    for _ in range(warm):
        client.get("/")
    response = client.get("/", headers={"If-None-Match": etag})
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == etag
    assert client.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


@one_database
@pytest.mark.parametrize("warm", [0, 1])
@pytest.mark.parametrize(("accepts", "packed"), [("gzip, br", True), ("br", False), ("gzip;q=0", False), ("", False)])
def test_packing(small: Flask, warm: int, accepts: str, packed: bool) -> None:
    client = small.test_client()
    plain = client.get("/projects").data
    if not warm:
        pages(small).__init__()  # type: ignore[misc]
    response = client.get("/projects", headers={"Accept-Encoding": accepts})
    assert response.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(response.data) if packed else response.data) == plain
    assert int(response.headers["Content-Length"]) == len(response.data)


@one_database
def test_asking_for_the_head_only(small: Flask) -> None:
    client = small.test_client()
    length = client.get("/how").headers["Content-Length"]
    response = client.head("/how")
    assert (response.data, response.headers["Content-Length"]) == (b"", length)


@one_database
@pytest.mark.parametrize("path", ["/projects/XX", "/nothing", "/desk", "/sign-in", "/static/look.css"])
def test_other_answers_are_not_kept(small: Flask, path: str) -> None:
    small.test_client().get(path, buffered=True)
    assert len(pages(small)) == 0


@one_database
def test_addresses_that_nobody_asked_for_push_out_the_oldest_only() -> None:
    cache = PageCache(max_pages=3)
    for number in range(5):
        cache.put(str(number), "1", b"page")
        cache.get("0", "1")
    assert [cache.knows(str(number)) for number in range(5)] == [True, False, False, True, True]
    assert cache.get("4", "2") is None


@one_database
def test_the_cache_is_bounded_in_bytes_and_counts_right() -> None:
    cache = PageCache(max_bytes=1000)
    for number in range(50):
        cache.put(str(number % 7), str(number), bytes(range(200)))
    assert cache.bytes <= 1000
    assert 0 < len(cache) < 5
    cache.put("large", "1", bytes(range(256)) * 20)
    assert len(cache) == 1


@one_database
def test_when_the_database_is_gone_the_error_page_says_so(small: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = small.test_client()
    client.get("/")
    client.get("/")

    def gone() -> str:
        raise OSError("no database")

    monkeypatch.setattr(small.extensions["charityledger.state"], "now", gone)
    small.config["PROPAGATE_EXCEPTIONS"] = False
    response = client.get("/")
    assert response.status_code == 500
    assert "事件号" in response.text
