"""An endpoint is left alone as long as it asks for, and after failures; one call then tries for all."""

from datetime import UTC, datetime

import pytest

from agents.circuit import LONGEST_ASKED_S, LONGEST_S, PAUSE_S, TOLERATED, Circuit, retry_after


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def open_circuit(watch: Watch, failures: int = TOLERATED) -> Circuit:
    circuit = Circuit(watch)
    for _ in range(failures):
        circuit.failed("HTTP 500")
    return circuit


def test_a_few_failures_are_tolerated(watch: Watch) -> None:
    assert open_circuit(watch, TOLERATED - 1).resting(20) == ""


def test_an_answer_between_failures_forgives_them(watch: Watch) -> None:
    circuit = open_circuit(watch, TOLERATED - 1)
    circuit.answered()
    circuit.failed("timeout")
    assert circuit.resting(20) == ""


def test_after_failures_in_a_row_it_rests_and_says_why(watch: Watch) -> None:
    assert open_circuit(watch).resting(20) == "the last 3 calls failed (HTTP 500); 5 s until it is tried again"


def test_after_the_rest_one_call_tries_and_the_others_go_on_resting(watch: Watch) -> None:
    circuit = open_circuit(watch)
    watch.now += PAUSE_S
    assert [bool(circuit.resting(20)) for _ in range(3)] == [False, True, True]
    circuit.answered()
    assert circuit.resting(20) == ""


def test_a_trial_that_never_ends_does_not_close_it_for_ever(watch: Watch) -> None:
    circuit = open_circuit(watch)
    watch.now += PAUSE_S
    assert circuit.resting(20) == ""
    watch.now += 20
    assert circuit.resting(20) == ""


def test_each_failed_trial_doubles_the_rest_up_to_a_limit(watch: Watch) -> None:
    circuit, rests = open_circuit(watch), []
    for _ in range(12):
        began = watch.now
        while circuit.resting(1):
            watch.now += 1
        rests.append(watch.now - began)
        circuit.failed("timeout")
    assert rests[:3] == [PAUSE_S, 2 * PAUSE_S, 4 * PAUSE_S]
    assert rests[-1] == LONGEST_S


def test_a_pause_that_was_asked_for_is_kept_whatever_else_is_answered_meanwhile(watch: Watch) -> None:
    circuit = Circuit(watch)
    circuit.asked_to_wait(30)
    circuit.answered()
    circuit.asked_to_wait(2)
    watch.now += 29
    assert circuit.resting(20) == "the endpoint asked for a pause; 1 s are left"
    watch.now += 1
    assert circuit.resting(20) == ""


def test_a_pause_without_a_length_has_one_and_a_length_beyond_reason_is_cut(watch: Watch) -> None:
    circuit = Circuit(watch)
    circuit.asked_to_wait(None)
    watch.now += PAUSE_S
    assert circuit.resting(20) == ""
    circuit.asked_to_wait(10**9)
    watch.now += LONGEST_ASKED_S
    assert circuit.resting(20) == ""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30.0),
        ("1.5", 1.5),
        ("Tue, 10 Mar 2026 12:00:30 GMT", 30.0),
        ("Tue, 10 Mar 2026 11:00:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("1e999", None),
        ("Tue, 99 Foo 2026", None),
        ("", None),
        ("٣", 3.0),
    ],
)
def test_a_retry_after_header_is_seconds_or_a_date_or_nothing(value: str, seconds: float | None) -> None:
    assert retry_after(value, datetime(2026, 3, 10, 12, tzinfo=UTC)) == seconds
