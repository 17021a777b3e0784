"""Staff pages of pledges: the list, one pledge with its history, offline ones, the import of a file."""

import html
import io
import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from charityledger.clock import FixedClock, today
from charityledger.donations import adoption, importing, pledge_rows, pledges
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.disbursements import NoEvidence
from charityledger.donations.donors import DonorFacts
from charityledger.donations.models import Donor, Pledge
from charityledger.donations.pledges import BindingPledge, PledgeFilter
from charityledger.donations.rules import PledgedOnOutside
from charityledger.extensions import db
from charityledger.ids import SequenceIds
from charityledger.projects import items
from tests.donations import world
from tests.donations.test_adopt import first_step, hidden, second_step
from tests.people import client_of, make_user

HEADER = "external_id,donor_name,donor_kind,sub_code,amount_yuan,pledged_on,phone,account\n"
FILE = HEADER + """A-1,周岚,individual,HD1-1,120.50,2026-04-01,138 0000 0000,
A-2,禾木食品有限公司,enterprise,LB1-1,"1,000",2026/4/2,,6222 0000
A-3,王五,个人,LB1-1,0.01,2026年4月3日,,
"""


@pytest.fixture
def site(app: Flask, clock: FixedClock) -> Flask:
    with app.app_context():
        world.fill(clock)
    return app


@pytest.fixture
def staff(site: Flask) -> FlaskClient:
    return client_of(site, make_user(site, "staff"))


def png() -> tuple[io.BytesIO, str]:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(held, "PNG")
    held.seek(0)
    return held, "裁定书.png"


def run(clock: FixedClock, text: str, encoding: str = "utf-8") -> importing.ImportResult:
    return importing.import_pledges(text.encode(encoding), actor=world.STAFF, clock=clock, ids=SequenceIds("import"))


def test_import(site: Flask, clock: FixedClock) -> None:
    with site.app_context():
        first = run(clock, FILE)
        assert [(p.external_id, p.sub_code, p.amount_fen, p.new) for p in first.pledges] == [
            ("A-1", "HD1-1", 12_050, True), ("A-2", "LB1-1", 100_000, True)]
        assert [(p.line, p.code) for p in first.problems] == [(4, "over_need")]
        again = run(clock, FILE)
        assert [p.reference for p in again.pledges] == [p.reference for p in first.pledges]
        assert not any(p.new for p in again.pledges)
        changed = run(clock, FILE.replace("120.50", "120.60"))
        assert [(p.line, p.code) for p in changed.problems] == [(2, "external_id_taken"), (4, "over_need")]
        rows = db.session.execute(db.select(Pledge.state, Pledge.source, Pledge.expires_at, Pledge.shown)).all()
        assert [tuple(row) for row in rows] == [("pledged", "import", None, "none")] * 2
        assert [d.phone for d in db.session.scalars(db.select(Donor).order_by(Donor.id))] == ["13800000000", ""]
        assert world.progress("LB1-1", 1) == {"pledged": 100_000}
        assert world.problems() == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings(encoding: str) -> None:
    rows, faults = pledge_rows.read_rows(FILE.encode(encoding))
    assert [row.donor_name for row in rows] == ["周岚", "禾木食品有限公司", "王五"]
    assert faults == []


@pytest.mark.parametrize(("text", "told"), [
    ("external_id,donor_name\nA,B\n", [(1, "column_missing")] * 4),
    (HEADER + "A,周,individual,HD1-1,\"1,5\",2026-04-01,,\n", [(2, "ambiguous_amount")]),
    (HEADER + "A,周,individual,HD1-1,0,2026-04-01,,\n", [(2, "amount_not_positive")]),
    (HEADER + "A,周,individual,HD1-1,1,2026-04-01,,,剩下的\n", [(2, "extra_cells")]),
    (HEADER + "A,周,individual,HD1-1,1,2026-04-01,,,,\n", []),
    (HEADER + "A,周,individual,HD1-1,1,2026-04-01,,\nB,\"周,individual,HD1-1,1,2026-04-01,,\nC,周\n",
     [(3, "broken_csv")]),
    (HEADER + "A,乐\N{GRINNING FACE},individual,HD1-1,1,2026-04-01,,\n", [(2, "not_printable")]),
    (HEADER + "A,周,robot,HD1-1,1,2026-04-01,,\n", [(2, "unknown_donor_kind")]),
    (HEADER + "A,周,individual,HD1-1,1,2026-02-30,,\n", [(2, "not_a_day")]),
    (HEADER + "A,周,individual,HD1-1,1,2026-02-03,138,\n", [(2, "not_a_phone")]),
    (HEADER + ",周,individual,HD1-1,1,2026-02-03,,\n", [(2, "value_missing")]),
    (HEADER + "A,周,individual,HD1-1,1,2026-02-03,,\n\nA,周,individual,HD1-1,2,2026-02-03,,\n",
     [(4, "repeated_external_id")]),
    (HEADER + f"{'A' * 81},周,individual,HD1-1,1,2026-02-03,,\n", [(2, "value_too_long")]),
    ("", [(1, "column_missing")] * 6),
])
def test_faults_name_their_line(text: str, told: list[tuple[int, str]]) -> None:
    _rows, faults = pledge_rows.read_rows(text.encode())
    assert [(line, error.code) for line, error in faults] == told


@pytest.mark.parametrize("day", ["2026-04-16", "2020-12-31", "1926-04-01", "9999-12-31", "0001-01-01"])
def test_a_day_to_come_or_long_past_is_refused_with_its_line(context: Flask, clock: FixedClock, day: str) -> None:
    world.fill(clock)
    row = "{},周,individual,HD1-1,1,{},,\n"
    data = (HEADER + row.format("A", "2021-01-01") + row.format("B", day) + row.format("C", "2026-04-15")).encode()
    _fine, foreseen = importing.foresee(db.session(), pledge_rows.read_rows(data)[0], today(clock))
    with context.test_request_context():
        result = importing.import_pledges(data, actor=world.STAFF, clock=clock, ids=SequenceIds("file"))
    assert [row.external_id for row in result.pledges] == ["A", "C"]
    assert [(line, error.code) for line, error in foreseen] == [(3, "pledged_on_outside")]
    assert [(problem.line, problem.code, problem.message) for problem in result.problems] == [
        (3, "pledged_on_outside", "承诺的日期要在2021-01-01到2026-04-15之间，请检查年份。")]
    assert world.problems() == []


def test_a_row_is_told_why_it_does_not_fit(context: Flask, clock: FixedClock) -> None:
    """Nobody was faster than a file, and a project without a need of money is there all the same."""
    world.fill(clock)
    items.withdraw(item_id=world.item("LB1-1"), actor=world.STAFF, clock=clock)
    row = "{},周,individual,{},{},2026-04-01,,\n"
    data = (HEADER + row.format("A", "HD1-1", "500.01") + row.format("B", "LB1-1", "1") + row.format("C", "ZZ9-9", "1")
            + row.format("D", "HD1-1", "500") + row.format("E", "HD1-1", "1")).encode()
    told = [(2, "over_need"), (3, "no_cash_need"), (4, "not_found"), (6, "over_need")]
    _fine, foreseen = importing.foresee(db.session(), pledge_rows.read_rows(data)[0], today(clock))
    assert [(line, error.code) for line, error in foreseen] == told
    with context.test_request_context():
        result = importing.import_pledges(data, actor=world.STAFF, clock=clock, ids=SequenceIds("file"))
        assert [(problem.line, problem.code) for problem in result.problems] == told
        assert [importing.problem(fault).message for fault in foreseen] == [p.message for p in result.problems]
    assert [problem.message for problem in result.problems] == [
        "这一行是¥500.01，这个项目现在只能再认领¥500.00。没有记下，请改小，或分给别的项目。",
        "“LB1-1”不收资金，只收实物或志愿时长，文件里登记不了。请改项目编号，或到“登记一份承诺”里填。",
        "没有找到“ZZ9-9”。", "这个项目的资金已经认满，这一行没有记下。"]


def test_promises_logged_by_hand_have_the_same_bounds(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)
    for day in (date(2026, 4, 16), date(2020, 12, 31)):
        with pytest.raises(PledgedOnOutside):
            adoption.accept(actor=world.STAFF, clock=clock, ids=SequenceIds("hand"), donor=DonorFacts(name="周"),
                            wish=AdoptionWish("HD1-1", "cash", 100, "none"), pledged_on=day)
    assert world.promised() == {}


def test_a_file_that_is_no_text() -> None:
    _rows, faults = pledge_rows.read_rows(b"PK\x03\x04\x00\x00\xff")
    assert [(line, error.code) for line, error in faults] == [(1, "not_text")]


@pytest.mark.one_database
def test_import_page(site: Flask, staff: FlaskClient) -> None:
    page = staff.get("/desk/pledges/import")
    file = (io.BytesIO(FILE.encode("gb18030")), "a.csv")
    preview = staff.post("/desk/pledges/import", data={**hidden(page), "file": file})
    text = preview.get_data(as_text=True)
    assert "要登记2份承诺" in text
    assert "第4行" in text
    with site.app_context():
        assert db.session.scalar(db.select(db.func.count(Pledge.id))) == 0
    for _ in range(2):
        done = staff.post("/desk/pledges/import", data=hidden_text(preview))
        assert done.status_code == 200
    assert "2份以前登记过，没有重复" in done.get_data(as_text=True)
    with site.app_context():
        assert db.session.scalar(db.select(db.func.count(Pledge.id))) == 2
    assert staff.post("/desk/pledges/import", data={"file": (io.BytesIO(b""), "a.csv")}).status_code == 422


def hidden_text(page) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """Hidden fields whose text has lines and quotes."""
    return {name: html.unescape(value) for name, value in re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.get_data(as_text=True))}


@pytest.mark.one_database
def test_offline_pledge(site: Flask, staff: FlaskClient) -> None:
    assert staff.get("/desk/pledges/new").status_code == 200
    page = staff.get("/desk/pledges/new?project=HD1-1")
    data = {**hidden(page), "what": "any", "amount": "100", "pay": "once", "kind": "enterprise", "name": "禾木",
            "shown": "full", "pledged_on": "2026-04-01", "enforceability": "written", "external_id": "纸-7"}
    sent = [staff.post("/desk/pledges/new", data=data) for _ in range(2)]
    assert sent[0].location == sent[1].location
    with site.app_context():
        [pledge] = db.session.scalars(db.select(Pledge))
        assert (pledge.source, pledge.external_id, pledge.enforceability) == ("offline", "纸-7", "written")
        assert (str(pledge.pledged_on), pledge.expires_at) == ("2026-04-01", None)
        donor_id, pledge_id = pledge.donor_id, pledge.id
        with pytest.raises(BindingPledge):
            pledges.withdraw(actor=world.STAFF, clock=site.extensions["charityledger.clock"], pledge_id=pledge_id)
    taken = staff.post("/desk/pledges/new", data={**data, **hidden(staff.get("/desk/pledges/new?project=HD1-1"))})
    assert taken.status_code == 422
    assert "以前登记过" in taken.get_data(as_text=True)
    again = staff.get(f"/desk/pledges/new?project=HD1-1&donor={donor_id}")
    assert 'name="name"' not in again.get_data(as_text=True)
    late = staff.post("/desk/pledges/new", data={**data, "external_id": "", "pledged_on": "2026-04-16"})
    assert "这一天还没有到" in late.get_data(as_text=True)


def test_pledge_page_tells_its_history_and_ends_it(site: Flask, clock: FixedClock, staff: FlaskClient) -> None:
    second_step(staff, first_step(staff, {"what": "whole"}))
    with site.app_context():
        [pledge] = db.session.scalars(db.select(Pledge))
        world.receive(clock, 20_000, reference=pledge.reference)
    text = staff.get("/desk/pledges/1").get_data(as_text=True)
    assert "认领，名额预留" in text
    assert "确认，成为承诺" in text
    nothing = staff.post("/desk/pledges/1/end", data={"state": "released", "note": " "})
    assert nothing.status_code == 422
    data = {"state": "released", "note": "法院裁定书（2026）第1号", "form_token": "ending"}
    bare = staff.post("/desk/pledges/1/end", data=data)
    assert (bare.status_code, "请附上凭据，至少一个文件。" in bare.get_data(as_text=True)) == (422, True)
    wrong = staff.post("/desk/pledges/1/end", data={**data, "files": (io.BytesIO(b"hello"), "a.pdf")})
    assert wrong.status_code == 422
    sent = [staff.post("/desk/pledges/1/end", data={**data, "files": png()}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    after = staff.get("/desk/pledges/1").get_data(as_text=True)
    assert "法院裁定书" in after
    [link] = re.findall(r'href="(/desk/evidence/\d+)">裁定书\.png<', after)
    auditor = client_of(site, make_user(site, "auditor"))
    with auditor.get(link) as file:
        assert (file.status_code, file.mimetype) == (200, "image/png")
    assert "结束这份承诺" not in after
    with site.app_context():
        assert world.progress("HD1-1", 1) == {"pledged": 20_000, "paid": 20_000, "received": 20_000}
    assert auditor.post("/desk/pledges/1/end", data=data).status_code == 403


def test_only_a_release_takes_evidence(context: Flask, clock: FixedClock) -> None:
    world.fill(clock)
    for state in ("cancelled", "defaulted"):
        pledge_id = world.promise(clock, 1_000).id
        pledges.end(actor=world.STAFF, clock=clock, pledge_id=pledge_id, state=state, note="失联")
        assert world.pledge(pledge_id).state == state
    pledge_id = world.promise(clock, 1_000).id
    with pytest.raises(NoEvidence):
        pledges.end(actor=world.STAFF, clock=clock, pledge_id=pledge_id, state="released", note="困难")
    assert (world.pledge(pledge_id).state, world.promised(), world.problems()) == ("pledged", {"HD1-1": 1_000}, [])


@pytest.mark.one_database
def test_list_is_filtered(site: Flask, clock: FixedClock, staff: FlaskClient) -> None:
    with site.app_context():
        run(clock, FILE)
        world.promise(clock, 1_000)
    visitor = site.test_client()
    second_step(visitor, first_step(visitor, {"what": "any", "amount": "30", "pay": "instalments", "instalments": "3",
                                              "first_due": "2026-04-20"}))

    def count(**wanted: object) -> int:
        with site.app_context():
            return pledges.page_of_pledges(db.session, PledgeFilter(**wanted))[1]  # type: ignore[arg-type]

    assert count() == 4
    assert count(source="import") == 2
    assert count(sub_code="LB1-1") == 1
    assert count(state="fulfilled") == 0
    clock.forward(days=7)
    day = world.DAY.replace(day=22)
    assert count(overdue_on=day) == 1
    with site.app_context():
        reference = db.session.scalars(db.select(Pledge.reference).order_by(Pledge.id.desc())).first()
        world.receive(clock, 1_000, reference=reference)
    assert count(overdue_on=day) == 0
    page = staff.get("/desk/pledges?source=import&state=pledged&project=HD1-1").get_data(as_text=True)
    assert "一共1份" in page
    assert "没有符合条件的承诺" in staff.get("/desk/pledges?state=expired").get_data(as_text=True)
