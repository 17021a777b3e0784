"""Column types that behave the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# SQLite numbers rows itself only where the type is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")
# Every number of so many digits fits it.
ROW_ID_DIGITS = 18
# Amounts in fen, units and hours: 64 bits on both.
Amount = BigInteger()


class Instant(TypeDecorator[datetime]):
    """An aware instant. SQLite keeps no time zone, so it is stored in UTC there and read back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
