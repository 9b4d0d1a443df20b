"""Zip files from outside, read in place: nothing is unpacked, so no name in them leads anywhere."""

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from core.errors import InvalidFile

MAX_FILE = 64 * 2**20
MAX_ARCHIVE = 2 * 2**30
MAX_MEMBERS = 50_000
ENCRYPTED = 0x1


def opened(source: Path | bytes, file: str, *, most: int = MAX_ARCHIVE) -> zipfile.ZipFile:
    """The archive at a path, or of these bytes; ``most`` is how many bytes it may come to when everything in it is unpacked.

    Raises:
        InvalidFile: it is no zip file, or comes to too much. The sizes that it states bind it: no member yields more than it states.
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


def members(archive: zipfile.ZipFile, file: str) -> Iterator[tuple[zipfile.ZipInfo, str, InvalidFile | None]]:
    """Every file in the archive with its path, and what speaks against reading it."""
    seen: set[str] = set()
    for member in archive.infolist():
        if member.is_dir():
            continue
        name = member.filename.replace("\\", "/")
        problem = _problem(member, name, seen)
        seen.add(name)
        yield member, name, InvalidFile(file=f"{file}/{name}", problem=problem) if problem else None


def read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> bytes:
    """Raises:
    InvalidFile: too large, damaged, or packed in a way that cannot be read.
    """
    if member.file_size > MAX_FILE:
        raise InvalidFile(file=file, problem=f"is larger than {size(MAX_FILE)}")
    try:
        return archive.read(member)
    except Exception as error:  # noqa: BLE001 - damaged archives raise whatever their packing raises
        raise InvalidFile(file=file, problem=f"is damaged in its archive ({error})") from None


def size(count: int) -> str:
    return f"{count // 2**30} GB" if count >= 2**30 else f"{count // 2**20} MB"


def _problem(member: zipfile.ZipInfo, name: str, seen: set[str]) -> str | None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        return "its name leads out of the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    if member.flag_bits & ENCRYPTED:
        return "is encrypted; put it in without a password"
    return "is in the archive twice" if name in seen else None
