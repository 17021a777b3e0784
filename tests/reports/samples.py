"""Invented, consistent documents on the real catalogue: nobody in them exists, and every figure ties."""

import csv
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import charityledger
from charityledger.reports.documents import (
    AdoptionCertificate,
    BoughtLine,
    CategoryRow,
    ChainStep,
    Designation,
    DonationReceipt,
    DonorStatement,
    Figures,
    FundLine,
    FundStatement,
    GiftLine,
    GoodsLine,
    Instalment,
    ItemRow,
    Kind,
    Language,
    LineList,
    ListedLine,
    MajorRow,
    NeedsStatement,
    Organisation,
    OutstandingItem,
    PayTo,
    PledgeItem,
    PledgeLine,
    PledgeSlip,
    Provenance,
    ReconciliationStatement,
    Signer,
    StateInvoice,
    SubRow,
)
from charityledger.reports.documents.common import added
from charityledger.reports.documents.receipt import STEPS

CATALOGUE = Path(charityledger.__file__).parent / "projects" / "catalogue"
KINDS: dict[str, Kind] = {"cash": "cash", "in_kind": "goods", "volunteer": "hours"}
RARE = "喆堃祎玥䶮"
LONG = "郑州喆堃祎玥䶮供应链管理（集团）股份有限公司河南自贸试验区第三分公司"
HUNDRED = ("二七区第一百货喆堃祎玥䶮供应链管理（集团）股份有限公司" * 5)[:100]

ORGANISATION = Organisation(
    "二七区慈善总会",
    "Erqi District Charity Federation",
    "温暖二七 · 全民参与公益+",
    "Warm Erqi · Everyone takes part",
)


def provenance(number: str, **more: Any) -> Provenance:
    made_at = datetime(2026, 7, 2, 1, 30, tzinfo=UTC)
    url = f"https://ledger.example/verify?number={number}"
    return replace(Provenance(number, 18_432, made_at, demonstration=True, verify_url=url), **more)


def pick(language: Language, row: dict[str, str], field: str) -> str:
    return row[f"{field}_{language}"]


class Chance:
    """Figures that look drawn by lot and are the same in every Python: only `random()` is stable for ever."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, n: int) -> int:
        return int(self._random.random() * n)

    def of(self, values: list[Any]) -> Any:
        return values[self.below(len(values))]

    def share(self, whole: int, low: int, high: int, step: int) -> int:
        """A part of `whole` between low and high percent, in whole steps."""
        return whole * (low + self.below(high - low + 1)) // 100 // step * step


def item_figures(chance: Chance, need: int, kind: Kind) -> Figures:
    step = 10 if kind == "hours" else 100_00
    pledged = need if chance.below(3) == 0 else chance.share(need, 40, 95, step)
    paid = pledged if chance.below(4) == 0 else chance.share(pledged, 50, 100, step)
    if kind == "cash" and paid > 100_00 and chance.below(3) == 0:
        paid -= chance.below(99_00) + 1
    # Gifts that came without a pledge take need too.
    direct = chance.share(need - pledged, 0, 30, step)
    received = paid + direct
    disbursed = 0 if kind == "hours" else chance.share(received, 30, 95, step)
    return Figures(need, pledged, received, disbursed, need - received - (pledged - paid))


def needs_statement(language: Language = "zh", **more: Any) -> NeedsStatement:
    """All 48 sub-projects with their 104 items."""
    chance = Chance(2026)
    items: dict[str, list[ItemRow]] = {}
    for row in _rows("need_items.csv"):
        kind, quantity = KINDS[row["kind"]], int(row["quantity"])
        price_fen = None if kind == "hours" else int(row["unit_price_yuan"]) * 100
        need = quantity if price_fen is None else quantity * price_fen
        code = f"{row['sub_code']}-{row['line']}"
        items.setdefault(row["sub_code"], []).append(
            ItemRow(
                code,
                pick(language, row, "item"),
                kind,
                pick(language, row, "unit"),
                quantity,
                price_fen,
                item_figures(chance, need, kind),
            )
        )
    categories: dict[str, dict[str, list[dict[str, str]]]] = {}
    names: dict[str, str] = {}
    for row in _rows("projects.csv"):
        categories.setdefault(row["category_code"], {}).setdefault(row["major_code"], []).append(row)
        for level in ("category", "major", "sub"):
            names[row[f"{level}_code"]] = pick(language, row, level)
    tree = tuple(
        category(
            code,
            names[code],
            [
                major(code, names[code], [sub(language, row, names, items[row["sub_code"]]) for row in rows])
                for code, rows in majors.items()
            ],
        )
        for code, majors in categories.items()
    )
    return needs_of(tree, language, **more)


def needs_of(tree: tuple[CategoryRow, ...], language: Language = "zh", **more: Any) -> NeedsStatement:
    """A statement of these categories, with totals that tie."""
    totals = {kind: added(node.of(kind) for node in tree) for kind in ("cash", "goods", "hours")}
    given: dict[str, Any] = {
        "language": language,
        "organisation": ORGANISATION,
        "provenance": provenance("EQ-NR-202606-0001"),
        "as_of": datetime(2026, 7, 2, 1, 30, tzinfo=UTC),
        "prepared_by": {"zh": "财务部", "en": "Finance"}[language],
        "categories": tree,
    }
    return NeedsStatement(**{**given, **totals, **more})


def _rows(name: str) -> list[dict[str, str]]:
    with open(CATALOGUE / name, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _sums(nodes: Any) -> dict[str, Figures]:
    nodes = list(nodes)
    return {kind: added(node.of(kind) for node in nodes) for kind in ("cash", "goods", "hours")}


def category(code: str, name: str, majors: list[MajorRow]) -> CategoryRow:
    return CategoryRow(code=code, name=name, majors=tuple(majors), **_sums(majors))


def major(code: str, name: str, subs: list[SubRow]) -> MajorRow:
    return MajorRow(code=code, name=name, subs=tuple(subs), **_sums(subs))


def sub(language: Language, row: dict[str, str], names: dict[str, str], items: list[ItemRow]) -> SubRow:
    place = f"{row['street']} {row['community']}" if language == "zh" else ""
    return SubRow(
        code=row["sub_code"], name=names[row["sub_code"]], place=place, items=tuple(items), **_sums(items)
    )


PEOPLE: dict[Language, list[str]] = {
    "zh": [
        "王先生",
        "李女士",
        "陈先生",
        "匿名（不公开姓名）",
        "第三小学六年级三班全体同学",
        "甲乙丙餐饮服务有限公司",
        "某某街道某某社区居民委员会某某便民服务中心",
        "微信支付小额捐赠（汇总）",
        f"{RARE}五金店",
    ],
    "en": [
        "Mr Wang",
        "Ms Li",
        "Mr Chen",
        "Anonymous (not to be named)",
        "Class 3, Grade 6, Third Primary School",
        "First Catering Services Co., Ltd.",
        "Neighbourhood committee of a certain street and its service centre",
        "WeChat Pay small gifts (batch)",
        f"{RARE} hardware shop",
    ],
}
SUPPLIERS: dict[Language, list[str]] = {
    "zh": ["甲粮油有限公司", "乙农副产品批发中心", "丙粮油供应站"],
    "en": ["First Grain and Oil Co., Ltd.", "Second Wholesale Market", "Third Grain Station"],
}


def reference(seven: int) -> str:
    bare = int(f"9{seven:07d}")
    code = f"{bare}{98 - bare * 100 % 97:02d}"
    return f"{code[:4]} {code[4:8]} {code[8:]}"


def fund_lines(n: int, language: Language = "zh", opening_fen: int = 7_536_20) -> tuple[FundLine, ...]:
    """Lines from April to June 2026, in order, never overdrawn."""
    chance, E = Chance(7), language == "en"
    days = sorted(date(2026, 4, 1) + timedelta(days=chance.below(91)) for _ in range(n))
    lines: list[FundLine] = []
    balance, numbers, batch = opening_fen, {4: 0, 5: 0, 6: 0}, 9
    for on in days:
        numbers[on.month] += chance.below(8) + 1
        came = went = 0
        if chance.below(100) < 16 and balance > 4_200_00:
            went = 1_600_00 + chance.below((min(balance, 3_900_00) - 1_600_00) // 200) * 200
            who, memo = (
                chance.of(SUPPLIERS[language]),
                (f"拨付 米豆食材第 {batch} 批", f"Paid: rice and beans, batch {batch}")[E],
            )
            batch += 1
        else:
            came = chance.of([20_00, 50_00, 88_88, 100_00, 200_00, 36_50, 1_000_00, 2_000_00])
            who = LONG if chance.below(30) == 0 else chance.of(PEOPLE[language])
            code = reference(chance.below(10**7))
            memo = chance.of(
                [
                    (f"捐赠 引用码 {code}", f"Gift, reference {code}")[E],
                    ("捐赠 现场扫码", "Gift, code scanned on site")[E],
                ]
            )
        balance += came - went
        lines.append(FundLine(on, f"{on:%Y%m}-{numbers[on.month]:04d}", who, memo, came, went, balance))
    return tuple(lines)


def fund_statement(language: Language = "zh", n: int = 84, **more: Any) -> FundStatement:
    opening_fen: int = more.pop("opening_fen", 7_536_20)
    lines: tuple[FundLine, ...] = more.pop("lines", None) or (
        fund_lines(n, language, opening_fen) if n else ()
    )
    given: dict[str, Any] = {
        "language": language,
        "organisation": ORGANISATION,
        "provenance": provenance("EQ-FS-202606-0004"),
        "fund_code": "BM02-1",
        "fund_name": {"zh": "晨光爱心粥屋", "en": "Morning-light porridge house"}[language],
        "restriction": "restricted",
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2026, 6, 30),
        "opening_fen": opening_fen,
        "lines": lines,
        "total_in_fen": sum(line.in_fen for line in lines),
        "total_out_fen": sum(line.out_fen for line in lines),
        "closing_fen": lines[-1].balance_fen if lines else opening_fen,
    }
    return FundStatement(**{**given, **more})


def receipt(language: Language = "zh", **more: Any) -> DonationReceipt:
    """One gift of money that stays with one need item."""
    E = language == "en"
    given: dict[str, Any] = {
        "language": language,
        "organisation": ORGANISATION,
        "provenance": provenance("EQ-DR-202605-0093"),
        "donor": LONG,
        "credit_code": "91410103DEMO000000",
        "kind": "cash",
        "amount_fen": 10_200_05,
        "held_fen": 0,
        "received_on": date(2026, 5, 18),
        "channel": ("银行转账", "Bank transfer")[E],
        "reference": "9482719322",
        "voucher": "202605-0077",
        "restricted": True,
        "designations": (
            Designation(
                "BM02-1",
                ("晨光爱心粥屋", "Morning-light porridge house")[E],
                ("一年米豆食材", "Rice and beans, one year")[E],
                10_200_05,
            ),
        ),
        "goods": (),
        "steps": steps(date(2026, 2, 11), date(2026, 5, 12), date(2026, 5, 12), date(2026, 5, 18)),
        "invoice": StateInvoice("requested"),
    }
    return DonationReceipt(**{**given, **more})


def certificate(language: Language = "zh", **more: Any) -> AdoptionCertificate:
    """A promise of money for one need item."""
    E = language == "en"
    given: dict[str, Any] = {
        "language": language,
        "organisation": ORGANISATION,
        "provenance": provenance("EQ-AC-202603-0017"),
        "donor": (
            f"郑州{RARE}供应链管理（集团）股份有限公司",
            "First Supply Chain Management (Group) Co., Ltd.",
        )[E],
        "project_code": "BM02-1",
        "project_name": ("晨光爱心粥屋", "Morning-light porridge house")[E],
        "place": ("一马路街道乔家门社区", "Qiaojiamen, Yima Road")[E],
        "items": (("熬粥设备 2 套", "two sets of porridge boilers")[E],),
        "cash_fen": 19_600_00,
        "goods": (),
        "goods_fen": 0,
        "hours": 0,
        "benefit": (
            "使环卫工人与困难群众约二百人，每天清晨有一碗热粥。",
            "About two hundred street cleaners and neighbours in need have hot porridge every morning.",
        )[E],
        "reference": "9307196464",
        "adopted_on": date(2026, 3, 12),
    }
    return AdoptionCertificate(**{**given, **more})


def whole_certificate(language: Language = "zh", **more: Any) -> AdoptionCertificate:
    """A whole project: money, goods and hours at once, for a donor with a long name."""
    E = language == "en"
    given: dict[str, Any] = {
        "donor": LONG,
        "items": (),
        "cash_fen": 91_600_00,
        "goods": (("保温桶 30 个", "30 insulated drums")[E], ("电饭煲 4 台", "4 rice cookers")[E]),
        "goods_fen": 9_000_00,
        "hours": 1_460,
    }
    return certificate(language, **{**given, **more})


def donor_statement(language: Language = "zh", n: int = 14, **more: Any) -> DonorStatement:
    """A year of gifts of all kinds with a refund, promises still open, and what the projects bought."""
    chance, E = Chance(11), language == "en"
    projects = [(row["sub_code"], pick(language, row, "sub")) for row in _rows("projects.csv")][:9]
    gifts: list[GiftLine] = []
    for k, on in enumerate(sorted(date(2026, 1, 5) + timedelta(days=chance.below(350)) for _ in range(n))):
        code, name = chance.of(projects)
        kind: Kind = ("cash", "cash", "cash", "goods", "hours")[k % 5]
        what = {
            "cash": "",
            "goods": ("保温桶 20 个", "20 insulated drums")[E],
            "hours": ("入户探访", "Home visits")[E],
        }[kind]
        amount = {
            "cash": 500_00 + chance.below(900) * 12_34,
            "goods": 5_200_00,
            "hours": 4 + chance.below(40),
        }[kind]
        receipt_number = f"EQ-DR-2026{on.month:02d}-{100 + k:04d}" if k % 4 else ("未开具", "not issued")[E]
        gifts.append(GiftLine(on, code, name, kind, what, amount, receipt_number))
    if n > 3:
        what = ("退款：重复付款", "Refund: paid twice")[E]
        gifts.append(GiftLine(date(2026, 12, 30), *projects[0], "cash", what, -500_00, ""))
    pledges = (
        PledgeLine(
            date(2026, 5, 12),
            "9482719322",
            *projects[2],
            "cash",
            19_600_00,
            9_600_00,
            10_000_00,
            date(2027, 1, 31),
        ),
        PledgeLine(date(2026, 9, 1), "9307196464", *projects[4], "cash", 5_000_00, 0, 5_000_00, None),
        PledgeLine(date(2026, 9, 1), "9307196464", *projects[4], "hours", 120, 40, 80, None),
    )
    bought = tuple(
        BoughtLine(
            date(2026, 2, 3) + timedelta(days=30 * k),
            *projects[k],
            ("米豆食材", "Rice and beans")[E],
            f"2026{k + 2:02d}-0{k}31",
            2_780_00 + k * 1_11,
            date(2026, 2, 9) + timedelta(days=30 * k) if k < 3 else None,
        )
        for k in range(4)
    )
    given: dict[str, Any] = {
        "language": language,
        "organisation": ORGANISATION,
        "provenance": provenance("EQ-DS-2026-0031"),
        "donor": LONG,
        "credit_code": "91410103DEMO000000",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "gifts": tuple(gifts),
        "cash_fen": sum(g.amount for g in gifts if g.kind == "cash"),
        "goods_fen": sum(g.amount for g in gifts if g.kind == "goods"),
        "hours": sum(g.amount for g in gifts if g.kind == "hours"),
        "pledges": pledges,
        "bought": bought,
    }
    return DonorStatement(**{**given, **more})


def pledge_slip(language: Language = "zh", **more: Any) -> PledgeSlip:
    """A whole project in two instalments, with goods and hours."""
    E = language == "en"
    given: dict[str, Any] = {
        "language": language,
        "organisation": ORGANISATION,
        "provenance": provenance("EQ-PS-202605-0021"),
        "donor": (f"{RARE}五金店", "First Supply Chain Management (Group) Co., Ltd.")[E],
        "project_code": "BM02-1",
        "project_name": ("晨光爱心粥屋", "Morning-light porridge house")[E],
        "place": ("一马路街道乔家门社区", "Qiaojiamen, Yima Road")[E],
        "reference": "9482719322",
        "adopted_on": date(2026, 5, 12),
        "items": (
            PledgeItem(
                ("熬粥设备", "Porridge boilers")[E], "cash", ("套", "sets")[E], 2, 9_800_00, 19_600_00
            ),
            PledgeItem(
                ("一年米豆食材", "Rice and beans, one year")[E],
                "cash",
                ("份", "portions")[E],
                None,
                None,
                10_200_05,
            ),
            PledgeItem(("保温桶", "Insulated drums")[E], "goods", ("个", "pieces")[E], 10, 260_00, 2_600_00),
            PledgeItem(
                ("晨间分粥志愿服务", "Serving in the morning")[E],
                "hours",
                ("小时", "hours")[E],
                None,
                None,
                120,
            ),
        ),
        "cash_fen": 29_800_05,
        "goods_fen": 2_600_00,
        "hours": 120,
        "instalments": (Instalment(date(2026, 5, 31), 15_000_00), Instalment(date(2026, 8, 31), 14_800_05)),
        "pay_to": (
            PayTo(
                ("银行转账", "Bank transfer")[E],
                ("二七区慈善总会", "Erqi District Charity Federation")[E],
                ("演示银行二七支行", "Demonstration Bank, Erqi branch")[E],
                "0000 0000 0000 4821",
            ),
            PayTo(
                ("微信支付", "WeChat Pay")[E],
                ("二七区慈善总会", "Erqi District Charity Federation")[E],
                "",
                ("扫网站上的收款码", "Code on the website")[E],
            ),
        ),
        "keep_until": date(2026, 5, 31),
        "contact": ("0371-0000 0000，工作日 9:00 至 17:00", "0371-0000 0000, working days 9:00 to 17:00")[E],
    }
    return PledgeSlip(**{**given, **more})


def steps(*days: date | None) -> tuple[ChainStep, ...]:
    """The six steps with the days of the first ones; the rest are to come."""
    return tuple(ChainStep(step, on) for step, on in zip(STEPS, (*days, *[None] * 6), strict=False))


def goods_receipt(language: Language = "zh", **more: Any) -> DonationReceipt:
    """Goods for two projects, one of them without evidence of value."""
    E = language == "en"
    name = ("晨光爱心粥屋", "Morning-light porridge house")[E]
    given: dict[str, Any] = {
        "kind": "goods",
        "amount_fen": 10_400_00,
        "donor": ("某某街道全体居民", "Residents of a certain street")[E],
        "credit_code": "",
        "channel": ("现场交付", "Handed over on site")[E],
        "reference": "",
        "designations": (
            Designation("BM02-1", name, ("熬粥设备", "Porridge boilers")[E], 9_800_00),
            Designation("BM02-2", ("暖胃流动粥车", "Roving porridge cart")[E], "", 600_00),
        ),
        "goods": (
            GoodsLine(("熬粥锅", "Porridge boiler")[E], 2, ("口", "pieces")[E], 4_900_00, 9_800_00),
            GoodsLine(("保温桶", "Insulated drum")[E], 3, ("个", "pieces")[E], 200_00, 600_00),
            GoodsLine(("旧桌椅", "Used tables and chairs")[E], 12, ("套", "sets")[E], None, None),
        ),
        "steps": steps(date(2026, 2, 11), None, None, date(2026, 5, 18), None, date(2026, 5, 20)),
        "invoice": StateInvoice("issued", "41060226", "0000123456", "a1b2c3"),
    }
    return receipt(language, **{**given, **more})


def outstanding(language: Language = "zh") -> tuple[OutstandingItem, ...]:
    """Six items at the end of June: one of each kind, one with a long name, one that still stands."""
    E = language == "en"
    rows: list[tuple[Any, ...]] = [
        ("bank", 30, "B 6628", ("网银转入，附言无引用码，列待确认", "By net bank, no reference, held")[E], 2_000_00, 1),
        ("bank", 30, "T202606300000000000000000006631", f"{LONG} {('提现到账', 'payout')[E]}", 15_230_40, 1),
        ("bank", 30, "B 6640", ("账户管理费与回单费", "Account fee")[E], -155_00, 1),
        ("books", 30, "202606-0182", ("支付宝提现在途", "Alipay payout on its way")[E], 28_600_00, 1),
        ("books", 29, "202606-0175", ("拨付 夜归路灯", "Paid: lights for late homecomers")[E], -46_800_00, 3),
        ("books", 30, "202606-0181", ("拨付 晨光爱心粥屋 米豆食材", "Paid: rice and beans")[E], -2_780_00, 0),
    ]
    return tuple(
        OutstandingItem(
            side,
            date(2026, 6, on),
            reference_,
            what,
            fen,
            days or 2,
            date(2026, 6, on) + timedelta(days) if days else None,
        )
        for side, on, reference_, what, fen, days in rows
    )


def many_outstanding(n: int = 75) -> tuple[OutstandingItem, ...]:
    """Enough for three pages."""
    chance = Chance(5)
    items = []
    for k in range(n):
        on = date(2026, 4, 1) + timedelta(days=k * 90 // n)
        side: Any = ("bank", "books")[k % 3 == 0]
        fen = (chance.below(9_000_00) + 1) * (1, 1, -1)[chance.below(3)]
        settled = date(2026, 7, 1) if k % 4 else None
        what = f"{chance.of(PEOPLE['zh'])} {('转账', '捐赠')[k % 2]}"
        number = f"202604-{k:04d}" if side == "books" else f"B {6000 + k}"
        items.append(OutstandingItem(side, on, number, what, fen, (date(2026, 7, 1) - on).days, settled))
    return tuple(items)


def reconciliation(language: Language = "zh", **more: Any) -> ReconciliationStatement:
    """One page: the sample of the bank's account."""
    E = language == "en"
    items: tuple[OutstandingItem, ...] = more.pop("items", None) or outstanding(language)
    if more.pop("nothing", False):
        items = ()
    book = 1_901_130_33
    opening = more.get("opening_fen", 0)
    adjusted = book + opening + sum(i.amount_fen for i in items if i.side == "bank")
    given: dict[str, Any] = {
        "language": language,
        "organisation": ORGANISATION,
        "provenance": provenance("EQ-BR-202606-0001"),
        "kind": "bank",
        "account": ("演示银行二七支行基本户", "Basic account, Demonstration Bank")[E],
        "account_number": ("尾号 4821", "ending 4821")[E],
        "as_at": date(2026, 6, 30),
        "until": date(2026, 7, 2),
        "lines": 1_204,
        "book_fen": book,
        "bank_fen": adjusted - sum(i.amount_fen for i in items if i.side == "books"),
        "bank_stated": True,
        "opening_fen": 0,
        "items": items,
        "adjusted_fen": adjusted,
        "parts": (
            (("48 个子项目基金（限定性）", "48 funds of sub-projects (restricted)")[E], 1_475_570_33),
            (("非限定性资金", "General fund (unrestricted)")[E], 412_060_00),
            (("待确认捐赠款", "Gifts in suspense")[E], 13_500_00),
        ),
        "maker": Signer(("陈堃", "Chen Kun")[E], date(2026, 7, 1)),
        "checker": Signer(("赵玥", "Zhao Yue")[E], date(2026, 7, 2)),
    }
    return ReconciliationStatement(**{**given, **more})


def wallet_reconciliation(language: Language = "zh", **more: Any) -> ReconciliationStatement:
    """Three pages of a wallet whose files state no balance, not signed yet."""
    given: dict[str, Any] = {
        "kind": "wechat",
        "account": ("微信收款", "WeChat receipts")[language == "en"],
        "account_number": "1230000109",
        "bank_stated": False,
        "opening_fen": -1_020_00,
        "items": many_outstanding(),
        "maker": Signer(),
        "checker": Signer(),
        "provenance": provenance("", verify_url=None),
    }
    return reconciliation(language, **{**given, **more})


def line_list(language: Language = "zh", kind: Any = "unmatched", n: int = 5, **more: Any) -> LineList:
    """Lines of June, with people and references of all lengths."""
    chance, E = Chance(3), language == "en"
    said = {
        "unmatched": [
            ("暂挂：对方电话待回，周五再打", "Held: call back on Friday")[E],
            ("未处理", "Open")[E],
            ("暂挂：不是捐赠，公司往来款", "Held: no gift, business payment")[E],
        ],
        "matched": [
            ("BM02-1 晨光爱心粥屋 9482 7193 22", "BM02-1 Morning-light porridge house 9482 7193 22")[E],
            ("非限定性资金", "General fund")[E],
            ("利息", "Interest")[E],
        ],
    }[kind]
    lines = tuple(
        ListedLine(
            date(2026, 6, 1) + timedelta(days=k * 29 // max(n, 1)),
            ("4200001234202606010000000001", "B 6640", "")[k % 3],
            (LONG if k == 1 else chance.of(PEOPLE[language])),
            chance.of(said),
            f"202606-{k + 1:04d}" if kind == "matched" else "",
            (chance.below(9_000_00) + 1) * (1, 1, 1, -1)[k % 4],
        )
        for k in range(n)
    )
    given: dict[str, Any] = {
        "language": language,
        "organisation": ORGANISATION,
        "provenance": provenance("EQ-UL-202606-0001"),
        "kind": kind,
        "account": ("演示银行二七支行基本户", "Basic account, Demonstration Bank")[E],
        "account_number": ("尾号 4821", "ending 4821")[E],
        "starts_on": date(2026, 6, 1),
        "ends_on": date(2026, 6, 30),
        "lines": lines,
        "in_fen": sum(line.amount_fen for line in lines if line.amount_fen > 0),
        "out_fen": -sum(line.amount_fen for line in lines if line.amount_fen < 0),
    }
    return LineList(**{**given, **more})


SAMPLES: dict[str, Any] = {
    "needs-zh": needs_statement,
    "needs-en": lambda: needs_statement("en"),
    "fund-zh": fund_statement,
    "fund-en": lambda: fund_statement("en"),
    "receipt-zh": receipt,
    "receipt-en": lambda: receipt("en"),
    "receipt-goods-zh": goods_receipt,
    "receipt-goods-en": lambda: goods_receipt("en"),
    "certificate-zh": certificate,
    "certificate-en": lambda: certificate("en"),
    "certificate-whole-zh": whole_certificate,
    "certificate-whole-en": lambda: whole_certificate("en"),
    "donor-zh": donor_statement,
    "donor-en": lambda: donor_statement("en"),
    "slip-zh": pledge_slip,
    "slip-en": lambda: pledge_slip("en"),
    "reconciliation-zh": reconciliation,
    "reconciliation-en": lambda: reconciliation("en"),
    "reconciliation-nothing-zh": lambda: reconciliation(nothing=True),
    "reconciliation-wallet-zh": wallet_reconciliation,
    "reconciliation-wallet-en": lambda: wallet_reconciliation("en"),
    "lines-unmatched-zh": line_list,
    "lines-unmatched-en": lambda: line_list("en"),
    "lines-matched-zh": lambda: line_list(kind="matched", n=80),
    "lines-matched-en": lambda: line_list("en", "matched"),
    "lines-nothing-zh": lambda: line_list(n=0),
}
