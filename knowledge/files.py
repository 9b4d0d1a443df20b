"""Reading what people wrote: every way in which a file can be unusable becomes one line that names it."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from core.errors import InvalidFile


def read_text(path: Path) -> str:
    """The file as text, UTF-8 with or without a byte-order mark, line ends as ``\\n``.

    Raises:
        InvalidFile: missing, a directory, unreadable, or not UTF-8 (with the line of the first wrong byte).
    """
    return decoded(read_bytes(path), str(path))


def decoded(content: bytes, file: str) -> str:
    """``content`` of ``file`` as ``read_text`` gives it; UTF-16 where a byte-order mark says so.

    Raises:
        InvalidFile: it is neither, with the line of the first wrong byte.
    """
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = "not UTF-16" if wide else f"not UTF-8 (byte 0x{content[error.start]:02x})"
        raise InvalidFile(file=file, line=line, problem=problem) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def printable(name: str) -> str:
    """The same, unless it is the name of a file that is not UTF-8: then with its wrong bytes written out."""
    return name.encode(errors="backslashreplace").decode()


def read_bytes(path: Path) -> bytes:
    """Raises:
    InvalidFile: missing, a directory, or unreadable.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InvalidFile(file=str(path), problem="no such file") from None
    except IsADirectoryError:
        raise InvalidFile(file=str(path), problem="is a folder; a file is wanted") from None
    except OSError as error:
        raise InvalidFile(file=str(path), problem=f"cannot be read ({error.strerror})") from None


def require_folder(path: Path) -> None:
    """Raises:
    InvalidFile: when ``path`` is no folder.
    """
    if not path.is_dir():
        raise InvalidFile(file=str(path), problem="is not a folder" if path.exists() else "no such folder")


def read_rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """CSV: the line on which each row begins, and its cells; empty lines are passed over. Raises InvalidFile."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InvalidFile(file=file, line=line, problem=f"not CSV: {error}") from None
        if cells is None:
            return
        if cells:
            yield line, [cell.strip() for cell in cells]
