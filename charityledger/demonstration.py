"""Generated demonstration data, made through the same services as real data and marked as such everywhere."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from flask import current_app
from PIL import Image, ImageDraw
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from . import demonstration_receipts, demonstration_statements
from .clock import Clock, FixedClock, SystemClock, today
from .database import use_case
from .donations import accounts, adoption, cash_boxes, disbursements, enterprises, goods, receipts
from .donations.adoption import AdoptionWish
from .donations.disbursements import PaymentWish
from .donations.donors import DonorFacts
from .donations.goods import KindGift
from .donations.models import Pledge
from .donations.receipts import ReceivedLine
from .donations.rules import LIVE_STATES, Part
from .errors import Conflict
from .extensions import db
from .identity import passwords
from .identity.actor import Actor
from .identity.service import create_user
from .ids import RandomIds
from .ledger import numbering, store
from .projects import files, measures, needs, updates
from .projects.measures import ItemFigures
from .projects.models import NeedItem, SiteFact, SubProject
from .projects.rules import capacity_of

DAYS = 190                                  # how far back the generated history begins
DECLARATIONS = 62_792                       # the programme's published figure
SURNAMES = "赵钱孙李周吴郑王冯陈卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹喻苏潘葛范彭鲁韦马苗方俞任袁柳"
GIVEN = ("建国", "淑芬", "志远", "晓燕", "文博", "雨桐", "国强", "秀英", "子轩", "玉兰", "海涛", "思琪", "明哲", "春梅")
FIRMS = ("禾木食品", "青槐餐饮管理", "明德商贸", "豫中建材", "嵩云科技", "金水源物业", "德润医药", "惠民里便利连锁",
         "正兴服饰", "铭功印务", "长江路汽修", "樱桃沟农业")
# Who is paid is never who gives: one name on both sides would look like money going round in a circle.
SUPPLIERS = ("衡丰厨具设备", "佳合家具制造", "康宁适老用品", "启明灯饰电器", "绿苑园林工程", "恒泰水电安装",
             "文华图书发行", "同心印刷", "乐享体育器材", "安居防水维修", "博爱医疗器械", "鑫源粮油配送")
BOUGHT = ("第一批采购", "第二批采购与安装", "首期施工", "本季补充")
BOUGHT_EN = ("first purchase", "second purchase and fitting", "first works", "this quarter's supply")


@dataclass
class Cast:
    """Who acts in the demonstration."""

    staff: Actor
    finance: Actor
    admin: Actor


def fill(*, password: str, say: Callable[[str], object]) -> list[tuple[str, str]]:
    """Fill an empty database; returns [(role, e-mail)] of the sign-ins, or nothing where there is data already."""
    if db.session.scalar(select(func.count(Pledge.id))) or db.session.get(SiteFact, "demonstration"):
        say("There is data already; nothing was added")
        return []
    clock = FixedClock(SystemClock().now() - timedelta(days=DAYS))
    mark(today(clock))
    signs, cast, donor_id = people(password, clock)
    say("Demonstration: promises, gifts and payments …")
    Story(cast, clock, random.Random(2026)).tell(donor_id)
    numbering.assign()
    return signs


@use_case
def mark(tx: Session, opened_on: date) -> None:
    """The database says from now on that what it holds is a demonstration."""
    tx.add(SiteFact(name="demonstration", value="1"))
    tx.add(SiteFact(name="declarations", value=str(DECLARATIONS)))
    # The catalogue came in just now, but the generated history began long ago.
    tx.execute(update(SubProject).values(opened_on=opened_on))
    for item in tx.scalars(select(NeedItem)):
        needs.restate(tx, item.id, need=capacity_of(item.kind, item.quantity, item.amount_fen),
                      unit_price_fen=item.unit_price_fen, on=opened_on)
    tx.flush()


def people(password: str, clock: Clock) -> tuple[list[tuple[str, str]], Cast, int]:
    """One person for each role, and the number of the donor that one of them is."""
    signs, actors = [], {}
    names = {"admin": "管理员（演示）", "staff": "经办（演示）", "finance": "财务（演示）", "auditor": "审计员（演示）",
             }
    hashed = passwords.new_hash(password)
    for role, name in names.items():
        user = create_user(actor=Actor.system(), clock=clock, name=name, role=role, email=f"{role}@demo.example",
                           password_hash=hashed)
        actors[role] = Actor(user.id, role, user.name)
        signs.append((role, f"{role}@demo.example"))
    donor = accounts.sign_up(
        clock=clock, user=accounts.NewUser("捐赠人（演示）", hashed, "donor@demo.example", "13900000000"),
        donor=DonorFacts("individual", "捐赠人（演示）", "13900000000", "donor@demo.example"))
    signs.append(("donor", "donor@demo.example"))
    mine = enterprises.donors_of(db.session(), donor)
    return signs, Cast(actors["staff"], actors["finance"], actors["admin"]), mine[0][0].id


class Story:
    """Half a year of a district's programme. Every step is a use case; the clock moves on between them."""

    def __init__(self, cast: Cast, clock: FixedClock, rnd: random.Random) -> None:
        self.cast, self.clock, self.rnd = cast, clock, rnd
        self.evidence = evidence_file(cast.staff, clock)
        self.bank_id = 0

    def tell(self, donor_id: int) -> None:
        start = self.clock.at
        self.own_account(donor_id)
        self.clock.at = start
        for sub_id, code in db.session.execute(select(SubProject.id, SubProject.code).order_by(SubProject.position)):
            self.project(sub_id, code)
        self.loose_ends()
        self.cash_box()
        demonstration_statements.fill(staff=self.cast.staff, clock=self.clock,
                                      instance=Path(str(current_app.config["INSTANCE"])))
        demonstration_receipts.fill(staff=self.cast.staff, clock=self.clock, donor_id=donor_id)

    def project(self, sub_id: int, code: str) -> None:
        start = self.clock.at
        self.clock.forward(hours=self.rnd.randrange(2, 400))
        share = self.rnd.choice((.0, .3, .55, .7, .85, 1, 1))
        for item in self.items(sub_id):
            if item.kind == "cash":
                self.promises(code, item, share)
            else:
                self.in_kind(code, item)
        self.payments(sub_id, code)
        self.news(sub_id)
        self.clock.at = start + timedelta(days=2)

    def items(self, sub_id: int) -> list[ItemFigures]:
        db.session.rollback()
        return measures.items(db.session, sub_project_ids=[sub_id])

    def promises(self, code: str, item: ItemFigures, share: float) -> None:
        """Promises for an item up to about `share` of it; most are kept, some in part, some not yet."""
        left = min(item.own.open, int(item.own.need * share) // 100_00 * 100_00)
        while left >= 1_000_00 or (share == 1 and left > 0):
            fen = min(left, self.rnd.choice((2_000_00, 5_000_00, 12_000_00, 36_000_00, 60_000_00)))
            if share == 1 and left - fen < 1_000_00:
                fen = left
            left -= fen
            pledge_id = adoption.accept(
                actor=self.cast.staff, clock=self.clock, ids=RandomIds(), donor=self.donor(fen),
                wish=AdoptionWish(code, "cash", fen, self.rnd.choice(("full", "full", "short", "none")),
                                  (item.item_id,)))
            self.clock.forward(hours=self.rnd.randrange(5, 90))
            kept = self.rnd.choices((1, .5, 0), (7, 1, 3))[0]
            if kept:
                self.pay(pledge_id, int(fen * kept))

    def in_kind(self, code: str, item: ItemFigures) -> None:
        """Goods are promised, received with their value's evidence and partly handed over; hours are served."""
        share = self.rnd.choice((0, .3, .6, 1))
        amount = min(item.own.open, int(item.own.need * share))
        if not amount:
            return
        promise = AdoptionWish(code, item.kind, amount, self.rnd.choice(("full", "short", "none")), (item.item_id,))
        pledge_id = adoption.accept(actor=self.cast.staff, clock=self.clock, ids=RandomIds(), wish=promise,
                                    donor=self.donor(12_000_00 if item.kind == "goods" else 0))
        reference = db.session.get_one(Pledge, pledge_id).reference
        came = amount * self.rnd.choice((1, 2, 3)) // 3
        self.clock.forward(days=self.rnd.randrange(2, 12))
        if not came:
            return
        if item.kind == "hours":
            goods.record_hours(actor=self.cast.staff, clock=self.clock, gift=KindGift(
                self.day(), came, reference=reference, basis="社区签到表（演示）", shown=promise.shown))
            return
        gift = goods.receive_goods(actor=self.cast.staff, clock=self.clock, gift=KindGift(
            self.day(), came, reference=reference, value_fen=came * item.unit_price_fen, basis="购货发票（演示）",
            shown=promise.shown, files=((self.evidence, "演示发票.png"),)))
        units = came * self.rnd.choice((0, 1, 2)) // 2
        if units:
            self.clock.forward(days=3)
            goods.hand_over(actor=self.cast.staff, clock=self.clock, donation_id=gift, units=units, on=self.day(),
                            files=((self.evidence, "演示签收单.png"),))

    def own_account(self, donor_id: int) -> None:
        """What the demonstration's donor finds under “my gifts”: a promise in three parts, and one kept in full."""
        who = DonorFacts(donor_id=donor_id)
        whole, parts = "BM02-1", "YJ01-2"
        for code, fen, days in ((whole, 3_600_00, ()), (parts, 9_000_00, (10, 40, 70))):
            due = tuple(self.day() + timedelta(days=n) for n in days)
            pledge_id = adoption.accept(actor=self.cast.staff, clock=self.clock, ids=RandomIds(), donor=who,
                                        wish=AdoptionWish(code, "cash", fen, "full", due_on=due))
            self.clock.forward(hours=30)
            self.pay(pledge_id, fen if code == whole else 3_000_00)

    def cash_box(self) -> None:
        """A collection box, counted by one person and agreed by another; the next one still waits for its witness."""
        first = cash_boxes.count(actor=self.cast.staff, clock=self.clock, box="社区服务大厅募捐箱",
                                 counted_on=self.day(), amount_fen=386_50)
        cash_boxes.agree(actor=self.cast.finance, clock=self.clock, count_id=first)
        cash_boxes.count(actor=self.cast.staff, clock=self.clock, box="商场募捐箱", counted_on=self.day(),
                         amount_fen=152_00)

    def donor(self, fen: int) -> DonorFacts:
        phone = f"139{self.rnd.randrange(10**8):08d}"
        if fen >= 12_000_00:
            return DonorFacts("enterprise", f"郑州{self.rnd.choice(FIRMS)}有限公司", phone)
        return DonorFacts("individual", self.rnd.choice(SURNAMES) + self.rnd.choice(GIVEN), phone)

    def pay(self, pledge_id: int, fen: int) -> None:
        pledge = db.session.get_one(Pledge, pledge_id)
        self.bank_id += 1
        receipts.record_receipt(
            actor=self.cast.staff, clock=self.clock, reference=pledge.reference,
            line=ReceivedLine(self.rnd.choices(("BANK", "WECHAT"), (8, 2))[0], self.day(), fen, pledge.donor.name,
                              f"捐赠 {pledge.reference}", f"DEMO{self.bank_id:08d}"))

    def payments(self, sub_id: int, code: str) -> None:
        """Some of what has come in is paid out, each time by two people; most of it is delivered too."""
        for n in range(self.rnd.choice((0, 1, 2, 3))):
            for account in ("BANK",):
                parts = tuple(Part(i.item_id, (i.own.received - i.own.disbursed) * self.rnd.choice((3, 5, 8)) // 1000_00
                                   * 100_00) for i in self.items(sub_id) if i.kind == "cash")
                parts = tuple(p for p in parts if p.amount > 0)
                if not parts:
                    return
                self.clock.forward(days=self.rnd.randrange(3, 20))
                self.one_payment(code, account, parts, n)

    def one_payment(self, code: str, account: str, parts: tuple[Part, ...], n: int) -> None:
        sub = db.session.scalars(select(SubProject).where(SubProject.code == code)).one()
        wish = PaymentWish(code, account, f"郑州{self.rnd.choice(SUPPLIERS)}有限公司", f"{sub.title_zh}{BOUGHT[n]}",
                           f"{sub.title_zh}：{BOUGHT[n]}", parts, f"{sub.title_en}: {BOUGHT_EN[n]}",
                           files=((self.evidence, "演示发票.png"),))
        try:
            payment = disbursements.request(actor=self.cast.staff, clock=self.clock, wish=wish)
        except Conflict:
            return          # part of this fund's money lies in the wallet or is spoken for; a real day has such too
        self.clock.forward(hours=20)
        try:
            disbursements.approve(actor=self.cast.finance, clock=self.clock, disbursement_id=payment,
                                  paid_on=self.day())
        except Conflict:
            disbursements.reject(actor=self.cast.finance, clock=self.clock, disbursement_id=payment,
                                 note="账户余额不足")
            return
        if self.rnd.random() < .75:
            self.clock.forward(days=self.rnd.randrange(1, 9))
            disbursements.deliver(actor=self.cast.staff, clock=self.clock, disbursement_id=payment, on=self.day(),
                                  note_zh="居民代表验收", note_en="accepted by residents' representatives")

    def news(self, sub_id: int) -> None:
        """Most projects published lately; for a few the next disclosure is due soon, or late."""
        lately = SystemClock().now() - timedelta(days=self.rnd.randrange(5, 89))
        self.clock.at = max(self.clock.at, lately)
        if self.rnd.random() < .95:
            updates.publish_note(sub_project_id=sub_id, body_zh="本期公示：资金与进度已更新，见本页明细。",
                                 body_en="Published for this period: money and progress are up to date on this page.",
                                 disclosure=True, actor=self.cast.staff, clock=self.clock)

    def loose_ends(self) -> None:
        """What a desk finds in the morning: money without a reference, too much money, a request to approve."""
        self.clock.at = SystemClock().now() - timedelta(hours=20)
        live = select(Pledge).where(Pledge.state.in_(LIVE_STATES), Pledge.kind == "cash").order_by(Pledge.id.desc())
        open_pledge = db.session.scalars(live).first()
        if open_pledge is not None:
            self.pay(open_pledge.id, open_pledge.outstanding + 50_00)
        receipts.record_receipt(actor=self.cast.staff, clock=self.clock, line=ReceivedLine(
            "BANK", self.day(), 888_00, "（未提供）", "爱心捐款", "DEMO-LOOSE-1"))
        for sub in db.session.scalars(select(SubProject).order_by(SubProject.position)):
            item = next((i for i in self.items(sub.id) if i.kind == "cash"
                         and min(i.own.received - i.own.disbursed, store.free(db.session, i.sub_code)) >= 100_00), None)
            if item is not None:
                wish = PaymentWish(sub.code, "BANK", f"郑州{SUPPLIERS[0]}有限公司", "待审批的演示申请",
                                   f"{sub.title_zh}：后续采购",
                                   (Part(item.item_id, 100_00),), f"{sub.title_en}: further purchase",
                                   files=((self.evidence, "演示发票.png"),))
                disbursements.request(actor=self.cast.staff, clock=self.clock, wish=wish)
                return

    def day(self) -> date:
        return today(self.clock)


@use_case
def _store(tx: Session, data: bytes, actor: Actor, clock: Clock) -> int:
    return files.store(tx, data, "demonstration.png", instance=Path(str(current_app.config["INSTANCE"])), actor=actor,
                       clock=clock)


def evidence_file(actor: Actor, clock: Clock) -> int:
    """A picture that plainly says that it is no invoice."""
    picture = Image.new("RGB", (640, 400), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 20, 620, 380), outline="black", width=3)
    draw.text((60, 180), "DEMONSTRATION - not a real invoice", fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return _store(out.getvalue(), actor, clock)


