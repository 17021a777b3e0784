"""Sends plain-text mail by SMTP, or writes it to mail/ in the instance folder where no server is set."""

import logging
import smtplib
import ssl
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from . import web

TIMEOUT_S = 20
_SETTINGS = ("MAIL_SERVER", "MAIL_USER", "MAIL_PASSWORD", "MAIL_STARTTLS", "INSTANCE")
_log = logging.getLogger(__name__)
# One at a time and beside the request: how long a page takes must not tell whether somebody was written to.
_POSTMAN = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


def can_reach_people() -> bool:
    """Whether mail leaves this machine; if not, pages point to a person instead."""
    return bool(current_app.config["MAIL_SERVER"])


def send(to: str, subject: str, text: str) -> Future[bool]:
    """Hand over one message; call it after the transaction. A message that cannot be delivered is logged.

    The future says whether it was delivered, to pages that tell their reader.
    """
    config = current_app.config
    host = urlsplit(str(config["SITE_URL"])).hostname or "localhost"
    message = EmailMessage(policy=SMTP)
    message["From"] = config["MAIL_SENDER"] or f"no-reply@{host}"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(web.clock().now())
    message["Message-ID"] = make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    # A file can be read as it lies there; on the way, old servers take ASCII only.
    message.set_content(text, cte="base64" if can_reach_people() else "8bit")
    return _POSTMAN.submit(_deliver, {name: config[name] for name in _SETTINGS}, message)


def _deliver(settings: Mapping[str, Any], message: EmailMessage) -> bool:
    try:
        if settings["MAIL_SERVER"]:
            _by_smtp(settings, message)
        else:
            _to_folder(Path(settings["INSTANCE"]) / "mail", message)
        return True
    except (OSError, ValueError, smtplib.SMTPException) as error:  # ValueError: a port that is no number
        # The kind of error only: its text may hold the address, and logs are read by more people than mail is.
        kind, code = type(error).__name__, getattr(error, "smtp_code", "")
        _log.error("mail %s was not delivered: %s %s", message["Message-ID"], kind, code)
        return False


def _by_smtp(settings: Mapping[str, Any], message: EmailMessage) -> None:
    host, _, port = str(settings["MAIL_SERVER"]).rpartition(":")
    if not host:
        host, port = port, "587"
    secure = ssl.create_default_context()
    if port == "465":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, int(port), timeout=TIMEOUT_S, context=secure)
    else:
        server = smtplib.SMTP(host, int(port), timeout=TIMEOUT_S)
    with server:
        if port != "465" and settings["MAIL_STARTTLS"]:
            server.starttls(context=secure)
        if settings["MAIL_USER"]:
            server.login(settings["MAIL_USER"], settings["MAIL_PASSWORD"])
        server.send_message(message)


def _to_folder(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = str(message["Message-ID"]).strip("<>").partition("@")[0]
    (folder / f"{name}.eml").write_bytes(message.as_bytes())
