"""PostgreSQL: statements whose answers nobody needs go to the server one after the other, each without waiting for the
answer to the one before."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from .database import is_postgresql


@contextmanager
def pipelined(tx: Session) -> Iterator[None]:
    """Inside, only INSERTs. The fault of one shows at a later one or here at the end, as the DBAPIError that it is, and
    before the commit. On SQLite it changes nothing."""
    if not is_postgresql(tx):
        yield
        return
    import psycopg

    driver = tx.connection().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.pipeline():
            yield
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error) from error
