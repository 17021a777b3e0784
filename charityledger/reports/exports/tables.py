"""The exported tables, and the two shapes they are written in.

Amounts are yuan with two decimals. Text that a spreadsheet would run as a formula is defused with an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...donations.models import Disbursement, Donation, Pledge
from ...ledger import numbering
from ...ledger.models import JournalEntry, LedgerAccount, MovementRow, Voucher
from ...projects import measures
from ...projects.models import SubProject
from ..build.common import at

BOM = "﻿"                                        # so that a spreadsheet reads the file as UTF-8
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Fen:
    """An amount of money in a cell: integer fen, shown in yuan."""

    fen: int

    def __str__(self) -> str:
        return f"{'-' if self.fen < 0 else ''}{abs(self.fen) // 100}.{abs(self.fen) % 100:02d}"


Cell = str | int | date | Fen | None


@dataclass(frozen=True)
class Table:
    """`rows` in the order of `columns`; `totals` names the columns that a workbook adds up."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    totals: tuple[str, ...] = ()


def every(session: Session) -> Iterator[Table]:
    """All tables, in a fixed order."""
    yield needs(session)
    yield movements(session)
    yield pledges(session)
    yield donations(session)
    yield disbursements(session)


def needs(session: Session) -> Table:
    """Every need item with its measures, in its own unit and in money."""
    columns = ("sub_code", "line", "title_zh", "title_en", "kind", "unit", "quantity", "unit_price_yuan", "need",
               "pledged", "received", "disbursed", "delivered", "still_needed")

    def shown(item: measures.ItemFigures, value: int) -> Cell:
        return Fen(value) if item.kind == "cash" else value

    return Table("needs", columns, [
        (i.sub_code, i.line, i.title_zh, i.title_en, i.kind, i.unit_zh, i.quantity, Fen(i.unit_price_fen),
         *(shown(i, value) for value in (i.own.need, i.own.pledged, i.own.received, i.own.disbursed, i.own.delivered,
                                         i.own.still_needed)))
        for i in measures.items(session)])


def movements(session: Session) -> Table:
    """Every movement of the books with its voucher number."""
    columns = ("effective_on", "voucher", "entry", "line", "kind", "debit_account", "debit_name", "credit_account",
               "credit_name", "fund", "amount_yuan", "made_by", "approved_by", "reverses")
    names = dict(session.execute(select(LedgerAccount.code, LedgerAccount.name_zh)).all())
    query = (select(JournalEntry, MovementRow, Voucher).join(MovementRow, MovementRow.entry_id == JournalEntry.id)
             .outerjoin(Voucher, Voucher.entry_id == JournalEntry.id)
             .order_by(JournalEntry.effective_on, JournalEntry.id, MovementRow.line))
    return Table("movements", columns, [
        (entry.effective_on, numbering.show(v.series, v.period, v.number) if v else "", entry.id, row.line,
         entry.kind, row.debit_account, names[row.debit_account], row.credit_account, names[row.credit_account],
         row.fund, Fen(row.amount_fen), entry.made_by, entry.approved_by, entry.reverses_id)
        for entry, row, v in session.execute(query)], ("amount_yuan",))


def pledges(session: Session) -> Table:
    """Every promise, without names: `donor` is a number. Amounts in its measure."""
    columns = ("reference", "external_id", "donor", "sub_code", "kind", "state", "amount", "paid", "pledged_on")
    query = select(Pledge, SubProject.code).join(SubProject, SubProject.id == Pledge.sub_project_id).order_by(Pledge.id)
    return Table("pledges", columns, [
        (p.reference, p.external_id, p.donor_id, code, p.kind, p.state, _in(p.kind, p.amount), _in(p.kind, p.paid),
         p.pledged_on) for p, code in session.execute(query)])


def donations(session: Session) -> Table:
    """Every gift received, without names."""
    columns = ("donation", "donor", "sub_code", "kind", "state", "received_on", "amount", "value_yuan", "entry")
    query = (select(Donation, SubProject.code).outerjoin(SubProject, SubProject.id == Donation.sub_project_id)
             .order_by(Donation.id))
    return Table("donations", columns, [
        (d.id, d.donor_id, code or "GEN", d.kind, d.state, d.received_on, _in(d.kind, d.amount), Fen(d.value_fen),
         d.entry_id) for d, code in session.execute(query)], ("value_yuan",))


def disbursements(session: Session) -> Table:
    """Every payment asked for or made."""
    columns = ("disbursement", "sub_code", "state", "requested_at", "paid_on", "payee", "bought", "amount_yuan",
               "requested_by", "decided_by", "entry")
    query = (select(Disbursement, SubProject.code).join(SubProject, SubProject.id == Disbursement.sub_project_id)
             .order_by(Disbursement.id))
    return Table("disbursements", columns, [
        (d.id, code, d.state, at(d.requested_at).date(), d.paid_on, d.payee, d.bought_zh, Fen(d.amount_fen),
         d.requested_by, d.decided_by, d.entry_id) for d, code in session.execute(query)], ("amount_yuan",))


def _in(kind: str, amount: int) -> Cell:
    return Fen(amount) if kind == "cash" else amount


def defused(text: str) -> str:
    """The same text, which no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def as_csv(table: Table) -> bytes:
    """UTF-8 with BOM, CRLF, as spreadsheets like it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow(["" if c is None else defused(c) if isinstance(c, str) else str(c) for c in row])
    return (BOM + out.getvalue()).encode()


def as_xlsx(tables: Iterable[Table]) -> bytes:
    """A sheet per table: typed cells, frozen header, totals as formulas below."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.name)
        sheet.freeze_panes = "A2"
        head = [WriteOnlyCell(sheet, value=name) for name in table.columns]
        for cell in head:
            cell.font = Font(bold=True)
        sheet.append(head)
        for row in table.rows:
            sheet.append([_cell(sheet, value) for value in row])
        if table.totals and table.rows:
            last = len(table.rows) + 1
            sheet.append([f"=SUM({get_column_letter(n)}2:{get_column_letter(n)}{last})" if name in table.totals else
                          None for n, name in enumerate(table.columns, 1)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: Cell) -> object:
    if isinstance(value, Fen):
        cell = WriteOnlyCell(sheet, value=value.fen / 100)      # a cell holds a number; 2**53 fen are exact in it
        cell.number_format = "#,##0.00"
        return cell
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=value)
        cell.data_type = "s"                                    # text stays text, whatever it starts with
        return cell
    return value
