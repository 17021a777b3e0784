"""The use cases that write no books: people, the catalogue, news, files and documents."""

import io
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from charityledger.database import transaction
from charityledger.donations import (
    accepting,
    accounts,
    enterprises,
    evidence,
    merging,
    pledges,
    renaming,
    state_receipt_import,
    state_receipts,
)
from charityledger.donations.accounts import NewUser
from charityledger.donations.donors import DonorFacts, create
from charityledger.donations.evidence import Upload
from charityledger.donations.models import Membership
from charityledger.donations.pledge_rows import Row
from charityledger.donations.state_receipt_rows import Issued
from charityledger.extensions import db
from charityledger.identity import credentials, service
from charityledger.identity.actor import ADMIN, DONOR, Actor
from charityledger.ids import RandomIds
from charityledger.projects import exchange, items, photos, updates
from charityledger.projects import service as projects
from charityledger.projects.models import SubProject
from charityledger.projects.updates import News
from charityledger.reports import issuing
from charityledger.reports.issuing import Wanted
from tests.promises.use_cases import Given, Use, reference, staff
from tests.promises.world import DONOR as ZHOU
from tests.promises.world import LI, WANG, P, World

CHIEF = Actor(9, ADMIN, "管理员")
PROJECT = {"major_code": "M", "title_zh": "新项目", "title_en": "New", "street": "街道", "community": "社区"}
ITEM = {"title_zh": "灯", "title_en": "Lamp", "kind": "cash", "unit_zh": "盏", "unit_en": "lamp", "quantity": 2,
        "unit_price_fen": 100, "amount_fen": 200}


def by(actor: Actor, world: World, **more: Any) -> Given:
    return {"actor": actor, "clock": world.clock, **more}


def address(world: World) -> str:
    return f"u{world.ids.token()[:20]}@example.org"


def new_user(world: World) -> NewUser:
    return NewUser("吴远", "-", address(world))


def person(world: World, role: str = DONOR) -> Actor:
    """Somebody who signs in."""
    user = service.create_user(actor=CHIEF, clock=world.clock, name="吴远", role=role, password_hash="-",
                               email=address(world))
    return Actor(user.id, role, user.name)


def donor(world: World, kind: str = "individual", *members: Actor, phone: str = "") -> int:
    """A donor; the first of its members owns it."""
    with transaction() as tx:
        made = create(tx, DonorFacts(kind=kind, name=f"捐赠人{world.ids.token()[:6]}", phone=phone), actor=WANG,
                      clock=world.clock)
        tx.flush()
        for place, member in enumerate(members):
            tx.add(Membership(donor_id=made.id, user_id=member.user_id, owner=not place, joined_at=world.clock.now()))
        return made.id


def gift(world: World) -> int:
    """A gift that a state receipt is due for."""
    return world.gift_of(world.given(7))


def state_receipt(world: World) -> Given:
    return staff(world, donation_id=gift(world), issued=Issued(
        "41030125", f"{world.ids.reference_seven():010d}", "", world.day, 7))


def answers(world: World) -> Given:
    """A file with two issued receipts."""
    lines = "".join(f"{gift(world)},41030125,{world.ids.reference_seven():010d},{world.day},0.07\n" for _ in range(2))
    return staff(world, data=("捐赠编号,票据代码,票据号码,开票日期,金额\n" + lines).encode())


def invitation(world: World) -> Given:
    owner = person(world)
    return by(owner, world, donor_id=donor(world, "enterprise", owner), email="", token=world.ids.token())


def invited(world: World) -> str:
    given = invitation(world)
    enterprises.invite(**given)
    return str(given["token"])


def of_enterprise(world: World, use: str) -> Given:
    """An owner and a member of one enterprise: who acts, and on whom."""
    owner, member = person(world), person(world)
    ours = donor(world, "enterprise", owner, member)
    if use == "leave":
        return by(member, world, donor_id=ours)
    return by(owner, world, donor_id=ours, user_id=member.user_id)


def asked_merge(world: World) -> Given:
    user = person(world)
    return staff(world, donor_id=donor(world), into_id=donor(world, "individual", user), reason="同一个人")


def asked_rename(world: World) -> Given:
    return staff(world, donor_id=donor(world), name=f"吴远{world.ids.token()[:6]}", reason="写错了")


def code_for(world: World) -> str:
    return credentials.issue_code(**by(CHIEF, world, ids=RandomIds(), user_id=person(world).user_id))


def row(world: World) -> Row:
    return Row(2, f"线下-{world.ids.token()[:8]}", "周宁", "individual", P, 5, world.day)


def sub_id(code: str = P) -> int:
    with Session(db.engine) as session:
        return session.query(SubProject).filter_by(code=code).one().id


def project(world: World) -> int:
    code = f"N{world.ids.reference_seven() % 10**6}-1"
    return projects.add_sub_project(**staff(world, code=code, values=PROJECT))


def item(world: World) -> int:
    return items.add(**staff(world, sub_project_id=project(world), values=ITEM))


def opened(world: World) -> Given:
    made = project(world)
    items.add(**staff(world, sub_project_id=made, values=ITEM))
    return staff(world, sub_project_id=made, wanted="open", seen="draft")


def picture(world: World) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), (world.ids.reference_seven() % 256,) * 3).save(held, "PNG")
    return held.getvalue()


def kept(world: World) -> Given:
    return staff(world, uploads=(Upload(picture(world), "发票.png"),), instance=world.folder)


def photo(world: World) -> Given:
    return staff(world, sub_project_id=sub_id(), file_id=world.file_id, alt_zh="院子")


def news(world: World) -> Given:
    return staff(world, sub_project_id=sub_id(), news=News(world.day, "已开工", disclosure=True))


def table(world: World) -> Given:
    with Session(db.engine) as session:
        data = exchange.export_csv(session, "projects").decode("utf-8-sig").replace(
            "子项目 P-1", f"子项目 {world.ids.token()[:5]}").encode()
        return staff(world, data=data, base=exchange.preview(session, data).base)


def document(world: World) -> Given:
    return by(LI, world, wanted=Wanted("needs", "all", "zh", world.ids.token()[:9]),
              build=lambda tx, reading: reading, render=lambda reading: b"%PDF")


OTHERS = (
    Use("sign up", accounts.sign_up, lambda w: {"clock": w.clock, "user": new_user(w), "donor": ZHOU},
        {"user": None, "donor": None}),
    Use("join as new", accounts.join_as_new, lambda w: {"clock": w.clock, "token": invited(w), "user": new_user(w)},
        {"token": "x", "user": None}),
    Use("invite", enterprises.invite, invitation),
    Use("join", enterprises.join, lambda w: by(person(w), w, token=invited(w))),
    Use("leave", enterprises.leave, lambda w: of_enterprise(w, "leave")),
    Use("remove a member", enterprises.remove, lambda w: of_enterprise(w, "remove")),
    Use("hand over an enterprise", enterprises.hand_over, lambda w: of_enterprise(w, "hand over")),
    Use("import pledges", accepting.accept_rows, lambda w: staff(w, ids=w.ids, rows=[row(w), row(w)])),
    Use("adopt instead", pledges.adopt_instead, lambda w: staff(
        w, ids=w.ids, old_id=w.adopted(5), donor=ZHOU, wish=w.wish(6), confirm_minutes=30),
        {"old_id": 0, "donor": None, "wish": None}),
    Use("withdraw a promise", pledges.withdraw, lambda w: staff(w, pledge_id=w.accepted(5)),
        {"pledge_id": lambda w: w.accepted(5)}),
    Use("end a promise", pledges.end, lambda w: staff(
        w, pledge_id=w.accepted(5), state="released", note="困难", files=((w.file_id, "裁定书.pdf"),)),
        {"pledge_id": 0, "state": "defaulted", "note": "失联", "files": ()}),
    Use("show a promise", pledges.show_as, lambda w: staff(w, pledge_id=w.accepted(5), shown="full")),
    Use("show a gift", pledges.show_gift_as, lambda w: staff(w, donation_id=w.gift_of(w.given(5)), shown="full")),
    Use("claim a promise", pledges.claim, lambda w: by(
        u := person(w), w, donor_id=donor(w, "individual", u), reference=reference(w.accepted(5)), tail="8000")),
    Use("ask for a merge", merging.request_merge, asked_merge, {"donor_id": 0, "into_id": 0, "reason": "x"}),
    Use("merge", merging.approve_merge, lambda w: by(LI, w, request_id=merging.request_merge(**asked_merge(w))),
        {"request_id": 0, "note": "好"}),
    Use("reject a merge", merging.reject_merge, lambda w: by(
        LI, w, request_id=merging.request_merge(**asked_merge(w)), note="不是"), {"request_id": 0, "note": "好"}),
    Use("ask for another name", renaming.request_rename, asked_rename, {"donor_id": 0, "name": "周", "reason": "x"}),
    Use("rename", renaming.approve_rename, lambda w: by(LI, w, request_id=renaming.request_rename(**asked_rename(w))),
        {"request_id": 0, "note": "好"}),
    Use("reject a name", renaming.reject_rename, lambda w: by(
        LI, w, request_id=renaming.request_rename(**asked_rename(w)), note="不是"), {"request_id": 0, "note": "好"}),
    Use("keep evidence", evidence.keep, kept),
    Use("create a user", service.create_user, lambda w: by(
        CHIEF, w, name="吴远", role=DONOR, password_hash="-", email=address(w)),
        {"name": "周宁", "role": "staff", "email": "other@example.org", "phone": "13900139000"}),
    Use("set a role", service.set_role, lambda w: by(CHIEF, w, user_id=person(w).user_id, role="staff")),
    Use("deactivate", service.deactivate, lambda w: by(CHIEF, w, user_id=person(w).user_id)),
    Use("activate", service.activate, lambda w: by(CHIEF, w, user_id=service.deactivate(
        **by(CHIEF, w, user_id=person(w).user_id)).id)),
    Use("change an account", service.update_account, lambda w: {"actor": person(w), "name": "吴远2", "locale": "en"}),
    Use("change a password", credentials._set_password, lambda w: by(person(w), w, password_hash="+")),
    Use("sign out everywhere", credentials.sign_out_everywhere, lambda w: {"actor": person(w)}),
    Use("renew a hash", credentials._renew_hash, lambda w: {"user_id": person(w).user_id, "old": "-", "new": "+"}),
    Use("link for a password", credentials._add_link, lambda w: {
        "user_id": person(w).user_id, "token": w.ids.token(), "clock": w.clock}),
    Use("code for a password", credentials.issue_code, lambda w: by(CHIEF, w, ids=RandomIds(),
                                                                   user_id=person(w).user_id)),
    Use("reset a password", credentials._reset, lambda w: {"code": code_for(w), "password_hash": "+",
                                                           "clock": w.clock}),
    Use("add a project", projects.add_sub_project, lambda w: staff(
        w, code=f"A{w.ids.reference_seven() % 10**6}-1", values=PROJECT), {"code": "B-1", "values": {}}),
    Use("revise a project", projects.revise, lambda w: staff(
        w, sub_project_id=project(w), values={"title_zh": "改名"}, seen=None),
        {"sub_project_id": 0, "values": {}, "seen": "x"}),
    Use("open a project", projects.change_status, opened, {"sub_project_id": 0, "wanted": "closed", "seen": "open"}),
    Use("add an item", items.add, lambda w: staff(w, sub_project_id=project(w), values=ITEM),
        {"sub_project_id": 0, "values": {}, "line": 7}),
    Use("revise an item", items.revise, lambda w: staff(w, item_id=item(w), values={"title_zh": "新灯"}, seen=None),
        {"item_id": 0, "values": {}, "seen": "x"}),
    Use("withdraw an item", items.withdraw, lambda w: staff(w, item_id=item(w)), {"item_id": 0}),
    Use("import the catalogue", exchange.commit, table),
    Use("add a photo", photos.add, photo, {"sub_project_id": 0, "file_id": 0, "alt_zh": "x", "alt_en": "x"}),
    Use("withdraw a photo", photos.withdraw, lambda w: staff(w, photo_id=photos.add(**photo(w))), {"photo_id": 0}),
    Use("store a picture", updates.store_picture, lambda w: staff(w, data=picture(w), name="a.png",
                                                                  instance=w.folder)),
    Use("publish news", updates.publish, news, {"sub_project_id": 0, "news": None}),
    Use("publish a note", updates.publish_note, lambda w: staff(w, sub_project_id=sub_id(), body_zh="说明",
                                                                body_en="")),
    Use("withdraw news", updates.withdraw, lambda w: staff(w, update_id=updates.publish(**news(w)), reason="错"),
        {"update_id": 0, "reason": "x"}),
    Use("issue a document", issuing.issue, document),
    Use("state receipt issued", state_receipts.record_issued, state_receipt, {"donation_id": 0, "issued": None}),
    Use("state receipt waived", state_receipts.waive, lambda w: staff(w, donation_id=gift(w), reason="不需要"),
        {"donation_id": 0, "reason": "x"}),
    Use("state receipt of nobody", state_receipts.mark_anonymous, lambda w: staff(w, donation_id=gift(w)),
        {"donation_id": 0}),
    Use("state receipt voided", state_receipts.void, lambda w: staff(
        w, receipt_id=state_receipts.record_issued(**state_receipt(w)), reason="写错"),
        {"receipt_id": 0, "reason": "x"}),
    Use("import state receipts", state_receipt_import.commit, answers, {"data": b""}),
)
