"""A project's page: its figures, what it bought, and who is named."""

from collections.abc import Callable

import pytest
from flask import Flask

from charityledger.clock import FixedClock
from charityledger.database import transaction
from charityledger.donations import (
    accounts,
    adoption,
    approvals,
    disbursements,
    enterprises,
    goods,
    links,
    refunds,
    surplus,
)
from charityledger.donations.accounts import NewUser
from charityledger.donations.adoption import AdoptionWish
from charityledger.donations.disbursements import PaymentWish
from charityledger.donations.donors import DonorFacts
from charityledger.donations.goods import KindGift
from charityledger.donations.models import Donation, Donor
from charityledger.donations.rules import Part
from charityledger.donations.surplus import TransferWish
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.identity.passwords import UNUSABLE
from charityledger.ids import SequenceIds
from charityledger.ledger import numbering
from charityledger.projects.models import ProjectPicture, ProjectUpdate, StoredFile, SubProject
from charityledger.site import project_pages
from tests.donations import world
from tests.people import client_of, make_user
from tests.site.reading import Reader

pytestmark = pytest.mark.one_database
Visit = Callable[..., Reader]


def adopt(clock: FixedClock, ids: SequenceIds, name: str, shown: str, amount: int = 10_00, *, kind: str = "cash",
          donor_kind: str = "individual", phone: str = "13800000000") -> int:
    return adoption.accept(actor=world.STAFF, clock=clock, ids=ids, donor=DonorFacts(donor_kind, name, phone),
                           wish=AdoptionWish("HD1-1", kind, amount, shown))


def pay_out(clock: FixedClock, fen: int) -> int:
    payment = disbursements.request(actor=world.STAFF, clock=clock, wish=PaymentWish(
        "HD1-1", "BANK", "收款人张三", "采购", "灶台两座", (Part(world.item("HD1-1"), fen),), "Two stoves",
        files=((world.stored(), "发票.pdf"), (world.stored("b"), "验收.pdf"))))
    return disbursements.approve(actor=world.FINANCE, clock=clock, disbursement_id=payment, paid_on=world.DAY)


def test_what_is_left_is_what_the_fund_holds(small: Flask, clock: FixedClock, visit: Visit) -> None:
    """Surplus that went to another project is not left, and the other project says where it came from."""
    with small.app_context():
        world.give(clock, 300_00)
        world.give(clock, 40_00, account="WECHAT", fee_fen=24)
        pay_out(clock, 120_00)
        asked = surplus.request(actor=world.STAFF, clock=clock, reason="已完工", wish=TransferWish(
            "HD1-1", "LB1-1", 50_00, "BANK", "plan", ((world.stored(), "方案.pdf"),)))
        approvals.decide(actor=world.FINANCE, clock=clock, request_id=asked, decision="approve")
        assert world.books()[world.BANK, "HD1-1"] == 130_00
    page = visit(small, "/projects/HD1-1").text
    assert ("现在账上有 ¥169.76，只用于本项目，不挪作他用。它是到账减去拨付，减去结余转出的 ¥50，减去钱包手续费 ¥0.24。"
            in page)
    page = visit(small, "/projects/LB1-1").text
    assert "现在账上有 ¥50，只用于本项目，不挪作他用。它是到账减去拨付，加上从其他资金转入的 ¥50。" in page
    assert "从到账款和转入的钱里支出" in page
    english = visit(small, "/en/projects/HD1-1").text
    assert ("¥169.76, kept for this project and nothing else. It is what was received less what was disbursed, less "
            "¥50 of surplus moved to another project, less ¥0.24 of wallet fees." in english)


def test_a_refund_that_the_general_fund_topped_up_is_told(small: Flask, clock: FixedClock, visit: Visit) -> None:
    with small.app_context():
        world.give(clock, 200_00, code=None)
        world.give(clock, 100_00)
        gift = db.session.scalars(db.select(Donation.id).order_by(Donation.id.desc())).first()
        world.give(clock, 100_00)
        pay_out(clock, 150_00)
        asked = refunds.request(actor=world.STAFF, clock=clock, what="donation", subject_id=gift or 0,
                                account_code="BANK", reason="捐赠人申请", general_pays=True)
        assert "从到账款里支出" in visit(small, "/projects/HD1-1").text
        approvals.decide(actor=world.FINANCE, clock=clock, request_id=asked, decision="approve")
    page = visit(small, "/projects/HD1-1").text
    assert "现在账上有 ¥0，只用于本项目，不挪作他用。它是到账减去拨付，加上从其他资金转入的 ¥50。" in page
    assert "从到账款和转入的钱里支出" in page


def test_names_are_shown_as_their_owners_chose(small: Flask, clock: FixedClock, visit: Visit) -> None:
    ids = SequenceIds()
    with small.app_context():
        adopt(clock, ids, "欧阳公开", "full", phone="13800000001")
        adopt(clock, ids, "司马称呼", "short", phone="13800000002")
        adopt(clock, ids, "诸葛保密", "none", phone="13800000003")
        adopt(clock, ids, "诸葛保密", "none", phone="13800000003")
        adopt(clock, ids, "上官不说", "none", phone="13800000004")
        adopt(clock, ids, "禾木食品有限公司", "short", donor_kind="enterprise", phone="0371-68880000")
    for path, counted in (("/projects/HD1-1", "2位不公开姓名的捐赠人"),
                          ("/en/projects/HD1-1", "2 donors who prefer not to be named")):
        page = visit(small, path)
        assert "欧阳公开" in page.text
        assert "司**" in page.text
        assert "禾木食品有限公司" in page.text
        assert counted in page.text
        for hidden in ("司马称呼", "诸葛", "上官", "13800000", "68880000"):
            assert hidden not in str(page.tags) + page.text, hidden


def test_one_person_who_is_named_once_and_once_not_is_not_linked(small: Flask, clock: FixedClock, visit: Visit) -> None:
    ids = SequenceIds()
    with small.app_context():
        adopt(clock, ids, "欧阳公开", "full", 10_00)
        adopt(clock, ids, "欧阳公开", "none", 25_00)
    text = visit(small, "/projects/HD1-1").text
    assert "欧阳公开 需求1 ¥10 ¥0" in text
    assert "1位不公开姓名的捐赠人 需求1 ¥25 ¥0" in text


def test_a_name_is_public_once_something_has_come_in(small: Flask, clock: FixedClock, visit: Visit) -> None:
    """Anybody can type anybody's name, as a guest or into an account of their own."""
    ids, references = SequenceIds(), []
    with small.app_context():
        user_id = accounts.sign_up(clock=clock, user=NewUser("市长某某", UNUSABLE, phone="13811110000"),
                                   donor=DonorFacts("individual", "市长某某", "13811110000"))
        [(mine, _owner)] = enterprises.donors_of(db.session(), user_id)
        for facts, kind in ((DonorFacts(donor_id=mine.id), "cash"),
                            (DonorFacts("individual", "局长某某", "13811110001"), "cash"),
                            (DonorFacts("individual", "科长某某", "13811110002"), "goods"),
                            (DonorFacts("individual", "股长某某", "13811110003"), "hours")):
            pledge_id = adoption.adopt(actor=Actor.public(), clock=clock, ids=ids, donor=facts, confirm_minutes=30,
                                       wish=AdoptionWish("HD1-1", kind, 2, "full"))
            adoption.confirm(actor=Actor.public(), clock=clock, pledge_id=pledge_id, hold_days=3, grace_days=30)
            references.append(world.pledge(pledge_id).reference)
        tokens = [links.token_of(number) for number in range(1, 5)]
    names = ("市长某某", "局长某某", "科长某某", "股长某某")
    for path in ("/projects/HD1-1", "/projects/HD1-1/people"):
        assert [name for name in names if name in visit(small, path).text] == []
    assert "2位不公开姓名的捐赠人 需求1 ¥0.04 ¥0" in visit(small, "/projects/HD1-1").text
    said = ("到账以后公开为", "到账以后公开为", "收到以后公开为", "服务以后公开为")
    for token, words, name in zip(tokens, said, names, strict=True):
        assert f"{words}“{name}”" in small.test_client().get(f"/pledges/{token}").text
    with small.app_context():
        for reference in references[:2]:
            world.receive(clock, 1, reference=reference)
        goods.receive_goods(actor=world.STAFF, clock=clock, gift=KindGift(world.DAY, 1, reference=references[2]))
        goods.record_hours(actor=world.STAFF, clock=clock, gift=KindGift(world.DAY, 1, reference=references[3],
                                                                         basis="签到表"))
    for path in ("/projects/HD1-1", "/projects/HD1-1/people"):
        assert [name for name in names if name in visit(small, path).text] == list(names)
    for token, name in zip(tokens, names, strict=True):
        assert f"公开方式：公开为“{name}”" in small.test_client().get(f"/pledges/{token}").text


def test_reservations_and_ended_promises_are_not_listed(small: Flask, clock: FixedClock, visit: Visit) -> None:
    ids = SequenceIds()
    with small.app_context():
        adoption.adopt(actor=world.STAFF, clock=clock, ids=ids, confirm_minutes=30,
                       donor=DonorFacts("individual", "只是看看", "13800000009"),
                       wish=AdoptionWish("HD1-1", "cash", 10_00, "full"))
        ended = adopt(clock, ids, "已经放开", "full", phone="13800000008")
        adoption.give_up(actor=world.STAFF, clock=clock, pledge_id=ended)
        kept = world.promise(clock, 100_00, name="付过一半")
        world.receive(clock, 40_00, reference=kept.reference)
        adoption.give_up(actor=world.STAFF, clock=clock, pledge_id=kept.id)
    page = visit(small, "/projects/HD1-1")
    assert "只是看看" not in page.text
    assert "已经放开" not in page.text
    assert "付过一半 需求1 ¥40 ¥40" in page.text
    assert "合计：承诺 ¥40；到账 ¥40。" in page.text


def test_merged_donors_are_one_person(small: Flask, clock: FixedClock, visit: Visit) -> None:
    ids = SequenceIds()
    with small.app_context():
        adopt(clock, ids, "甲", "none", phone="13800000001")
        adopt(clock, ids, "甲", "none", phone="13800000002")
        with transaction() as tx:
            one, other = tx.query(Donor).order_by(Donor.id).all()
            other.merged_into_id = one.id
            tx.flush()
    assert "1位不公开姓名的捐赠人" in visit(small, "/projects/HD1-1").text


def test_gifts_without_a_promise_or_a_name(small: Flask, clock: FixedClock, visit: Visit) -> None:
    with small.app_context():
        world.give(clock, 30_00)
        world.give(clock, 12_00)
    assert "2笔没有留名的捐赠 需求1 — ¥42" in visit(small, "/projects/HD1-1").text


def test_every_kind_in_its_own_measure(small: Flask, clock: FixedClock, visit: Visit) -> None:
    ids = SequenceIds()
    with small.app_context():
        adopt(clock, ids, "甲", "full", 3, kind="goods")
        adopt(clock, ids, "乙", "full", 8, kind="hours", phone="13800000005")
        pledge = world.promise(clock, 500_00)
        world.receive(clock, 120_00, reference=pledge.reference)
    page = visit(small, "/projects/HD1-1")
    text = page.text.replace(" ", "")
    assert "承诺3台，收到0台，已交付0台。还可认领7台。" in text
    assert "报名8小时，已服务0小时。还可认领12小时。" in text
    assert "承诺¥300，到账¥120，已拨付¥0。已认满。" in text
    assert "承诺¥500100%" in text
    assert "到账¥12024%" in text
    assert "¥762" not in text      # 500 + 260 + … : money and goods are never one figure
    assert "需求3台，还差" not in text


def test_a_project_without_money_shows_no_bar_of_nothing(whole: Flask, visit: Visit) -> None:
    page = visit(whole, "/projects/KN04-1")
    assert "需求¥0" not in page.text.replace(" ", "")
    assert "钱买到了什么" not in page.text
    assert "还可认领 400个" in page.text


def test_what_the_money_bought(small: Flask, clock: FixedClock, visit: Visit) -> None:
    with small.app_context():
        world.give(clock, 300_00)
        payment = pay_out(clock, 120_00)
        assert "灶台两座 ¥120 凭据2份" in visit(small, "/projects/HD1-1").text
        numbering.assign()
        disbursements.deliver(actor=world.STAFF, clock=clock, disbursement_id=payment, on=world.DAY,
                              note_zh="居民代表验收")
    page = visit(small, "/projects/HD1-1")
    assert "灶台两座 已验收 2026-04-15 居民代表验收 ¥120 凭据2份、202604-" in page.text
    assert "张三" not in page.text      # the payee may be a person
    assert "现在账上有 ¥180，只用于本项目，不挪作他用。 " in page.text
    assert "灶台两座" in visit(small, "/where").text
    assert "Two stoves" in visit(small, "/en/where").text
    assert "拨付 ¥120" in visit(small, "/").text
    with small.app_context():
        disbursements.returned(actor=world.FINANCE, clock=clock, disbursement_id=payment, on=world.DAY)
    assert "灶台两座" not in visit(small, "/projects/HD1-1").text
    assert "灶台两座" not in visit(small, "/where").text


def test_drafts_are_for_the_office(small: Flask, clock: FixedClock, visit: Visit) -> None:
    with small.app_context(), transaction() as tx:
        tx.query(SubProject).filter_by(code="LB1-1").one().status = "draft"
        tx.flush()
    visit(small, "/projects/LB1-1", 404)
    visit(small, "/documents/fund/LB1-1.pdf", 404)
    assert "院落绿化" not in visit(small, "/projects").text + visit(small, "/").text
    assert "草稿" in visit(client_of(small, make_user(small, "auditor")), "/projects/LB1-1").text
    visit(client_of(small, make_user(small, "donor")), "/projects/LB1-1", 404)


def test_updates_pictures_and_words(small: Flask, clock: FixedClock, visit: Visit) -> None:
    with small.app_context(), transaction() as tx:
        sub = tx.query(SubProject).filter_by(code="HD1-1").one()
        files = [StoredFile(sha256=letter * 64, media_type="image/jpeg", size_bytes=1, width_px=6, height_px=4,
                            added_at=clock.now()) for letter in "abc"]
        tx.add_all(files)
        tx.flush()
        news = [ProjectUpdate(sub_project_id=sub.id, published_on=world.DAY, body_zh="灶台<b>装好了", body_en="",
                              quotation_zh="有热饭了。", quotation_en="", disclosure=True),
                ProjectUpdate(sub_project_id=sub.id, published_on=world.DAY, body_zh="写错了的", withdrawn=True)]
        tx.add_all(news)
        tx.flush()
        tx.add_all(ProjectPicture(sub_project_id=sub.id, update_id=update, file_id=file.id, alt_zh=alt, alt_en="",
                                  withdrawn=withdrawn) for file, alt, update, withdrawn in
                   ((files[0], "灶台", news[0].id, False), (files[1], "院子", None, False),
                    (files[2], "不该有", news[0].id, True)))
        tx.flush()
    page = visit(small, "/projects/HD1-1")
    assert "灶台<b>装好了" in page.text
    assert "“有热饭了。”" in page.text
    assert "写错了的" not in page.text
    assert [image["alt"] for image in page.all("img")] == ["院子", "灶台"]
    english = visit(small, "/en/projects/HD1-1")
    assert english.all("img")[0]["lang"] == "zh-CN"      # an untranslated text says which language it is in
    assert "灶台<b>装好了" in visit(small, "/").text


def test_the_next_disclosure_is_told(small: Flask, visit: Visit) -> None:
    text = visit(small, "/projects/HD1-1").text
    assert "上次公示 还没有" in text
    assert "下次公示不迟于 2026-07-15" in text


def test_unknown_addresses(small: Flask, visit: Visit) -> None:
    assert "没有找到" in visit(small, "/projects/XX99-9", 404).text
    visit(small, "/files/" + "0" * 64, 404)
    visit(small, "/files/..%2f..%2fsecret-key", 404)


def test_many_names_have_pages_of_their_own(small: Flask, clock: FixedClock, visit: Visit,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_pages, "NAMED_SHOWN", 2)
    monkeypatch.setattr(project_pages, "NAMED_PER_PAGE", 3)
    ids = SequenceIds()
    with small.app_context():
        adopt(clock, ids, "诸葛保密", "none", phone="13800000999")
        for number in range(5):
            adopt(clock, ids, f"公开{number}", "full", phone=f"1380000000{number}")
    page = visit(small, "/projects/HD1-1")
    assert "公开1" in page.text
    assert "公开2" not in page.text
    assert "1位不公开姓名的捐赠人" in page.text
    assert "看全部5位具名的认领人" in page.text
    first, second = visit(small, "/projects/HD1-1/people"), visit(small, "/projects/HD1-1/people?page=2")
    assert "公开2" in first.text
    assert "公开3" not in first.text
    assert "公开3 需求1 ¥10 ¥0 公开4" in second.text
    assert "诸葛" not in first.text + second.text
    assert "/projects/HD1-1/people" in second.links()
    assert "公开4" in visit(small, "/projects/HD1-1/people?page=99").text
    visit(small, "/projects/XX/people", 404)
    assert "还没有具名的认领人" in visit(small, "/projects/LB1-1/people").text
