"""What is kept of an account's lines and bill rows, read as far as a file asks for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ..clock import LOCAL
from ..donations.models import BankStatement, BillRow, StatementLine
from .identity import HAND_DAYS, Stored, nth

_LINE = StatementLine.__table__.c
_BILL = BillRow.__table__.c
_TOGETHER = 20


class Kept(Protocol):
    """What sorting a file asks of the database."""

    def by_identity(self, identities: Collection[str]) -> dict[str, Stored]:
        """Of these identities, those that are kept."""
        ...

    def family(self, identity: str) -> list[Stored]:
        """All lines with one number or content, whichever number `identity.nth` gave them."""
        ...

    def by_hand(self, first: date, last: date) -> list[Stored]:
        """Lines of about these days that somebody typed; there are never very many."""
        ...

    def other_layouts(self, first: date, last: date) -> list[Stored]:
        """Lines of these days from files of another layout, which no identity of this one may tell."""
        ...

    def contents(self, first: date, last: date) -> dict[date, int]:
        """{day: how many lines known by their content are kept}; those that came late are left out."""
        ...

    def contents_until(self, moment: datetime) -> int:
        """The same of one day, up to this time of it."""
        ...


def to_local(moment: datetime | None) -> datetime | None:
    """Naive, in the accounts' own time."""
    return None if moment is None else moment.astimezone(LOCAL).replace(tzinfo=None)


def _family(kept: Kept, identity: str) -> list[Stored]:
    """By exact identities, so that the index finds them however many lines there are."""
    found: list[Stored] = []
    first = 1
    while True:
        wanted = [nth(identity, number) for number in range(first, first + _TOGETHER)]
        here = kept.by_identity(wanted)
        found += [here[one] for one in wanted if one in here]
        if len(here) < _TOGETHER:
            return found
        first += _TOGETHER


class KeptLines:
    """Lines of one account. `layout`: the format of the file that is sorted."""

    def __init__(self, session: Session, account: str, layout: str) -> None:
        self.session, self.account = session, account
        self.formats: Mapping[int, str] = dict(session.execute(
            select(BankStatement.id, BankStatement.format).where(BankStatement.account_code == account)).all())
        self.others = [number for number, own in self.formats.items() if own != layout]

    def by_identity(self, identities: Collection[str]) -> dict[str, Stored]:
        return {one.identity: one for one in self._read(self._query().where(_LINE.identity.in_(identities)))}

    def family(self, identity: str) -> list[Stored]:
        return _family(self, identity)

    def by_hand(self, first: date, last: date) -> list[Stored]:
        near = timedelta(days=HAND_DAYS)
        return self._read(self._query().where(
            _LINE.statement_id.is_(None), _LINE.booked_on.between(first - near, last + near)).order_by(_LINE.id))

    def other_layouts(self, first: date, last: date) -> list[Stored]:
        return self._read(self._query().where(
            _LINE.statement_id.in_(self.others), _LINE.booked_on.between(first, last)).order_by(_LINE.id)
        ) if self.others else []

    def contents(self, first: date, last: date) -> dict[date, int]:
        return dict(self.session.execute(
            select(_LINE.booked_on, func.count()).where(*self._by_content(), _LINE.booked_on.between(first, last))
            .group_by(_LINE.booked_on)).all())

    def contents_until(self, moment: datetime) -> int:
        return self.session.execute(select(func.count()).where(
            *self._by_content(), _LINE.booked_on == moment.date(),
            _LINE.booked_at <= moment.replace(tzinfo=LOCAL))).scalar_one()

    def _by_content(self) -> tuple[Any, ...]:
        return (_LINE.account_code == self.account, _LINE.identity.like("h:%"), _LINE.late.is_(False))

    def _query(self) -> Select[Any]:
        return select(_LINE.id, _LINE.identity, _LINE.native_id, _LINE.booked_on, _LINE.booked_at, _LINE.amount_fen,
                      _LINE.currency, _LINE.counterparty, _LINE.counterparty_account, _LINE.memo, _LINE.balance_fen,
                      _LINE.statement_id).where(_LINE.account_code == self.account)

    def _read(self, query: Select[Any]) -> list[Stored]:
        return [Stored(id=number, identity=identity or "", native_id=native_id or "", booked_on=booked_on,
                       booked_at=to_local(booked_at), amount_fen=fen, currency=currency, counterparty=who,
                       counterparty_account=whose, memo=memo, balance_fen=balance,
                       layout="" if statement_id is None else self.formats[statement_id])
                for number, identity, native_id, booked_on, booked_at, fen, currency, who, whose, memo, balance,
                statement_id in self.session.connection().execute(query)]


class KeptBills:
    """Rows of trade bills of one account. They book nothing, so nobody enters them by hand."""

    def __init__(self, session: Session, account: str) -> None:
        self.session, self.account = session, account

    def by_identity(self, identities: Collection[str]) -> dict[str, Stored]:
        return {one.identity: one for one in self._read(_BILL.identity.in_(identities))}

    def family(self, identity: str) -> list[Stored]:
        return _family(self, identity)

    def by_hand(self, first: date, last: date) -> list[Stored]:
        return []

    def other_layouts(self, first: date, last: date) -> list[Stored]:
        return []

    def contents(self, first: date, last: date) -> dict[date, int]:
        return {}

    def contents_until(self, moment: datetime) -> int:
        return 0

    def _read(self, wanted: Any) -> list[Stored]:
        rows: Iterable[Sequence[Any]] = self.session.connection().execute(
            select(_BILL.id, _BILL.identity, _BILL.booked_at, _BILL.amount_fen, _BILL.payer, _BILL.payer_account,
                   _BILL.memo).where(_BILL.account_code == self.account, wanted).order_by(_BILL.id))
        found = []
        for number, identity, booked_at, fen, payer, account, memo in rows:
            at = to_local(booked_at)
            assert at is not None
            found.append(Stored(number, identity, "", at.date(), at, fen, "", payer, account, memo, None, "bill"))
        return found
