"""Dates of projects: months that end early, and when funds and progress must be published."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charityledger.projects import cells
from charityledger.projects.rules import add_months, next_disclosure, status_shown
from charityledger.projects.service import check_dates
from charityledger.table_errors import DayOutside

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
maybe = st.none() | days


@given(days, st.integers(0, 48))
def test_a_month_later_is_the_same_day_or_the_last(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(days, days, st.integers(0, 24))
def test_months_keep_the_order_of_days(one: date, other: date, months: int) -> None:
    assert (one <= other) <= (add_months(one, months) <= add_months(other, months))


@pytest.mark.parametrize(("day", "months", "later"), [
    (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2028, 1, 31), 1, date(2028, 2, 29)),
    (date(2026, 11, 30), 3, date(2027, 2, 28)), (date(2026, 8, 31), 6, date(2027, 2, 28)),
    (date(2026, 12, 31), 12, date(2027, 12, 31)), (date(2026, 4, 15), 0, date(2026, 4, 15))])
def test_months_by_hand(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(9999, 1, 1), date(9998, 12, 1)])
def test_months_end_where_the_calendar_does(day: date) -> None:
    """A catalogue from before years were checked may hold such a day: its pages stay open."""
    assert add_months(day, 3) == date.max
    assert next_disclosure(day, None, day, None) == date.max


@pytest.mark.parametrize("text", ["0001-01-01", "1999-12-31", "2101/1/1", "9999-12-31"])
def test_days_of_another_century_are_refused(text: str) -> None:
    with pytest.raises(DayOutside) as refused:
        cells.day(text)
    assert (refused.value.facts["first"], refused.value.facts["last"]) == (2000, 2100)
    with pytest.raises(DayOutside):
        check_dates({"ended_on": date.fromisoformat(text.replace("/1/1", "-01-01"))})
    assert cells.day("2000-01-01") == date(2000, 1, 1)


OPENED = date(2026, 4, 15)


@pytest.mark.parametrize(("ends", "ended", "published", "due"), [
    (None, None, None, date(2026, 7, 15)),                                  # no end set: every three months
    (date(2027, 4, 15), None, None, date(2026, 7, 15)),                     # long: every three months
    (date(2027, 4, 15), None, date(2026, 7, 1), date(2026, 10, 1)),         # counted from the last publication
    (date(2026, 10, 15), None, None, None),                                 # six months: nothing before the end
    (date(2026, 10, 16), None, None, date(2026, 7, 15)),
    (None, date(2026, 9, 30), date(2026, 9, 1), date(2026, 12, 30)),        # the full report after the end
    (None, date(2026, 9, 30), date(2026, 10, 1), None)])                    # which has been published
def test_next_disclosure(ends: date | None, ended: date | None, published: date | None, due: date | None) -> None:
    assert next_disclosure(OPENED, ends, ended, published) == due


def test_a_project_that_is_not_open_has_nothing_to_publish() -> None:
    assert next_disclosure(None, None, None, None) is None


@given(days, maybe, maybe, maybe)
def test_publishing_never_makes_the_next_date_earlier(opened: date, ends: date | None, ended: date | None,
                                                      published: date | None) -> None:
    before = next_disclosure(opened, ends, ended, published)
    now = (published or opened) + timedelta(days=1)
    after = next_disclosure(opened, ends, ended, now)
    assert before is None or after is None or after >= before


@pytest.mark.parametrize(("status", "open_items", "shown"), [
    ("open", 1, "open"), ("open", 0, "fully_adopted"), ("under_way", 0, "under_way"), ("closed", 0, "closed")])
def test_a_project_with_nothing_left_shows_it(status: str, open_items: int, shown: str) -> None:
    assert status_shown(status, open_items) == shown
