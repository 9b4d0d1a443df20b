"""Personal data is found where it stands; numbers that are none are left alone."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.pii import pii_spans


def found(text: str, language: str = "en") -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in pii_spans(text, language)]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("write to ana.ruiz+x@orchard.example, please", ("email", "ana.ruiz+x@orchard.example")),
        ("ring +44 1632 960123 today", ("phone", "+44 1632 960123")),
        ("ring 020 7946 0958 today", ("phone", "020 7946 0958")),
        ("my phone is 467 3395.", ("phone", "467 3395")),
        ("account GB82 WEST 1234 5698 7654 32 of ours", ("iban", "GB82 WEST 1234 5698 7654 32")),
        ("IBAN:de89370400440532013000.", ("iban", "de89370400440532013000")),
        ("card 4111 1111 1111 1111 exp 09/28", ("card", "4111 1111 1111 1111")),
        ("card 378282246310005", ("card", "378282246310005")),
        ("SSN 123-45-6789.", ("ssn", "123-45-6789")),
        ("from 192.0.2.77 and", ("ip", "192.0.2.77")),
        ("from 2001:db8::8a2e:370:7334 and", ("ip", "2001:db8::8a2e:370:7334")),
    ],
)
def test_personal_data_is_found(text: str, span: tuple[str, str]) -> None:
    assert found(text) == [span]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("invoice INV-2026-00389 of 12.02.–28.02. over 57.000,00 USD", "de"),
        ("order 4111 1111 1111 1112", "en"),
        ("Amtsgericht Stuttgart HRA 000000", "de"),
        ("version 1.2.3 at 12:30:45, 999.1.1.1", "en"),
        ("ticket 000-12-3456", "en"),
        ("we are 250 people, 40 seats, $69", "en"),
        ("std::vector and a::b", "en"),
    ],
)
def test_other_numbers_are_left_alone(text: str, language: str) -> None:
    assert found(text, language) == []


def test_an_account_with_a_wrong_checksum_is_none() -> None:
    assert "iban" not in [kind for kind, _ in found("GB82 WEST 1234 5698 7654 33, DE89 3704 0044 0532 0131 00")]


def test_national_formats_follow_the_language() -> None:
    assert found("Ruf an: 030 901820", "de") == [("phone", "030 901820")]


def test_an_account_inside_a_longer_text_is_not_cut_wrongly() -> None:
    assert found("DE89 3704 0044 0532 0130 00 BIC COBADEFF") == [("iban", "DE89 3704 0044 0532 0130 00")]


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("0123456789 .-+()@abDE:\n"), max_size=120))
def test_spans_lie_in_the_text_in_order_and_apart(text: str) -> None:
    spans = pii_spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    pii_spans(text)
