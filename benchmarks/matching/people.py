"""Invented donors: persons and enterprises, namesakes and look-alikes."""

from dataclasses import dataclass
from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = ("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红建国文斌波宇浩凯健俊帆雪婷欣怡梦琪晨轩子涵思源嘉诚志远德"
         "海燕春梅秋菊冬青云龙天佑")
PLACES = ("郑州", "河南", "杭州", "洛阳", "新乡", "")
FIRST, SECOND = "明青瑞恒金博嘉宏鑫华盛中天宇德信泰和安泽", "远达槐丰源通诚隆和润泰海成业联兴合创利禾"
TRADES = ("商贸", "科技", "餐饮管理", "建筑工程", "物业服务", "文化传播", "食品", "医疗器械", "汽车服务", "信息技术")
FORMS = ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司")


@dataclass
class Donor:
    """Somebody who promises. `account`: the bank account that he pays from; `known`: we know it already."""

    number: int
    name: str
    kind: str
    phone: str
    account: str
    known: bool
    tags: tuple[str, ...] = ()


def person(random: Random) -> str:
    return random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=random.choice((1, 2, 2))))


def relative(random: Random, name: str) -> str:
    """Somebody of the same surname or of another, with another given name."""
    while True:
        other = person(random)
        other = name[0] + other[1:] if random.random() < 0.6 else other
        if other != name:
            return other


def phone(random: Random) -> str:
    return f"1{random.choice('3456789')}{random.randrange(10**9):09d}"


def bank_account(random: Random) -> str:
    return f"62{random.randrange(10**17):017d}"


class People:
    """Makes donors; some have the name of an earlier one, some a name that looks like it."""

    def __init__(self, random: Random, namesake: float, look_alike: float) -> None:
        self._random, self._namesake, self._look_alike = random, namesake, look_alike
        self.donors: list[Donor] = []
        self._names: dict[str, list[str]] = {"individual": [], "enterprise": []}

    def donor(self) -> Donor:
        random = self._random
        kind = "enterprise" if random.random() < 0.35 else "individual"
        name, tags = self._name(kind)
        self._names[kind].append(name)
        made = Donor(len(self.donors) + 1, name, kind, phone(random), bank_account(random), random.random() < 0.3, tags)
        self.donors.append(made)
        return made

    def _name(self, kind: str) -> tuple[str, tuple[str, ...]]:
        random, earlier = self._random, self._names[kind]
        if kind == "individual":
            if earlier and random.random() < self._namesake:
                return random.choice(earlier), ("namesake",)
            return person(random), ()
        if earlier and random.random() < self._look_alike:
            model = random.choice(earlier)
            at = next(at for at, letter in enumerate(model) if letter in SECOND and at > 0)
            return model[:at] + random.choice(SECOND.replace(model[at], "")) + model[at + 1 :], ("look_alike",)
        name = random.choice(FIRST) + random.choice(SECOND)
        return random.choice(PLACES) + name + random.choice(TRADES) + random.choice(FORMS), ()
