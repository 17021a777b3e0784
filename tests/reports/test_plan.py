"""Tables over pages: every row once, in order, none below the foot; the sums at each turn are those of the rows."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from charityledger.reports.pdf.plan import Block, Plan, Row, Table

FOOT, TOP = 776.0, 76.0
GROUPS = st.lists(st.lists(st.integers(9, 60), min_size=1, max_size=9), max_size=60)


def filled(groups: list[list[int]]) -> tuple[Plan, list[tuple[str, Any]]]:
    """A plan with one table of rows of these heights; the second value is filled when the pages are drawn."""
    drawn: list[tuple[str, Any]] = []

    def noting(kind: str, value: Any = None) -> Any:
        return lambda y: drawn.append((kind, value))

    rows, total = [], 0
    for group in groups:
        rows.append([])
        for height in group:
            total += height
            rows[-1].append(Row(height, noting("row", height), (total,)))
    plan = Plan(TOP, FOOT)
    plan.table(
        Table(
            Block(18, noting("head")),
            rows,
            closing=Block(16, noting("closing", total)),
            brought=lambda sums: Block(15, noting("brought", sums)),
            carried=lambda sums: Block(15, noting("carried", sums)),
            context=lambda number: Block(20, noting("context", number)),
            nil=(0,),
        )
    )
    return plan, drawn


@given(GROUPS)
def test_every_row_once_and_sums_at_every_turn(groups: list[list[int]]) -> None:
    plan, drawn = filled(groups)
    so_far, turns = 0, 0
    for number, page in enumerate(plan.pages):
        drawn.clear()
        for draw, y in page:
            assert TOP <= y < FOOT
            draw(y)
        kinds = [kind for kind, _ in drawn]
        assert kinds[0] == "head"
        if number:
            assert drawn[1] == ("brought", (so_far,))
            turns += 1
        so_far += sum(value for kind, value in drawn if kind == "row")
        assert drawn[-1] == (("closing", so_far) if page is plan.pages[-1] else ("carried", (so_far,)))
    assert so_far == sum(map(sum, groups))
    assert plan.y <= FOOT


@given(GROUPS)
def test_a_group_is_not_parted_where_a_page_can_hold_it(groups: list[list[int]]) -> None:
    plan, drawn = filled(groups)
    on_page = []
    for number, page in enumerate(plan.pages):
        drawn.clear()
        for draw, y in page:
            draw(y)
        on_page += [number for kind, _ in drawn if kind == "row"]
    for group in groups:
        mine, on_page = on_page[: len(group)], on_page[len(group) :]
        assert len(set(mine)) == 1


def test_a_block_at_the_foot_takes_a_page_of_its_own_where_there_is_no_room() -> None:
    plan = Plan(TOP, FOOT)
    plan.put(Block(600, lambda y: None))
    plan.at_foot(Block(150, lambda y: None))
    assert [[y for _, y in page] for page in plan.pages] == [[TOP], [FOOT - 150]]
    plan = Plan(TOP, FOOT)
    plan.put(Block(500, lambda y: None))
    plan.at_foot(Block(150, lambda y: None))
    assert [[y for _, y in page] for page in plan.pages] == [[TOP, FOOT - 150]]


def test_a_kept_block_turns_with_what_follows_it() -> None:
    plan = Plan(TOP, FOOT)
    plan.put(Block(600, lambda y: None))
    plan.put(Block(50, lambda y: None), keep=60)
    assert [len(page) for page in plan.pages] == [1, 1]
