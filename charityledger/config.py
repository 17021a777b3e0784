"""Every setting in one table; docs/operations.md repeats it and a test compares the two."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent


def _flag(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "yes", "on")


def _tiers(text: str) -> tuple[int, ...]:
    tiers = tuple(sorted({int(part) for part in text.split(",") if part.strip()}))
    if not set(tiers) <= {1, 2}:
        raise ValueError(text)
    return tiers


class BadSetting(ValueError):
    """A setting that cannot be read. Its text names the variable."""


@dataclass(frozen=True)
class Setting:
    """One setting: environment variable `CHARITYLEDGER_<name>`, its default as text, how it is read, what it does."""

    name: str
    default: str
    what: str
    read: Callable[[str], object] = str


SETTINGS = (
    Setting("INSTANCE", "", "folder for database, keys, fonts and uploads; default: instance/ of the checkout, "
            "else ./instance"),
    Setting("DATABASE_URL", "", "SQLAlchemy address of the database; default: SQLite in the instance folder"),
    Setting("SECRET_KEY", "", "signs sessions; default: made once and kept in the instance folder"),
    Setting("DEMONSTRATION", "", "1 marks every page and document as demonstration data; default: as the database says",
            str),
    Setting("HTTPS", "0", "1 where the site is served over https: secure cookies and HSTS", _flag),
    Setting("TRUSTED_PROXIES", "0", "number of reverse proxies in front whose X-Forwarded headers are believed", int),
    Setting("SITE_URL", "http://127.0.0.1:8000", "public address, printed in documents and mail"),
    Setting("ORGANISATION_ZH", "郑州市二七区慈善总会", "the organisation's name in Chinese"),
    Setting("ORGANISATION_EN", "Erqi District Charity Federation", "the organisation's name in English"),
    Setting("CERTIFICATE", "", "registration certificate number, shown on every project page"),
    Setting("FUNDRAISING_CERTIFICATE", "", "public fundraising certificate number"),
    Setting("FILED_PLAN", "", "filed fundraising plan number"),
    Setting("PLATFORM_URL", "", "link to the designated platform"),
    Setting("CONTACT_PHONE", "", "telephone for questions about a gift"),
    Setting("CONTACT_ADDRESS", "", "address for questions about a gift"),
    Setting("ACCOUNT_HOLDER", "", "holder of the account that donors pay to"),
    Setting("ACCOUNT_BANK", "", "bank and branch of that account"),
    Setting("ACCOUNT_NUMBER", "", "number of that account; without one a demonstration shows an account that is marked "
            "as made up"),
    Setting("WALLET_PICTURES", "", "comma-separated picture files (PNG, JPEG) of wallet codes, in the instance folder"),
    Setting("MAIL_SERVER", "", "SMTP server host:port; empty writes .eml files to mail/ in the instance folder"),
    Setting("MAIL_USER", "", "SMTP user name"),
    Setting("MAIL_PASSWORD", "", "SMTP password"),
    Setting("MAIL_STARTTLS", "1", "1 to use STARTTLS with the SMTP server", _flag),
    Setting("MAIL_SENDER", "", "From address of mail"),
    Setting("CONFIRM_MINUTES", "30", "how long an adoption is reserved before it must be confirmed", int),
    Setting("HOLD_DAYS", "3", "how long a confirmed online pledge keeps its place without money", int),
    Setting("INSTALMENT_GRACE_DAYS", "30", "days after an instalment's due date before an online pledge expires", int),
    Setting("WALLET_FEE_PAID_BY", "fund", "who bears a wallet's fee: fund or general"),
    Setting("GIFT_WITHOUT_PLEDGE", "suspense", "what the desk offers for lines that fit no promise: suspense or "
            "general (a gift to the general fund)"),
    Setting("SECOND_PERSON_ABOVE_YUAN", "5000", "undoing a match, and booking charges and other income from a line, "
            "need a second person above this amount; 0: always", int),
    Setting("AUTO_CONFIRM", "1,2", "tiers of matches that are confirmed by themselves: 1,2 or 1, or empty for none",
            _tiers),
    Setting("RATE_LIMITS", "1", "0 turns rate limits off (load tests only)", _flag),
    Setting("FONTS", "", "folder of the documents' fonts; default: fonts/ in the instance folder"),
    Setting("UPLOAD_MAX_MB", "12", "largest upload in MiB", int),
)


def default_instance() -> Path:
    """instance/ of the checkout when run from one, else ./instance of the working directory."""
    return CHECKOUT / "instance" if (CHECKOUT / "setup.cfg").exists() else Path.cwd() / "instance"


def load(overrides: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None) -> dict[str, object]:
    """All settings, read from the environment and then from `overrides` (already of the right type).

    Raises BadSetting when a number is not one.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, object] = {}
    for setting in SETTINGS:
        text = environ.get(f"CHARITYLEDGER_{setting.name}", setting.default)
        try:
            values[setting.name] = setting.read(text)
        except ValueError:
            raise BadSetting(f"CHARITYLEDGER_{setting.name}={text!r}: {setting.what}") from None
    values.update(overrides or {})
    instance = Path(str(values["INSTANCE"])) if values["INSTANCE"] else default_instance()
    values["INSTANCE"] = str(instance)
    values["DATABASE_URL"] = values["DATABASE_URL"] or f"sqlite:///{instance / 'charityledger.sqlite3'}"
    return values
