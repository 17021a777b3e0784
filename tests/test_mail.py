"""Mail: to a folder without a server, by SMTP with one; never at the cost of the page."""

import email
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from charityledger import mail
from charityledger.clock import FixedClock

pytestmark = pytest.mark.one_database


class SmallSmtp(socketserver.StreamRequestHandler):
    """Enough of RFC 5321 to take one message."""

    def handle(self) -> None:
        server = cast("Server", self.server)
        self.wfile.write(b"220 ready\r\n")
        for raw in self.rfile:
            command = raw.decode().strip()
            server.said.append(command)
            if command.upper() == "DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                server.letters.append(b"".join(lines))
                self.wfile.write(b"250 taken\r\n")
            elif command.upper() == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            elif server.grumpy and command.startswith("rcpt"):
                self.wfile.write(f"554 {command} go away\r\n".encode())
            else:
                self.wfile.write(b"250 fine\r\n")


class Server(socketserver.TCPServer):
    allow_reuse_address = True
    grumpy = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SmallSmtp)
        self.said: list[str] = []
        self.letters: list[bytes] = []

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def read(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(raw, policy=default))


def test_without_a_server_it_lands_in_a_folder(context: Flask, clock: FixedClock) -> None:
    context.extensions["charityledger.clock"] = clock
    context.config["SITE_URL"] = "https://gongyi.example.org"
    mail.send("zhou@example.org", "参考码 9482 7193 22", "您好：\n\n谢谢。\n").result()
    (path,) = Path(context.config["INSTANCE"], "mail").glob("*.eml")
    letter = read(path.read_bytes())
    assert (letter["To"], letter["From"]) == ("zhou@example.org", "no-reply@gongyi.example.org")
    assert letter["Subject"] == "参考码 9482 7193 22"
    assert letter["Date"] == "Wed, 15 Apr 2026 02:00:00 +0000"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().split() == ["您好：", "谢谢。"]
    assert "您好" in path.read_text(encoding="utf-8")
    assert not mail.can_reach_people()


def test_with_a_server_it_goes_there(context: Flask, server: Server) -> None:
    context.config.update(MAIL_SERVER=server.place, MAIL_STARTTLS=False, MAIL_SENDER="慈善总会 <office@example.org>")
    assert mail.can_reach_people()
    mail.send("zhou@example.org", "重设密码", "您好：\n" + "长" * 500).result()
    letter = read(server.letters[0])
    assert letter["To"] == "zhou@example.org"
    assert letter["From"].addresses[0].display_name == "慈善总会"
    assert letter.get_content().strip() == "您好：\r\n" + "长" * 500
    assert server.letters[0].isascii()
    assert server.said[1].startswith("mail FROM:<office@example.org>")
    assert not Path(context.config["INSTANCE"], "mail").exists()


def test_what_cannot_be_delivered_is_logged_without_the_address(
    context: Flask, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.grumpy = True
    context.config.update(MAIL_SERVER=server.place, MAIL_STARTTLS=False)
    mail.send("zhou@example.org", "重设密码", "您好").result()
    assert "was not delivered" in caplog.text
    assert "SMTPRecipientsRefused" in caplog.text
    assert "zhou@example.org" not in caplog.text


def test_a_sign_in_is_never_sent_in_the_clear(
    context: Flask, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """The server offers no STARTTLS, so nothing more is said to it."""
    context.config.update(MAIL_SERVER=server.place, MAIL_USER="office", MAIL_PASSWORD="secret")
    mail.send("zhou@example.org", "重设密码", "您好").result()
    assert server.letters == []
    assert not any("AUTH" in said for said in server.said)
    assert "was not delivered" in caplog.text


@pytest.mark.parametrize("place", ["127.0.0.1:1", "127.0.0.1:465x"])
def test_a_server_that_is_not_there_is_logged(context: Flask, caplog: pytest.LogCaptureFixture, place: str) -> None:
    context.config["MAIL_SERVER"] = place
    mail.send("zhou@example.org", "重设密码", "您好").result()
    assert "was not delivered" in caplog.text


def test_a_header_cannot_be_smuggled_in(context: Flask) -> None:
    for to, subject in (("a@example.org\nBcc: b@example.org", "x"), ("a@example.org", "x\r\nBcc: b@example.org")):
        with pytest.raises(ValueError, match="linefeed"):
            mail.send(to, subject, "text")
