"""What staff key into the state's system: a line per gift that a receipt is to be applied for, as CSV or XLSX.

The last four columns are empty: filled in with what was issued, the same file comes back as an import.
"""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..capital import capital
from ..projects import spreadsheet
from ..projects.models import NeedItem
from ..projects.spreadsheet import Cell
from .models import DonationLine, StateReceipt
from .state_receipt_queue import Row

HEAD = ("捐赠编号", "参考码", "交款人", "统一社会信用代码", "收款日期", "项目", "单位", "数量", "标准", "金额",
        "金额合计（大写）", "备注", "票据代码", "票据号码", "校验码", "开票日期")
SHEET = "要申请的票据"
ANONYMOUS = "匿名"
MONEY, GOODS = "货币捐赠", "实物捐赠"


def table(session: Session, rows: Sequence[Row]) -> list[list[Cell]]:
    """The lines of these gifts under HEAD. Amounts in yuan. Two queries at most."""
    parts: dict[int, list[tuple[DonationLine, NeedItem]]] = {}
    goods = [row.gift.id for row in rows if row.gift.kind == "goods"]
    if goods:
        for part, item in session.execute(
                select(DonationLine, NeedItem).join(NeedItem, NeedItem.id == DonationLine.need_item_id)
                .where(DonationLine.donation_id.in_(goods)).order_by(DonationLine.id)):
            parts.setdefault(part.donation_id, []).append((part, item))
    return [_line(row, parts.get(row.gift.id, [])) for row in rows]


def as_csv(session: Session, rows: Sequence[Row]) -> bytes:
    """UTF-8 with BOM; text that a spreadsheet would take for a formula is escaped."""
    return spreadsheet.write_csv(HEAD, table(session, rows))


def as_xlsx(session: Session, rows: Sequence[Row]) -> bytes:
    """One sheet; codes are text, so that no leading zero is lost, and so are the cells to be filled in."""
    return spreadsheet.write_xlsx([(SHEET, HEAD, table(session, rows))])


def payer(row: Row) -> tuple[str, str]:
    """(name, credit code) for the receipt. An anonymous donor has none or one without a name, never the name."""
    if row.donor is None or row.state == "anonymous":
        return ANONYMOUS, ""
    return row.donor.name, row.donor.uscc or ""


def _line(row: Row, parts: Sequence[tuple[DonationLine, NeedItem]]) -> list[Cell]:
    name, uscc = payer(row)
    item, unit, quantity, standard = _measured(row, parts)
    fen = row.gift.value_fen
    return [row.gift.id, row.reference, name, uscc, row.gift.received_on, item, unit, quantity, standard, _yuan(fen),
            capital(fen), _remarks(row, row.voids[-1] if row.voids else None), "", "", "", ""]


def _measured(row: Row, parts: Sequence[tuple[DonationLine, NeedItem]]) -> tuple[str, str, int, Cell]:
    """(item, unit, quantity, standard): money is one sum; goods are counted, with a price where it comes out even."""
    fen = row.gift.value_fen
    if row.gift.kind == "cash":
        return MONEY, "元", 1, _yuan(fen)
    titles = "、".join(dict.fromkeys(item.title_zh for _part, item in parts))
    units = {item.unit_zh for _part, item in parts}
    quantity = sum(part.amount for part, _item in parts)
    if len(units) != 1:
        return f"{GOODS}：{titles}", "批", 1, _yuan(fen)
    return (f"{GOODS}：{titles}", units.pop(), quantity, _yuan(fen // quantity) if fen % quantity == 0 else "")


def _remarks(row: Row, void: StateReceipt | None) -> str:
    told = [f"用于{row.sub.code} {row.sub.title_zh}" if row.sub is not None else "非限定性捐赠"]
    if void is not None:
        told.append(f"原票据{void.code} {void.number}已作废")
    return "；".join(told)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)
