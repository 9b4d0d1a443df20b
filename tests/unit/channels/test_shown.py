"""Text from outside on a terminal."""

from io import StringIO

from rich.console import Console

from channels.cli.common import shown


def test_neither_markup_nor_control_signs_of_a_text_from_outside_are_obeyed() -> None:
    screen = Console(file=StringIO(), color_system=None, highlight=False, width=80)
    screen.print(shown("[/] [bold]loud[/bold] \x1b]0;title\x07 \x1b[31mred\nnext"))
    printed = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "[/] [bold]loud[/bold]" in printed
    assert "\x1b" not in printed
    assert printed.splitlines()[1] == "next"
