"""Promises that wait, promises that wait no more, and the payments that keep them or do not: with the truth."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from charityledger import reference
from charityledger.reconciliation.matching.model import OpenPledge, Settled

from .noise import Writing, break_code
from .people import Donor, People, person, phone, relative

BEGIN = date(2026, 1, 5)
DAYS = 110
ROUND = (50, 100, 100, 200, 200, 300, 500, 500, 1000, 1000, 2000, 5000, 10000)
ACCOUNTS = ("WX1", "ZFB1", "BOC1", "ICBC1", "CCB1")
SHARES = (25, 20, 25, 15, 15)


@dataclass
class Truth:
    """What a payment is. `parts`: pledge -> fen; `kind`: intact, typo, rest (it has a pledge, no usable code), none."""

    parts: dict[int, int]
    kind: str
    tags: tuple[str, ...]
    silent: bool = False        # nothing but the amount: no name, no telephone, no digits of a code


@dataclass
class Payment:
    """One line as it will stand in a file; `fen` signed."""

    account: str
    at: datetime
    fen: int
    name: str
    payer_account: str
    memo: str
    truth: Truth
    kind: str = "payment"
    order: str = ""
    balance: int = 0
    partner: "Payment | None" = None     # what a refund, a return or a payout belongs to


@dataclass
class World:
    """All of it. Only `pledges` and `settled` and the written files go to the matcher."""

    pledges: list[OpenPledge]
    settled: dict[str, Settled]
    payments: list[Payment] = field(default_factory=list)


class Maker:
    """Makes a world of about `lines` inflows with named kinds of noise at their rates."""

    def __init__(self, seed: int, lines: int, rates: dict[str, float]) -> None:
        self.random = Random(seed)
        self.rates = rates
        self.lines = lines
        self.people = People(self.random, rates["namesake"], rates["look_alike"])
        self.world = World([], {})
        self.donors: dict[int, Donor] = {}
        self._codes: set[str] = set()
        self._by_id: dict[int, OpenPledge] = {}

    def make(self) -> World:
        self._promise()
        self._by_id = {pledge.id: pledge for pledge in self.world.pledges}
        waiting = list(self.world.pledges)
        self.random.shuffle(waiting)
        while waiting and len(self.world.payments) < self.lines:
            self._keep(waiting.pop(), waiting)
            while self._happens("not_a_donation"):
                self._no_donation()
        return self.world

    def _happens(self, kind: str) -> bool:
        return self.random.random() < self.rates[kind]

    def _code(self) -> str:
        while (code := reference.make(self.random.randrange(reference.SEVEN_LIMIT))) in self._codes:
            pass
        self._codes.add(code)
        return code

    def _promise(self) -> None:
        random = self.random
        for number in range(1, self.lines * 5 // 4 + 2):
            again = self.people.donors and random.random() < 0.2
            donor = random.choice(self.people.donors) if again else self.people.donor()
            if random.random() < 0.12:
                self.world.settled[self._code()] = Settled(donor.name, -number)
                continue
            fen = self._amount()
            instalments: tuple[int, ...] = ()
            if self._happens("instalments") and fen % 3 == 0:
                instalments = (fen // 3,) * 3
            self.donors[number] = donor
            self.world.pledges.append(OpenPledge(
                number, self._code(), donor.number, donor.name, donor.kind, fen, instalments[0] if instalments else fen,
                BEGIN + timedelta(days=random.randrange(DAYS)), donor.phone,
                frozenset({donor.account} if donor.known else ()), instalments))

    def _amount(self) -> int:
        how = self.random.random()
        if how < 0.6:
            return self.random.choice(ROUND) * 100
        if how < 0.85:
            return self.random.choice((120, 168, 360, 420, 1260)) * self.random.randint(1, 12) * 100
        return self.random.randint(1000, 900_000)

    # One promise, kept in one of many ways.
    def _keep(self, pledge: OpenPledge, waiting: list[OpenPledge]) -> None:
        random = self.random
        parts, tags = {pledge.id: pledge.outstanding_fen}, list(self.donors[pledge.id].tags)
        codes = [pledge.reference]
        if pledge.instalments and random.random() < 0.7:
            parts[pledge.id] = pledge.due_fen
            tags.append("instalment")
        elif self._happens("one_to_many"):
            mine = [other for other in waiting[-2000:] if other.donor_id == pledge.donor_id and not other.instalments]
            for other in mine[: random.choice((1, 1, 2))]:
                waiting.remove(other)
                parts[other.id] = other.outstanding_fen
                codes.append(other.reference)
                tags.append("one_to_many")
        fens = [sum(parts.values())]
        if len(parts) == 1 and "instalment" not in tags:
            fens, tags = self._amounts(fens[0], tags)
        latest = max(self._by_id[number].pledged_on for number in parts)
        at = self._moment(latest)
        for number, fen in enumerate(fens):
            mine_now = dict(parts)
            if len(parts) == 1:
                mine_now = {pledge.id: min(fen, pledge.outstanding_fen)}
            beyond = "over" in tags or ("twin" in tags and number)
            self._pay(pledge, fen, mine_now, codes, at, list(tags), bool(beyond))
            if "twin" in tags and not number:
                twin = self.world.payments[-1]
                truth = Truth(twin.truth.parts, "twin", twin.truth.tags, twin.truth.silent)
                self.world.payments.append(Payment(twin.account, twin.at, twin.fen, twin.name, twin.payer_account,
                                                   twin.memo, truth))
                break
            at += timedelta(days=random.randrange(4), seconds=random.randrange(1, 3000))

    def _amounts(self, fen: int, tags: list[str]) -> tuple[list[int], list[str]]:
        random = self.random
        for kind in ("under", "over", "fee", "many_to_one", "twin"):
            if self._happens(kind):
                tags = [*tags, kind]
                if kind == "under":
                    return [self._tidy(fen * random.randint(20, 90) // 100)], tags
                if kind == "over":
                    return [fen + self._tidy(fen * random.randint(5, 60) // 100)], tags
                if kind == "fee":
                    return [fen - max(1, fen * random.choice((6, 6, 3, 10)) // 1000)], tags
                if kind == "many_to_one":
                    first = self._tidy(fen * random.randint(25, 75) // 100)
                    return ([first, fen - first], tags) if 0 < first < fen else ([fen], tags[:-1])
                return [fen, fen], tags
        return [fen], tags

    def _tidy(self, fen: int) -> int:
        """People pay round sums, mostly."""
        unit = 10_000 if fen > 50_000 else 1000
        return max(100, fen // unit * unit if self.random.random() < 0.7 else fen)

    def _moment(self, pledged_on: date) -> datetime:
        random = self.random
        days = random.choices((random.randint(0, 5), random.randint(0, 28), -1, random.randint(31, 60)),
                              (60, 34, 2, 4))[0]
        day = pledged_on + timedelta(days=days)
        return _at(random, day)

    def _pay(self, pledge: OpenPledge, fen: int, parts: dict[int, int], codes: list[str], at: datetime,
             tags: list[str], beyond: bool) -> None:
        random = self.random
        donor = self.donors[pledge.id]
        account = random.choices(ACCOUNTS, SHARES)[0]
        name, words, payer_tags, is_donor = self._payer(donor, account)
        tags += payer_tags
        kind = "rest" if beyond else "intact"
        code_kind, text = self._code_text(codes, tags, fen, pledge, name.split("(")[0] if is_donor else "")
        if code_kind != "intact":
            kind = code_kind if not beyond else "rest"
        if kind == "typo" and fen not in (pledge.outstanding_fen, pledge.due_fen):
            kind = "rest"
        writing = Writing(random, self.rates)
        memo = writing.memo(text, words, donor.phone, tags)
        own_code = any(tag in tags for tag in ("truncated", "substitution", "swap", "insertion", "deletion"))
        silent = not (kind in ("intact", "typo") or own_code or words or donor.phone[-4:] in memo
                      or (is_donor and "no_name" not in tags) or "over" in tags)
        self.world.payments.append(Payment(
            account, at, fen, name, "" if account in ("WX1", "ZFB1") else self._account(donor, is_donor), memo,
            Truth(parts, kind, tuple(dict.fromkeys(tags)), silent)))

    def _account(self, donor: Donor, is_donor: bool) -> str:
        return donor.account if is_donor else f"62{self.random.randrange(10**17):017d}"

    def _payer(self, donor: Donor, account: str) -> tuple[str, str, list[str], bool]:
        """(name in the file, words in the memo, kinds of noise, whether the donor himself pays)."""
        random = self.random
        name, words, tags = donor.name, "", []
        tail = donor.phone
        if donor.kind == "enterprise" and self._happens("employee"):
            name, tags = person(random), ["employee"]
            words = random.choice((donor.name, donor.name, donor.name.removesuffix("有限公司"), ""))
        elif donor.kind == "individual" and self._happens("family"):
            name, tags = relative(random, donor.name), ["family"]
            words = random.choice((f"代{donor.name}捐款", donor.name, tail, f"尾号 {tail[-4:]}", ""))
        own = not tags
        if account == "WX1":
            if not words and random.random() < 0.3:
                words = donor.name
            return "", words, [*tags, "no_name"], own
        individual = len(name) <= 3
        if account == "ZFB1":
            shown = f"*{name[-1]}" if len(name) == 2 else random.choice((f"*{name[1:]}", f"**{name[-1]}"))
            masked = individual and random.random() < 0.5
            number = tail if own else phone(random)
            return (f"{shown if masked else name}({number[:3]}******{number[-2:]})", words,
                    [*tags, *(["masked"] if masked else [])], own)
        if individual and self._happens("masked"):
            return name[0] + "*" * (len(name) - 1), words, [*tags, "masked"], own
        return name, words, tags, own

    def _code_text(self, codes: list[str], tags: list[str], fen: int, pledge: OpenPledge,
                   name: str) -> tuple[str, str]:
        """(intact, typo or rest, the code as written); adds the kinds of noise to `tags`."""
        random = self.random
        if self._happens("missing"):
            tags.append("missing")
            return "rest", ""
        if self._happens("someone_else"):
            other = self._someone_else(fen, pledge, name)
            if other:
                tags.append("someone_else")
                return "rest", other
        if self._happens("already_paid") and self.world.settled:
            tags.append("already_paid")
            return "rest", random.choice(list(self.world.settled))
        for kind in ("substitution", "swap", "insertion", "deletion"):
            if self._happens(kind):
                broken = break_code(random, codes[0], kind)
                if broken != codes[0]:
                    tags.append(kind)
                    return "typo" if len(codes) == 1 else "rest", " ".join([broken, *codes[1:]])
        if self._happens("truncated"):
            tags.append("truncated")
            return "rest", codes[0][: random.randint(6, 8)]
        if len(codes) > 1 and random.random() < 0.3:
            return "intact", "".join(codes[:2]) + " " + " ".join(codes[2:])
        return "intact", random.choice((" ", "、", "，", "和")).join(codes)

    def _someone_else(self, fen: int, pledge: OpenPledge, name: str) -> str:
        """A code of another donor. `name`: as the file will show the payer, empty where it shows none of the donor's.

        Not where nobody could tell: without the donor's whole name, the line must be exactly what the true promise
        awaits, and neither amount nor mask may fit the promise whose code it is.
        """
        if name != pledge.donor_name and fen not in (pledge.outstanding_fen, pledge.due_fen):
            return ""
        for _ in range(20):
            other = self.random.choice(self.world.pledges)
            fits = fen == other.outstanding_fen or (other.instalments and fen % other.due_fen == 0)
            alike = "*" in name and (set(name) - {"*"}) & set(other.donor_name)
            if other.donor_name != pledge.donor_name and (name == pledge.donor_name or not (fits or alike)):
                return other.reference
        return ""

    def _no_donation(self) -> None:
        random = self.random
        day = BEGIN + timedelta(days=random.randrange(DAYS))
        at = _at(random, day)
        name, memo = random.choice((
            ("郑州市财政局", "拨款"), ("中国工商银行", "结息"), (person(random), "退还借款"),
            (random.choice(self.people.donors).name, "货款退回"), (person(random), phone(random)),
            (random.choice(self.people.donors).name, f"合同{random.randrange(10**10):010d}"),
            (person(random), f"订单9{random.randrange(10**9):09d}"), ("某供应商", f"{random.randrange(10**9):09d}")))
        self.world.payments.append(Payment(
            random.choice(ACCOUNTS[2:]), at, self._amount(), name, f"62{random.randrange(10**17):017d}", memo,
            Truth({}, "none", ("not_a_donation",))))


def _at(random: Random, day: date) -> datetime:
    """Naive, as statement files have it."""
    return datetime.combine(day, time(random.randint(7, 22), random.randrange(60), random.randrange(60)))
