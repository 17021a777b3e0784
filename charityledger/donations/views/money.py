"""The staff pages of money, goods and decisions, put together."""

from flask import Flask

from . import (
    accounts,
    approvals,
    cashboxes,
    corrections,
    goods,
    payments,
    receipts,
    state_receipt_file,  # noqa: F401  adds its pages to the blueprint of state_receipts
    state_receipts,
    surplus,
    suspense,
)

PARTS = (receipts, suspense, corrections, cashboxes, goods, accounts, payments, approvals, surplus, state_receipts)


def init_app(app: Flask) -> None:
    """Register their blueprints."""
    for part in PARTS:
        app.register_blueprint(part.blueprint)
