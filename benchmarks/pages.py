"""Public pages with 10,000 gifts in the books, beside an empty Flask route on the same server over loopback."""

import http.client
import multiprocessing
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from charityledger.clock import SystemClock, today
from charityledger.donations.receipts import ReceivedLine, record_gift
from charityledger.identity.actor import Actor

from . import measure

GIFTS, REQUESTS = 10_000, 300
PAGES = {"home": "/", "list": "/projects", "project": "/projects/BM02-1"}


def serve(ready: Connection) -> None:
    """A server with the application and, under /empty, a Flask application with one empty route."""
    from waitress import create_server

    empty = Flask("empty")
    empty.add_url_rule("/", "nothing", lambda: "")
    with measure.application() as app:
        day = today(SystemClock())
        for n in range(GIFTS):
            record_gift(actor=Actor.system(), clock=SystemClock(), sub_code=("BM02-1", None)[n % 2],
                        line=ReceivedLine("BANK", day, 100, "x", "y"))
        both = DispatcherMiddleware(app.wsgi_app, {"/empty": empty.wsgi_app})
        server = create_server(both, host="127.0.0.1", port=0, threads=4)
        ready.send(server.effective_port)
        server.run()


def getter(connection: http.client.HTTPConnection, path: str) -> Callable[[], int]:
    """REQUESTS requests of one address over a kept connection."""
    def work() -> int:
        for _ in range(REQUESTS):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            assert response.status == 200
        return REQUESTS

    return work


def run() -> None:
    """Each page, then the same page right after something has happened (nothing cached)."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        for name, path in PAGES.items():
            measure.compare(f"{name} page, {GIFTS:,} gifts", getter(connection, path), getter(connection, "/empty/"),
                            "/s", .2)
    finally:
        connection.close()
        server.terminate()
        server.join()
