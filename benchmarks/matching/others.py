"""Lines beside gifts: wallet fees and refunds, payouts, payments that come back, gifts that are sent back."""

from datetime import timedelta
from random import Random

from .people import bank_account
from .world import ACCOUNTS, Payment, Truth, World

WALLETS = {"WX1": "财付通支付科技有限公司", "ZFB1": "支付宝（中国）网络技术有限公司"}
_SUPPLIERS = ("河南同方建材有限公司", "郑州晨光图书有限公司", "新乡豫北食品有限公司")


def add_others(random: Random, world: World, rates: dict[str, float]) -> None:
    """Append them to `world.payments`, each with its partner, then order all by time."""
    orders = 0
    for gift in list(world.payments):
        if gift.account in WALLETS:
            orders += 1
            gift.order = f"42000000{orders:020d}"
            _wallet_rows(random, world, rates, gift)
        elif "not_a_donation" not in gift.truth.tags and random.random() < rates["returned_out"]:
            world.payments.append(_row(gift, -gift.fen, gift.at + timedelta(days=random.randint(0, 3), seconds=1),
                                       "退汇", "returned_out", partner=gift))
        if random.random() < rates["returned_in"]:
            _returned_in(random, world, gift)
        if random.random() < rates["payout"]:
            _payout(random, world, gift)
    world.payments.sort(key=lambda payment: payment.at)


def _row(gift: Payment, fen: int, at: "object", memo: str, tag: str, *, kind: str = "payment",
         partner: Payment | None = None) -> Payment:
    return Payment(gift.account, at, fen, gift.name, gift.payer_account, memo,  # type: ignore[arg-type]
                   Truth({}, "none", (tag,)), kind, gift.order, partner=partner)


def _wallet_rows(random: Random, world: World, rates: dict[str, float], gift: Payment) -> None:
    fee = (gift.fen * 6 + 500) // 1000 if gift.account == "WX1" else 0
    if fee:
        world.payments.append(_row(gift, -fee, gift.at, "", "fee_row", kind="fee", partner=gift))
    whole = random.random() < rates["refund"]
    if not whole and random.random() >= rates["partial_refund"]:
        return
    gross = gift.fen if whole else max(100, gift.fen * random.randint(20, 80) // 100)
    back = (fee * gross + gift.fen // 2) // gift.fen
    memo = f"退款总金额{gross / 100:.2f}元;含手续费{back / 100:.2f}元" if gift.account == "WX1" else ""
    world.payments.append(_row(gift, back - gross, gift.at + timedelta(hours=random.randint(1, 90)), memo,
                               "refund" if whole else "partial_refund", kind="refund", partner=gift))


def _returned_in(random: Random, world: World, near: Payment) -> None:
    """A payment of ours, and the same money back some days later."""
    bank = random.choice(ACCOUNTS[2:])
    fen = random.randint(100, 9000) * 100
    paid = Payment(bank, near.at + timedelta(minutes=3), -fen, random.choice(_SUPPLIERS), bank_account(random), "货款",
                   Truth({}, "none", ("payment",)))
    world.payments += [paid, Payment(bank, paid.at + timedelta(days=random.randint(1, 6)), fen, paid.name,
                                     paid.payer_account, random.choice(("退汇", "账号户名不符退回")),
                                     Truth({}, "none", ("returned_in",)), partner=paid)]


def _payout(random: Random, world: World, near: Payment) -> None:
    """Money from a wallet to a bank account: out there, in here."""
    wallet = random.choice(list(WALLETS))
    fen = random.randint(1000, 90_000) * 100
    out = Payment(wallet, near.at + timedelta(minutes=7), -fen, "" if wallet == "WX1" else "某区慈善总会", "", "",
                  Truth({}, "none", ("payout",)), "payout")
    into = Payment(random.choice(ACCOUNTS[2:]), out.at + timedelta(days=random.randint(0, 3), minutes=1), fen,
                   WALLETS[wallet], "", random.choice(("提现", f"备付金划款{random.randrange(10**9, 2 * 10**9)}")),
                   Truth({}, "none", ("payout",)), partner=out)
    world.payments += [out, into]
