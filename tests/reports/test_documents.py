"""A document whose figures do not tie is never built."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from charityledger.reports.documents import Figures, Instalment, NotADocument, Provenance, TotalsDoNotTie
from charityledger.reports.documents.common import MEASURES, added
from tests.reports.samples import (
    certificate,
    donor_statement,
    fund_statement,
    goods_receipt,
    needs_of,
    needs_statement,
    pledge_slip,
    provenance,
    receipt,
)


def one_more(figures: Figures, measure: str) -> Figures:
    return replace(figures, **{measure: getattr(figures, measure) + 1})


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("kind", ["cash", "goods", "hours"])
def test_a_needs_statement_that_is_one_fen_off_is_refused(kind: str, measure: str) -> None:
    whole = needs_statement()
    with pytest.raises(TotalsDoNotTie) as refused:
        replace(whole, **{kind: one_more(getattr(whole, kind), measure)})
    assert refused.value.facts["measure"] == measure
    assert refused.value.facts["stated"] == refused.value.facts["added"] + 1  # type: ignore[operator]


@pytest.mark.parametrize("level", ["category", "major", "sub", "item"])
def test_every_level_is_added_again(level: str) -> None:
    """One fen too much at any level is found, even where the levels above it agree with each other."""
    whole = needs_statement()
    first = whole.categories[0]
    major = first.majors[0]
    sub = major.subs[0]
    item = sub.items[0]
    if level == "item":
        sub = replace(sub, items=(replace(item, figures=one_more(item.figures, "disbursed")), *sub.items[1:]))
    if level == "sub":
        sub = replace(sub, cash=one_more(sub.cash, "disbursed"))
    if level in ("sub", "item"):
        major = replace(major, subs=(sub, *major.subs[1:]))
    if level == "major":
        major = replace(major, cash=one_more(major.cash, "disbursed"))
    if level != "category":
        first = replace(first, majors=(major, *first.majors[1:]))
    else:
        first = replace(first, cash=one_more(first.cash, "disbursed"))
    with pytest.raises(TotalsDoNotTie):
        replace(whole, categories=(first, *whole.categories[1:]))


def test_a_unit_price_times_quantity_is_the_need() -> None:
    whole = needs_statement()
    category = whole.categories[0]
    major = category.majors[0]
    sub = major.subs[0]
    wrong = replace(sub.items[0], quantity=sub.items[0].quantity + 1)
    tree = replace(category, majors=(replace(major, subs=(replace(sub, items=(wrong, *sub.items[1:])),)),))
    with pytest.raises(TotalsDoNotTie, match="need"):
        needs_of((tree,))


@pytest.mark.parametrize(
    "figures",
    [
        Figures(-1, 0, 0, 0, -1),
        Figures(100, 50, 0, 0, 40),  # 60 outstanding of 50 pledged
        Figures(100, 50, 60, 0, 50),  # received and still needed are more than the need
    ],
)
def test_still_needed_is_need_less_received_less_outstanding(figures: Figures) -> None:
    with pytest.raises(NotADocument):
        figures.check("BM01-1-1", "cash")


def test_goods_at_value_need_not_come_out_even() -> None:
    Figures(100, 50, 60, 0, 50).check("BM01-1-1", "goods")


def test_figures_add_measure_by_measure() -> None:
    assert added([Figures(5, 4, 3, 2, 1), Figures(50, 40, 30, 20, 10)]) == Figures(55, 44, 33, 22, 11)
    assert added([]) == Figures()
    assert not Figures()


@pytest.mark.parametrize("total", ["total_in_fen", "total_out_fen", "closing_fen"])
def test_a_fund_statement_that_is_one_fen_off_is_refused(total: str) -> None:
    statement = fund_statement()
    with pytest.raises(TotalsDoNotTie):
        replace(statement, **{total: getattr(statement, total) + 1})


def test_every_running_balance_is_checked() -> None:
    lines = list(fund_statement().lines)
    lines[41] = replace(lines[41], balance_fen=lines[41].balance_fen + 1)
    with pytest.raises(TotalsDoNotTie, match="line 42"):
        fund_statement(lines=tuple(lines))


@pytest.mark.parametrize(
    "change",
    [
        {"in_fen": 0, "out_fen": 0},
        {"in_fen": 5, "out_fen": 5},
        {"in_fen": -5},
        {"on": date(2026, 7, 1)},
        {"on": date(2026, 3, 31)},
    ],
)
def test_a_line_is_one_amount_on_a_day_of_the_period(change: dict[str, object]) -> None:
    lines = list(fund_statement(n=3).lines)
    lines[1] = replace(lines[1], **change)  # type: ignore[arg-type]
    with pytest.raises(NotADocument, match="line 2"):
        fund_statement(lines=tuple(lines))


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(NotADocument):
        fund_statement(n=0, starts_on=date(2026, 7, 1))


def test_a_receipt_is_refused_when_its_parts_are_not_the_gift() -> None:
    with pytest.raises(TotalsDoNotTie):
        receipt(amount_fen=10_200_06)
    with pytest.raises(TotalsDoNotTie):
        receipt(held_fen=1)
    with pytest.raises(TotalsDoNotTie):
        goods_receipt(amount_fen=10_400_01)
    held = receipt(amount_fen=10_300_05, held_fen=100_00)
    assert held.amount_fen - held.held_fen == held.designations[0].amount_fen


@pytest.mark.parametrize(
    "change", [{"steps": ()}, {"donor": "  "}, {"kind": "goods"}, {"held_fen": -1}, {"amount_fen": 0}]
)
def test_a_receipt_says_what_it_must(change: dict[str, object]) -> None:
    with pytest.raises(NotADocument):
        receipt(**change)


@pytest.mark.parametrize("change", [{"cash_fen": 0}, {"cash_fen": -1}, {"goods_fen": 5}, {"donor": ""}])
def test_a_certificate_promises_something(change: dict[str, object]) -> None:
    with pytest.raises(NotADocument):
        certificate(**change)


@pytest.mark.parametrize("total", ["cash_fen", "goods_fen", "hours"])
def test_a_donor_statement_that_is_one_off_is_refused(total: str) -> None:
    statement = donor_statement()
    with pytest.raises(TotalsDoNotTie):
        replace(statement, **{total: getattr(statement, total) + 1})


def test_a_donor_statement_has_no_gift_of_another_year() -> None:
    with pytest.raises(NotADocument):
        donor_statement(starts_on=date(2026, 6, 1))


def test_what_is_outstanding_is_promised_less_paid() -> None:
    statement = donor_statement()
    with pytest.raises(TotalsDoNotTie):
        replace(statement, pledges=(replace(statement.pledges[0], outstanding=1),))


@pytest.mark.parametrize("change", [{"cash_fen": 29_800_06}, {"goods_fen": 0}, {"hours": 121}])
def test_a_pledge_slip_adds_up(change: dict[str, object]) -> None:
    with pytest.raises(TotalsDoNotTie):
        pledge_slip(**change)


def test_instalments_are_the_whole_sum() -> None:
    with pytest.raises(TotalsDoNotTie):
        pledge_slip(instalments=(Instalment(date(2026, 5, 31), 15_000_00),))
    with pytest.raises(NotADocument):
        pledge_slip(items=())


def test_provenance_is_an_instant_of_a_history() -> None:
    with pytest.raises(NotADocument):
        Provenance("EQ-1", 1, datetime(2026, 7, 2), demonstration=False)  # noqa: DTZ001
    with pytest.raises(NotADocument):
        provenance("EQ-1", events=-1)
    with pytest.raises(NotADocument):
        provenance("EQ-1", data_sha256="abc")
    with pytest.raises(NotADocument):
        needs_statement(as_of=datetime(2026, 7, 2))  # noqa: DTZ001
