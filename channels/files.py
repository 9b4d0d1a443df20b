"""Files in: what ``route`` is pointed at, whatever its form."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeAlias

from channels.email.message import MAX_BYTES, read_eml, read_mbox
from channels.transcript import MAX_LINE, read_jsonl
from core.errors import InvalidMessage
from core.types import Inbound

Read: TypeAlias = Inbound | InvalidMessage

SUFFIXES = (".eml", ".mbox", ".jsonl")


def read_paths(
    paths: Iterable[str], stdin: BinaryIO, *, authserv_id: str | None = None, received_at: datetime | None = None
) -> Iterator[Read]:
    """Every message of these files and folders in order; what cannot be read yields its error and the rest goes on.

    A folder stands for the ``.eml``, ``.mbox`` and ``.jsonl`` files in and below it, sorted by path. ``-`` is ``stdin``: a transcript when
    its first sign is ``{``, an mbox when it begins with ``From ``, else one mail. ``received_at`` stands in for missing dates.
    """
    reader = _Reader(authserv_id, received_at)
    for path in paths:
        try:
            if not path:
                raise ValueError("empty")
            yield from reader.stdin(stdin) if path == "-" else reader.path(Path(path))
        except OSError as error:
            yield InvalidMessage(source=path, problem=(error.strerror or "cannot be read").lower())
        except ValueError:
            yield InvalidMessage(source=path.replace("\0", "\\0"), problem="not a path")


class _Reader:
    """How this call reads: whose word on authentication counts, and the time that replaces a missing one."""

    def __init__(self, authserv_id: str | None, received_at: datetime | None) -> None:
        self._authserv_id, self._received_at = authserv_id, received_at

    def stdin(self, stream: BinaryIO) -> Iterator[Read]:
        head = stream.read(64)
        while head and not head.strip():
            head = stream.read(64)
        data = _Joined(head.lstrip(), stream)
        if head.lstrip().removeprefix(b"\xef\xbb\xbf")[:1] == b"{":
            yield from read_jsonl(data.lines(), "stdin", received_at=self._received_at)
        elif head.startswith(b"From "):
            yield from read_mbox(data.rest(), "stdin", authserv_id=self._authserv_id, received_at=self._received_at)
        else:
            yield self._mail(data.rest(MAX_BYTES + 1), "stdin")

    def path(self, path: Path) -> Iterator[Read]:
        if path.is_dir():
            yield from self._folder(path)
            return
        match path.suffix.lower():
            case ".eml":
                with path.open("rb") as stream:
                    raw = stream.read(MAX_BYTES + 1)
                yield self._mail(raw, str(path))
            case ".mbox":
                yield from read_mbox(path, str(path), authserv_id=self._authserv_id, received_at=self._received_at)
            case ".jsonl":
                with path.open("rb") as stream:
                    yield from read_jsonl(_Joined(b"", stream).lines(), str(path), received_at=self._received_at)
            case _:
                missing = "" if path.exists() else "no such file, and "
                yield InvalidMessage(source=str(path), problem=f"{missing}not a folder, .eml, .mbox or .jsonl")

    def _folder(self, folder: Path) -> Iterator[Read]:
        files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        if not files:
            yield InvalidMessage(source=str(folder), problem="no .eml, .mbox or .jsonl in this folder")
        for file in files:
            try:
                yield from self.path(file)
            except OSError as error:
                yield InvalidMessage(source=str(file), problem=(error.strerror or "cannot be read").lower())

    def _mail(self, raw: bytes, source: str) -> Read:
        try:
            return read_eml(raw, source, authserv_id=self._authserv_id, received_at=self._received_at)
        except InvalidMessage as error:
            return error


class _Joined:
    """A stream whose first bytes were read already. A line longer than a transcript may hold comes cut, just too long to be taken."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = head, stream

    def rest(self, limit: int = -1) -> bytes:
        return self._head + self._stream.read(limit)

    def lines(self) -> Iterator[bytes]:
        *whole, begun = self._head.splitlines(keepends=True) or [b""]
        yield from whole
        yield from self._limited(begun)

    def _limited(self, begun: bytes) -> Iterator[bytes]:
        line = begun if begun.endswith(b"\n") else begun + self._stream.readline(MAX_LINE + 1)
        while line:
            yield line
            while not line.endswith(b"\n") and len(line) > MAX_LINE:
                line = self._stream.readline(MAX_LINE + 1)
            line = self._stream.readline(MAX_LINE + 1)
