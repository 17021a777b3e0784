"""Issued documents: numbered once, the same bytes for ever, and found again."""

import hashlib
import io

from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from charityledger.clock import SystemClock
from charityledger.donations.models import Donation
from charityledger.extensions import db
from charityledger.identity.actor import Actor
from charityledger.reports import service
from charityledger.reports.models import IssuedDocument


def test_the_same_statement_twice_is_the_same_bytes_and_number(demonstration: Flask) -> None:
    with demonstration.test_request_context():
        first, second = (service.needs(actor=Actor.system(), clock=SystemClock(), language="zh") for _ in range(2))
        english = service.needs(actor=Actor.system(), clock=SystemClock(), language="en")
    assert first.content == second.content
    assert first.number == second.number == english.number
    assert first.sha256 == hashlib.sha256(first.content).hexdigest() != english.sha256


def test_numbers_of_a_kind_have_no_gap(demonstration: Flask) -> None:
    with demonstration.test_request_context():
        gifts = db.session.scalars(select(Donation.id).where(Donation.kind == "cash").limit(3)).all()
        numbers = {service.receipt(actor=Actor.system(), clock=SystemClock(), language="zh", donation_id=gift).number
                   for gift in gifts}
        all_numbers = set(db.session.scalars(select(IssuedDocument.number).where(IssuedDocument.kind == "receipt")))
    assert len(numbers) == 3
    tails = sorted(int(n.rsplit("-", 1)[1]) for n in all_numbers)
    assert tails == list(range(1, len(tails) + 1))


def test_a_download_is_recognised_and_a_changed_one_is_not(demonstration: Flask) -> None:
    client = demonstration.test_client()
    pdf = client.get("/documents/needs.pdf").data
    changed = bytearray(pdf)
    changed[len(pdf) // 2] ^= 1
    for content, verdict in ((pdf, "逐字节相同"), (bytes(changed), "不是我们出具的原件")):
        page = client.post("/verify", data={"file": (io.BytesIO(content), "a.pdf")},
                           content_type="multipart/form-data").get_data(as_text=True)
        assert verdict in page


def test_receipts_are_for_their_donor_only(demonstration: Flask, auditor: FlaskClient) -> None:
    assert demonstration.test_client().get("/documents/receipt/1.pdf").status_code == 404
    assert demonstration.test_client().get("/documents/needs.pdf?as_at=9999-12-31").status_code == 422
    assert auditor.get("/documents/receipt/1.pdf").mimetype == "application/pdf"


def test_a_day_before_the_first_need_has_an_empty_statement(demonstration: Flask) -> None:
    for prefix in ("", "/en"):
        for more in ("", "&category=BM"):
            answer = demonstration.test_client().get(f"{prefix}/documents/needs.pdf?as_at=2020-01-01{more}")
            assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
            text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
            assert "2020" in text
            assert "7,060,170" not in text


def test_the_public_fund_statement_names_nobody_who_did_not_ask(demonstration: Flask, auditor: FlaskClient) -> None:
    """The two versions of one fund's statement differ in names only; `full` is ignored for the public."""
    from charityledger.donations.models import Donor
    from charityledger.projects.models import SubProject

    with demonstration.app_context():
        name, code = db.session.execute(
            select(Donor.name, SubProject.code).join(Donation, Donation.donor_id == Donor.id)
            .join(SubProject, SubProject.id == Donation.sub_project_id)
            .where(Donation.shown == "none", Donation.kind == "cash").limit(1)).one()
    address = f"/documents/fund/{code}.pdf?full=1&from=2020-01-01"

    def words(client: FlaskClient) -> str:
        reader = PdfReader(io.BytesIO(client.get(address).data))
        return "".join("".join(page.extract_text().split()) for page in reader.pages)

    assert name in words(auditor)
    assert name not in words(demonstration.test_client())
