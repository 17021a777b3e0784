"""What `projects list` and `pledges list` print: the same measures as everywhere."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..donations.models import Donor, Pledge
from ..projects import measures
from ..projects.models import SubProject


def programme(session: Session) -> dict[str, Any]:
    """Counts, needs, and one row per sub-project; amounts in fen, of cash."""
    items = measures.items(session)
    totals = measures.total(items)
    titles = {row.code: row for row in session.execute(select(SubProject.code, SubProject.title_zh,
                                                               SubProject.title_en))}
    rows = []
    for code, mine in measures.by(items, "sub_code").items():
        cash = measures.total(mine).cash
        rows.append({"code": code, "title_zh": titles[code].title_zh, "title_en": titles[code].title_en,
                     "need_cash_fen": cash.need, "pledged_fen": cash.pledged, "received_fen": cash.received,
                     "disbursed_fen": cash.disbursed, "still_needed_fen": cash.still_needed})
    return {"categories": len(measures.by(items, "category_code")), "majors": len(measures.by(items, "major_code")),
            "subs": len(rows), "need_items": len(items), "need_cash_fen": totals.cash.need,
            "need_goods_fen": totals.goods.need, "pledged_fen": totals.cash.pledged,
            "received_fen": totals.cash.received, "disbursed_fen": totals.cash.disbursed, "projects": rows}


def pledge_list(session: Session) -> list[dict[str, Any]]:
    """Every pledge; `amount` and `paid` in its measure (fen, units, hours)."""
    query = (select(Pledge, SubProject.code, Donor.kind).join(SubProject, SubProject.id == Pledge.sub_project_id)
             .join(Donor, Donor.id == Pledge.donor_id).order_by(Pledge.id))
    return [{"external_id": p.external_id, "reference": p.reference, "sub_code": code, "kind": p.kind,
             "donor_kind": donor_kind, "state": p.state, "amount": p.amount, "paid": p.paid,
             "pledged_on": p.pledged_on} for p, code, donor_kind in session.execute(query)]
