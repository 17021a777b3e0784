"""A document in, a PDF out: the same bytes for the same document, on every machine."""

import hashlib
import threading
from collections.abc import Callable
from typing import Any

from charityledger.clock import LOCAL
from charityledger.reports.documents import (
    AdoptionCertificate,
    Document,
    DonationReceipt,
    DonorStatement,
    FundStatement,
    LineList,
    NeedsStatement,
    PledgeSlip,
    ReconciliationStatement,
)

from . import certificate, donor, fund, line_list, needs, pledge_slip, receipt, reconciliation
from .fonts import FontFolder, load
from .furniture import Frame, footer, header
from .plan import Plan
from .sheet import H, Sheet, W
from .words import DEMONSTRATION

# reportlab's font objects keep a reading position while they cut a subset, so threads take turns.
_ONE_AT_A_TIME = threading.Lock()

_LAYOUTS: dict[type, tuple[Callable[[Any], Frame], Callable[[Sheet, Any, Frame], Plan]]] = {
    NeedsStatement: (needs.frame, needs.lay_out),
    FundStatement: (fund.frame, fund.lay_out),
    DonationReceipt: (receipt.frame, receipt.lay_out),
    AdoptionCertificate: (certificate.frame, certificate.lay_out),
    DonorStatement: (donor.frame, donor.lay_out),
    PledgeSlip: (pledge_slip.frame, pledge_slip.lay_out),
    ReconciliationStatement: (reconciliation.frame, reconciliation.lay_out),
    LineList: (line_list.frame, line_list.lay_out),
}


def render(document: Document, fonts: FontFolder) -> bytes:
    """The document as PDF. Deterministic. Raises FontsNotMade where the folder lacks the fonts."""
    frame_of, lay_out = _LAYOUTS[type(document)]
    with _ONE_AT_A_TIME:
        load(fonts)
        about = frame_of(document)
        lying = isinstance(document, AdoptionCertificate)
        sheet = Sheet(document.language, certificate.SIZE if lying else (W, H))
        _describe(sheet, about)
        plan = lay_out(sheet, document, about)
        for number, page in enumerate(plan.pages, 1):
            if not lying:
                header(sheet, about)
            for draw, y in page:
                draw(y)
            if not lying:
                footer(sheet, about, number, len(plan.pages))
            sheet.end_page()
        sheet.c.save()
        return sheet.out.getvalue()


def _describe(sheet: Sheet, about: Frame) -> None:
    """Title, author, dates: what a reader's window and an archive show."""
    c, made = sheet.c, about.provenance
    title = " ".join(filter(None, (about.title, about.subject, made.number)))
    c.setTitle(title)
    c.setAuthor(about.organisation.name(about.language))
    c.setSubject(
        " · ".join(filter(None, (about.period, DEMONSTRATION[sheet.E] if made.demonstration else "")))
    )
    c.setKeywords(about.number)
    c.setCreator("charityledger")
    c.setProducer("charityledger")
    c.setViewerPreference("DisplayDocTitle", "true")
    if about.language:
        c.showOutline()
    # The dates are those of the data, never of the drawing.
    local = made.made_at.astimezone(LOCAL)
    stamp = f"D:{local:%Y%m%d%H%M%S}+08'00'"
    c.setDateFormatter(lambda *_: stamp)
    # reportlab seeds a file's ID from SOURCE_DATE_EPOCH where that is set; ours comes from what the document says.
    c._doc.signature = hashlib.md5(f"{title}\n{stamp}".encode(), usedforsecurity=False)
