"""认领证书: a promise worth hanging up, on lying A4. It says that it is not a receipt."""

from dataclasses import dataclass

from charityledger.capital import capital, english
from charityledger.money import format_yuan
from charityledger.reports.documents import AdoptionCertificate

from .furniture import Frame, demonstration_tag, demonstration_width, qr
from .guilloche import border, rosette
from .plan import Block, Plan
from .sheet import FINE, SEAL, SOFT, H, Sheet, W
from .text import fitting, measure, wrap
from .words import Pair, day, day_in_prose, instant, reference

TITLE: Pair = ("认领证书", "Certificate of adoption")
SIZE = (H, W)
X, WIDTH = 92.0, (540.0, 500.0)
RIGHT = H - X
FLOOR = 444.0  # the rule above the signature


@dataclass(frozen=True)
class Part:
    """Lines of the body: their size, leading, weight, and the space before them."""

    lines: tuple[str, ...]
    size: float
    lead: float
    before: float
    bold: bool = False
    beside: str = ""

    @property
    def height(self) -> float:
        return self.before + self.lead * len(self.lines)


def frame(doc: AdoptionCertificate) -> Frame:
    E = doc.language == "en"
    subject = f"{doc.donor} · {doc.project_name}"
    return Frame(doc.language, doc.organisation, doc.provenance, TITLE[E], subject, day(doc.adopted_on))


def lay_out(s: Sheet, doc: AdoptionCertificate, about: Frame) -> Plan:
    plan = Plan(top=0, foot=W)
    plan.put(Block(W, lambda _: _draw(s, doc, about)))
    return plan


def _draw(s: Sheet, doc: AdoptionCertificate, about: Frame) -> None:
    border(s, H, W)
    _top(s, about)
    if s.E:
        s.text(X - 2, 143, about.title, 38, True, color=SEAL)
        rosette(s, RIGHT - 62, s.h - 318, 66, about.number)
        s.text(X, 169, "This certifies that", 11, color=SOFT)
        _body(s, doc, 176)
    else:
        for i, character in enumerate(about.title):
            s.text(RIGHT - 56, 172 + i * 66, character, 56, True, color=SEAL)
        rosette(s, RIGHT - 46, s.h - 466, 46, about.number)
        _body(s, doc, 144)
    _bottom(s, doc, about)
    s.bookmark(about.title, 0, 60)


def _top(s: Sheet, about: Frame) -> None:
    name, programme = about.organisation.name(about.language), about.organisation.programme(about.language)
    right = RIGHT
    if about.provenance.demonstration:
        right -= demonstration_width(s.E) + 14
    room = right - measure(about.number, 10.5, True) - 16 - X - 20
    size = fitting(f"{name}  {programme}", room, (10.5, 9.5, 8.5, 7.5, 6.5))
    s.plus(X, 74, 4.4)
    end = s.text(X + 20, 84.5, name, size, True)
    s.text(end + 10, 84.5, programme, size, color=SOFT)
    s.text(right, 84.5, about.number, 10.5, True, "r")
    if about.provenance.demonstration:
        demonstration_tag(s, RIGHT, 84)


def _body(s: Sheet, doc: AdoptionCertificate, y: float) -> None:
    """The donor's name and what is promised, in the largest of some sizes that the page has room for."""
    width = WIDTH[s.E]
    for name, size in (
        (27, 16.0),
        (27, 14.5),
        (24, 13.5),
        (22, 13),
        (20, 12),
        (18, 11),
        (16, 10),
        (14, 9),
        (12, 8),
    ):
        sizes = [step for step in (27, 24, 21, 18, 16.5, 15.5) if step <= name] or [name]
        name_size = fitting(doc.donor, width - 10, tuple(sizes), True)
        name_lines = wrap(doc.donor, width - 10, name_size, True)
        parts = _parts(s, doc, size)
        free = FLOOR - 22 - y - name_size * 1.3 * len(name_lines) - 12 - sum(part.height for part in parts)
        # A crowded page is not for hanging up: some air is wanted, and smaller type is better than none.
        if free >= 4 * len(parts):
            break
    y = s.lines(X, y + name_size * 1.04, name_lines, name_size, name_size * 1.3, True) - name_size * 1.3 + 16
    s.rule(X, X + width, y, FINE)
    slack = min(free / (len(parts) + 1), 11.0)
    for part in parts:
        y += part.before + slack
        for line in part.lines:
            y += part.lead
            end = s.text(X - part.bold, y, line, part.size, part.bold)
        if part.beside:
            s.text(
                end + 24, y, part.beside, fitting(part.beside, X + width - end - 24, (13, 11, 10, 9, 8, 7, 6))
            )


def _parts(s: Sheet, doc: AdoptionCertificate, size: float) -> list[Part]:
    E, width, lead = s.E, WIDTH[s.E], size * (1.75, 1.5)[s.E]
    parts = [Part(wrap(_adopts(s, doc), width, size), size, lead, 8)]
    large, beside, more = _promise(s, doc)
    sizes = [step for step in (36, 32, 28, 24, 20, 17) if step <= size * 2.4]
    large_size = fitting(large, width, tuple(sizes), True)
    parts.append(Part(wrap(large, width, large_size, True), large_size, large_size * 1.28, 4, True, beside))
    if more:
        parts.append(Part(tuple(line for words in more for line in wrap(words, width, size)), size, lead, 2))
    thanks = ("谨此致谢，立此为证。", "With our thanks.")[E]
    lines = [*(wrap(doc.benefit, width, size) if doc.benefit else ()), thanks]
    parts.append(Part(tuple(lines), size, lead, 6))
    note = (
        "认领是承诺，不是收据；款项或物资收到后另有捐赠收据为凭。",
        "An adoption is a promise, not a receipt; what comes in is receipted separately.",
    )[E]
    parts.append(Part((note,), 9, 12, 12))
    return parts


def _adopts(s: Sheet, doc: AdoptionCertificate) -> str:
    if s.E:
        items = ", ".join(doc.items) or "everything that is needed"
        place = f", {doc.place}" if doc.place else ""
        return f"has adopted {items} for {doc.project_name}{place}, and promises"
    items = f"所需的{'、'.join(doc.items)}" if doc.items else "的全部需求"
    place = f"（{doc.place}）" if doc.place else ""
    return f"认领“{doc.project_name}”{place}{items}，承诺"


def _promise(s: Sheet, doc: AdoptionCertificate) -> tuple[str, str, list[str]]:
    """The large line, what stands beside it, and lines for what else is promised; kinds are never added together."""
    E = s.E
    goods = ("、", ", ")[E].join(doc.goods)
    value = (
        (f"折价 {format_yuan(doc.goods_fen)}", f"worth {format_yuan(doc.goods_fen)}")[E]
        if doc.goods_fen
        else ""
    )
    hours = (
        (f"志愿服务 {doc.hours:,} 小时", f"{doc.hours:,} hours of volunteer service")[E] if doc.hours else ""
    )
    more: list[str] = []
    if doc.cash_fen:
        if goods:
            more.append(
                (f"并承诺物资：{goods}", f"and goods: {goods}")[E]
                + (("，" + value, ", " + value)[E] if value else "")
            )
        if hours:
            more.append((f"并承诺{hours}", f"and {hours}")[E])
        if E:
            more.insert(0, english(doc.cash_fen) + ("." if not more else ""))
        return format_yuan(doc.cash_fen), capital(doc.cash_fen), more
    if goods:
        if hours:
            more.append((f"并承诺{hours}", f"and {hours}")[E])
        return goods, value, more
    return hours, "", more


def _bottom(s: Sheet, doc: AdoptionCertificate, about: Frame) -> None:
    """Who signs, when, and what the certificate was read from; no picture of a seal."""
    E, made = s.E, about.provenance
    width = WIDTH[E]
    s.rule(X, X + width, FLOOR)
    name = about.organisation.name(about.language)
    s.text(X, 466, name, fitting(name, 240, (13, 12, 11, 10, 9, 8, 7)), True)
    s.text(X, 485, day_in_prose(doc.adopted_on, E), 11)
    s.text(
        X,
        510,
        ("本版本尚未电子签名，不加盖印章图形", "Not yet signed electronically; no picture of a seal")[E],
        7.5,
    )
    x = X + 252
    if made.verify_url:
        qr(s, x, 455, 56, made.verify_url)
        x += 70
    facts = [
        f"{('引用码', 'Reference')[E]} {reference(doc.reference)}" if doc.reference else "",
        f"{('项目', 'Project')[E]} {doc.project_code}",
        (f"数据读至第 {made.events:,} 条事件", f"Read at event {made.events:,} of the history")[E],
        f"{('编制', 'Made')[E]} {instant(made.made_at)}",
        f"{('核验', 'Verify at')[E]} {made.verify_url.split('://')[-1]}" if made.verify_url else "",
    ]
    lines = [line for words in facts if words for line in wrap(words, X + width - x, 8)]
    s.lines(x, 463, lines, 8, min(13, 62 / len(lines)))
