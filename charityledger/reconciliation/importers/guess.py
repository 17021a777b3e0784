"""What the columns of an unknown table probably are, for a person to correct: by words, never by values. Pure."""

from collections.abc import Mapping, Sequence

from .bank_words import WORDS
from .bare import Sheet
from .columns import spellings
from .mapped import FIELDS, MANY, head_words

# Words beside those of Chinese banks; 借 and 贷 as the bank sees them.
_MORE: Mapping[str, tuple[str, ...]] = {
    "date": ("交易时间", "记账时间", "入账时间", "日期时间", "到账日期", "到账时间", "付款日期", "收款日期", "date",
             "bookingdate", "transactiondate", "postingdate", "valuedate", "time"),
    "time": ("交易时刻", "时刻"),
    "in": ("进账", "入账", "入账金额", "收款", "收款金额", "到账金额", "存入", "credit", "deposit", "deposits",
           "moneyin", "paidin", "creditamount"),
    "out": ("出账", "付款", "付款金额", "支取", "debit", "withdrawal", "withdrawals", "moneyout", "paidout",
            "debitamount"),
    "amount": ("金额", "交易额", "amount", "sum", "value"),
    "direction": ("方向", "类型", "收支", "收付", "dr/cr", "d/c", "cr/dr", "direction"),
    "balance": ("结余", "余额", "balance", "runningbalance", "closingbalance"),
    "currency": ("currency", "ccy"),
    "name": ("付款人", "付款方", "付款人名称", "对方", "户名", "姓名", "捐赠人", "往来单位", "payer", "payee", "name",
             "counterparty", "from"),
    "other": ("付款账号", "付款人账号", "counterpartyaccount", "iban"),
    "memo": ("说明", "留言", "description", "details", "memo", "reference", "narrative", "purpose", "remarks"),
    "native": ("编号", "交易号", "凭证号", "回单编号", "id", "transactionid", "transactionreference"),
    "order": ("订单号", "orderid"),
    "merchant_order": ("商户订单号", "merchantorder"),
    "says": ("类别", "type", "transactiontype"),
}
_WORDS: dict[str, str] = {}
# First come, first served: what the words of banks say, before what others say; `time` names an instant as a rule.
for _field in ("date", "in", "out", "amount", "direction", "balance", "currency", "account", "name", "other", "native",
               "order", "merchant_order", "memo", "says"):
    for _word in (*WORDS.get(_field, ()), *_MORE.get(_field, ())):
        _WORDS.setdefault("".join(_word.split()).casefold(), _field)


def columns(cells: Sequence[str], known: Mapping[str, str] | None = None) -> dict[int, str]:
    """{column from 0: field} of a head; only what a mapping may hold together. `known`: word -> field, as people said
    it of other tables."""
    found: dict[int, str] = {}
    for at, cell in enumerate(cells):
        field = next((name for form in spellings(cell) if (name := _field_of(form, known or {}))), "")
        if field == "date" and field in found.values():
            field = "time" if "时间" in cell or "time" in cell.casefold() else ""
        if field in FIELDS and (field in MANY or field not in found.values()):
            found[at] = field
    fields = set(found.values())
    dropped = "amount" if fields & {"in", "out"} else ""
    return {at: field for at, field in found.items()
            if field != dropped and not (field == "direction" and "amount" not in fields - {dropped})}


def _field_of(form: str, known: Mapping[str, str]) -> str:
    return known.get(form) or _WORDS.get(form.casefold(), "")


def head_row(sheet: Sheet, known: Mapping[str, str] | None = None) -> int:
    """The number of the row that names the most columns; of several, the first. Where none does, the first wide one."""
    def score(cells: Sequence[str]) -> tuple[int, int]:
        filled = sum(1 for word in head_words(cells) if word and not any(letter.isdigit() for letter in word))
        return len(columns(cells, known)), filled

    return max(sheet.rows, key=lambda row: score(row[1]))[0]
