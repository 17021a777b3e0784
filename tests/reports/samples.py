"""Invented, consistent documents on the real catalogue: nobody in them exists, and every figure ties."""

import csv
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import charityledger
from charityledger.reports.documents import (
    CategoryRow,
    Figures,
    FundLine,
    FundStatement,
    ItemRow,
    Kind,
    Language,
    MajorRow,
    NeedsStatement,
    Organisation,
    Provenance,
    SubRow,
)
from charityledger.reports.documents.common import added

CATALOGUE = Path(charityledger.__file__).parent / "projects" / "catalogue"
KINDS: dict[str, Kind] = {"cash": "cash", "in_kind": "goods", "volunteer": "hours"}
RARE = "喆堃祎玥䶮"
LONG = "郑州喆堃祎玥䶮供应链管理（集团）股份有限公司河南自贸试验区第三分公司"
HUNDRED = ("二七区第一百货喆堃祎玥䶮供应链管理（集团）股份有限公司" * 5)[:100]

ORGANISATION = Organisation("二七区慈善总会", "Erqi District Charity Federation", "温暖二七 · 全民参与公益+", "Warm Erqi · Everyone takes part")


def provenance(number: str, **more: Any) -> Provenance:
    made_at = datetime(2026, 7, 2, 1, 30, tzinfo=UTC)
    return replace(Provenance(number, 18_432, made_at, demonstration=True), **more)


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
            ItemRow(code, pick(language, row, "item"), kind, pick(language, row, "unit"), quantity, price_fen,
                    item_figures(chance, need, kind))
        )
    categories: dict[str, dict[str, list[dict[str, str]]]] = {}
    names: dict[str, str] = {}
    for row in _rows("projects.csv"):
        categories.setdefault(row["category_code"], {}).setdefault(row["major_code"], []).append(row)
        for level in ("category", "major", "sub"):
            names[row[f"{level}_code"]] = pick(language, row, level)
    tree = tuple(
        category(code, names[code], [
            major(code, names[code], [sub(language, row, names, items[row["sub_code"]]) for row in rows])
            for code, rows in majors.items()
        ])
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
    return SubRow(code=row["sub_code"], name=names[row["sub_code"]], place=place, items=tuple(items), **_sums(items))


PEOPLE: dict[Language, list[str]] = {
    "zh": ["王先生", "李女士", "陈先生", "匿名（不公开姓名）", "第三小学六年级三班全体同学", "甲乙丙餐饮服务有限公司",
           "某某街道某某社区居民委员会某某便民服务中心", "微信支付小额捐赠（汇总）", f"{RARE}五金店"],
    "en": ["Mr Wang", "Ms Li", "Mr Chen", "Anonymous (not to be named)", "Class 3, Grade 6, Third Primary School",
           "First Catering Services Co., Ltd.", "Neighbourhood committee of a certain street and its service centre",
           "WeChat Pay small gifts (batch)", f"{RARE} hardware shop"],
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
            who, memo = chance.of(SUPPLIERS[language]), (f"拨付 米豆食材第 {batch} 批", f"Paid: rice and beans, batch {batch}")[E]
            batch += 1
        else:
            came = chance.of([20_00, 50_00, 88_88, 100_00, 200_00, 36_50, 1_000_00, 2_000_00])
            who = LONG if chance.below(30) == 0 else chance.of(PEOPLE[language])
            code = reference(chance.below(10**7))
            memo = chance.of([(f"捐赠 引用码 {code}", f"Gift, reference {code}")[E], ("捐赠 现场扫码", "Gift, code scanned on site")[E]])
        balance += came - went
        lines.append(FundLine(on, f"{on:%Y%m}-{numbers[on.month]:04d}", who, memo, came, went, balance))
    return tuple(lines)


def fund_statement(language: Language = "zh", n: int = 84, **more: Any) -> FundStatement:
    opening_fen: int = more.pop("opening_fen", 7_536_20)
    lines: tuple[FundLine, ...] = more.pop("lines", None) or (fund_lines(n, language, opening_fen) if n else ())
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


SAMPLES: dict[str, Any] = {
    "needs-zh": needs_statement,
    "needs-en": lambda: needs_statement("en"),
    "fund-zh": fund_statement,
    "fund-en": lambda: fund_statement("en"),
    "fund-big": lambda: fund_statement(n=10_000),
}
