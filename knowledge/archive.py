"""Zip files from outside, read in place: nothing is unpacked, so no name in them leads anywhere."""

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from core.errors import InvalidFile

MAX_FILE = 64 * 2**20
MAX_ARCHIVE = 2 * 2**30
MAX_MEMBERS = 50_000
ENCRYPTED = 0x1
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Python unpacks the others in one piece, however large it becomes."""


def opened(source: Path | bytes, file: str, *, most: int = MAX_ARCHIVE) -> zipfile.ZipFile:
    """The archive at a path, or of these bytes; ``most`` is how many bytes it may come to when everything in it is unpacked.

    Raises:
        InvalidFile: it is no zip file, or comes to too much. The sizes that it states bind it: ``read`` stops there.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise InvalidFile(file=file, problem=f"is no zip file that can be read ({error})") from None
    held = archive.infolist()
    if len(held) <= MAX_MEMBERS and sum(member.file_size for member in held) <= most:
        return archive
    archive.close()
    raise InvalidFile(file=file, problem=f"comes to more than {size(most)} or {MAX_MEMBERS:,} files when unpacked")


class Member(NamedTuple):
    """A file in an archive. ``name`` is as it stands there; ``path`` lies within the archive in any case, and is empty for ``.``."""

    info: zipfile.ZipInfo
    name: str
    path: PurePosixPath
    problem: str
    """What speaks against reading it."""


def members(archive: zipfile.ZipFile) -> Iterator[Member]:
    """Every file in the archive."""
    seen: set[PurePosixPath] = set()
    for info in archive.infolist():
        name = info.filename.replace("\\", "/")
        if name.endswith("/"):
            continue
        path = PurePosixPath(name)
        if not path.name or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            yield Member(info, name, PurePosixPath(path.name), "its name leads out of the archive")
            continue
        yield Member(info, name, path, _problem(info) or ("is in the archive twice" if path in seen else ""))
        seen.add(path)


def read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> bytes:
    """Raises:
    InvalidFile: too large, damaged (also where there is more of it than it states), or packed in a way that is not read.
    """
    if problem := _problem(member):
        raise InvalidFile(file=file, problem=problem)
    if member.file_size > MAX_FILE:
        raise InvalidFile(file=file, problem=f"is larger than {size(MAX_FILE)}")
    try:
        with archive.open(member) as packed:
            return packed.read(member.file_size)  # asked for all, zipfile unpacks it before it looks how much it should be
    except Exception as error:  # noqa: BLE001 - damaged archives raise whatever their packing raises
        raise InvalidFile(file=file, problem=f"is damaged in its archive ({error})") from None


def size(count: int) -> str:
    return f"{count // 2**30} GB" if count >= 2**30 else f"{count // 2**20} MB"


def _problem(member: zipfile.ZipInfo) -> str:
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    if member.flag_bits & ENCRYPTED:
        return "is encrypted; put it in without a password"
    return "" if member.compress_type in PACKINGS else "is packed in another way than deflate; pack it anew"
