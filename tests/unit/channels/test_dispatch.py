"""Dispatchers: which channel has which, and what a file or a console does with an effect."""

from pathlib import Path

import pytest

from channels.dispatch import dispatchers
from channels.filebox import ConsoleDeliverer, FileDeliverer, file_name
from core.errors import InvalidSetting
from core.settings import load_settings
from core.types import Effect


def effect(**changes: object) -> Effect:
    given = {"kind": "reply", "to": "eve@example.com", "key": "t_1:reply", "subject": "Re: Hello", "text": "Our answer."}
    return Effect.model_validate(given | changes)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_every_channel_goes_into_files_unless_told_otherwise(tmp_path: Path) -> None:
    named, rest = dispatchers("file", FileDeliverer(tmp_path))
    assert (dict(named), type(rest)) == ({}, FileDeliverer)


def test_a_channel_has_the_dispatcher_that_is_named_for_it(tmp_path: Path) -> None:
    named, rest = dispatchers("email=console, desk=file, *=console", FileDeliverer(tmp_path))
    assert {channel: type(each) for channel, each in named.items()} == {"email": ConsoleDeliverer, "desk": FileDeliverer}
    assert type(rest) is ConsoleDeliverer


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("fax", "'fax' is no dispatcher; there are file, console"),
        ("email=fax", "'fax' is no dispatcher; there are file, console"),
        ("emial=file", "'emial' is no channel; there are email, chat, slack, api, desk, people and * for the rest"),
        ("email=file,email=console", "email is named twice"),
        ("", "'' is no dispatcher; there are file, console"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_clear_sentence(setting: str, problem: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        load_settings(dispatch=setting)
    assert str(refused.value) == f"USHER_DISPATCH: {problem}"


async def test_an_effect_is_a_file_under_its_key_and_can_be_looked_up(tmp_path: Path) -> None:
    box = FileDeliverer(tmp_path)
    assert await box.seen("t_1:reply", "acme") is False
    await box.deliver(effect(), "acme")
    assert await box.seen("t_1:reply", "acme") is True
    assert await box.seen("t_1:reply", "other") is False
    assert (tmp_path / "acme/reply/t_1-reply.txt").read_text("utf-8") == "To: eve@example.com\nSubject: Re: Hello\n\nOur answer.\n"


async def test_what_has_arrived_under_a_key_is_not_written_a_second_time(tmp_path: Path) -> None:
    box = FileDeliverer(tmp_path)
    await box.deliver(effect(), "acme")
    await box.deliver(effect(text="Another answer."), "acme")
    assert "Our answer." in (tmp_path / "acme/reply/t_1-reply.txt").read_text("utf-8")
    assert files(tmp_path) == ["t_1-reply.txt"]


async def test_what_arrived_can_be_forgotten(tmp_path: Path) -> None:
    box = FileDeliverer(tmp_path)
    await box.deliver(effect(), "acme")
    assert [await box.forget("t_1:reply", "acme") for _ in range(2)] == [True, False]
    assert files(tmp_path) == []


def test_no_two_keys_have_one_file() -> None:
    keys = ["a:b", "a-b", "a/b", "../b", "a b", "é", "x" * 500, "x" * 501]
    assert len({file_name(key) for key in keys}) == len(keys)
    assert all(len(file_name(key)) < 200 and "/" not in file_name(key) for key in keys)


async def test_the_console_shows_one_line_and_knows_nothing_of_the_past(capsys: pytest.CaptureFixture[str]) -> None:
    console = ConsoleDeliverer()
    await console.deliver(effect(text="Two\nlines\x1b[31m"), "acme")
    shown = capsys.readouterr()
    assert shown.err == "acme reply to eve@example.com: Re: Hello | Two lines [31m\n"
    assert shown.out == ""
    assert await console.seen("t_1:reply", "acme") is None
