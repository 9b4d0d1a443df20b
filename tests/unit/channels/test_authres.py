"""Who wrote is proven by the company's own mail server or not at all."""

import pytest

from channels.email.authres import authenticated
from channels.email.message import read_eml

ID = "mx.fernhill.example"
WRITER = ["ana@orchard.example"]


@pytest.mark.parametrize(
    "result",
    [
        f"{ID}; dmarc=pass header.from=orchard.example",
        f"{ID} 1; spf=fail smtp.mailfrom=x.example; dmarc=pass (p=reject; dis=none) header.from=orchard.example",
        f"{ID.upper()}; DMARC = Pass",
        f"{ID}; spf=pass smtp.mailfrom=bounce@orchard.example",
        f"{ID}; dkim=pass (2048-bit key) header.d=orchard.example header.s=k1",
        f"{ID}; dkim=fail header.d=orchard.example; dkim=pass header.i=@orchard.example",
    ],
)
def test_the_trusted_server_proves_the_sender(result: str) -> None:
    assert authenticated([result], WRITER, ID)


@pytest.mark.parametrize(
    "result",
    [
        "mx.evil.example; dmarc=pass header.from=orchard.example",
        f"{ID}; dmarc=fail header.from=orchard.example",
        f"{ID}; dmarc=pass header.from=evil.example",
        f"{ID}; spf=pass smtp.mailfrom=evil.example",
        f"{ID}; spf=softfail smtp.mailfrom=orchard.example",
        f"{ID}; dkim=pass header.d=example",
        f"{ID}; dkim=pass header.d=not-orchard.example",
        f"{ID}; dkim=none (dmarc=pass header.from=orchard.example)",
        f'{ID}; spf=fail smtp.mailfrom="x; dmarc=pass header.from=orchard.example"',
        f"{ID}; none",
        "dmarc=pass",
        "",
    ],
)
def test_nothing_else_does(result: str) -> None:
    assert not authenticated([result], WRITER, ID)


def test_a_forged_header_below_the_servers_own_is_not_read() -> None:
    assert not authenticated([f"{ID}; dmarc=fail", f"{ID}; dmarc=pass"], WRITER, ID)


def test_a_header_of_another_server_above_does_not_hide_ours() -> None:
    assert authenticated(["relay.example; spf=fail", f"{ID}; dmarc=pass"], WRITER, ID)


def test_two_senders_prove_nobody() -> None:
    assert not authenticated([f"{ID}; dmarc=pass"], [*WRITER, "ceo@fernhill.example"], ID)
    raw = f"Authentication-Results: {ID}; dmarc=pass\nFrom: ana@orchard.example\nFrom: ceo@fernhill.example\n\nx"
    assert not read_eml(raw.encode(), "x", authserv_id=ID).sender.authenticated


def test_without_a_configured_server_nobody_is_proven() -> None:
    raw = f"Authentication-Results: {ID}; dmarc=pass\nFrom: ana@orchard.example\n\nx".encode()
    assert read_eml(raw, "x", authserv_id=ID).sender.authenticated
    assert not read_eml(raw, "x").sender.authenticated
