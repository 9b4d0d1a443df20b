"""Which files of a handbook are pages: those of its folder, of the folders below, and of zip files, read where they lie."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import NamedTuple, Self

from core.errors import InvalidFile
from knowledge import archive
from knowledge.files import decoded, printable, read_bytes
from knowledge.folderfile import NAME, FolderFile, applicable, is_meant
from knowledge.pages import Common

KINDS = {
    ".md": "Markdown",
    ".markdown": "Markdown",
    ".txt": "text",
    ".html": "HTML",
    ".htm": "HTML",
    ".xhtml": "HTML",
    ".pdf": "PDF",
    ".docx": "DOCX",
}
"""Suffix → format."""
FOLDER = "is a folder; a file is wanted"
UNREADABLE = frozenset({".doc", ".rtf", ".odt", ".pages", ".ppt", ".pptx", ".odp", ".xls", ".xlsx", ".ods", ".epub", ".mht", ".mhtml"})


class File(NamedTuple):
    """``name`` is the path below the handbook, through zip files, too; ``place`` is how people find it; ``problem`` why it is not read."""

    name: PurePosixPath
    place: str
    read: Callable[[], bytes]
    problem: str = ""


class Source(NamedTuple):
    """A file that is a page: its ``name`` below the handbook, and without ``.md`` as people know it. ``said`` is what folder files say of
    it, what counts more last.
    """

    name: PurePosixPath
    document: str
    kind: str
    place: str
    said: tuple[Common, ...]
    read: Callable[[], bytes]


class Tree:
    """The files at some places, listed at once and read one by one; zip files stay open until the block ends.

    ``problems`` are those of files that no page can be made of, by their path below the handbook.
    """

    def __init__(self, places: Iterable[tuple[str, Path]]) -> None:
        """``places`` are (path below the handbook, where it is); a later one stands in for what has its path."""
        self._places = list(places)
        self._archives = ExitStack()
        self.problems: list[tuple[PurePosixPath, InvalidFile]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._archives.close()

    def sources(self) -> list[Source]:
        """Every file that is a page, in order of its path, with what folder files say of it. Images, styles and the like are no pages."""
        files: list[File] = []
        folders: dict[PurePosixPath, FolderFile] = {}
        closed: set[PurePosixPath] = set()
        for file in self._files():
            if is_meant(file.name):
                self._folder_file(file, folders, closed)
            else:
                files.append(file)
        found: dict[str, Source] = {}
        for file in sorted(files, key=lambda each: each.name):
            if closed.isdisjoint(file.name.parents):
                said, ignored = applicable(file.name, folders)
                if not ignored:
                    self._take(file, said, found)
        self.problems += [(folder.folder / NAME, problem) for folder in folders.values() for problem in folder.unused()]
        return list(found.values())

    def _take(self, file: File, said: tuple[Common, ...], found: dict[str, Source]) -> None:
        """Put it among the pages ``found``, by their documents, or say why it is none."""
        suffix = file.name.suffix.lower()
        kind = KINDS.get(suffix)
        document = str(file.name.with_suffix("") if suffix == ".md" else file.name)
        if file.problem:
            self._problem(file.name, file.place, file.problem)
        elif kind and document in found:
            self._problem(file.name, file.place, f"is the same document as {found[document].place}; rename one of them")
        elif kind:
            found[document] = Source(file.name, document, kind, file.place, said, file.read)
        elif suffix in UNREADABLE:
            self._problem(file.name, file.place, f"{suffix} is not read; save it as .docx, .pdf or .html, or list it under `ignore`")

    def _folder_file(self, file: File, folders: dict[PurePosixPath, FolderFile], closed: set[PurePosixPath]) -> None:
        """Into ``folders``, or its folder into those ``closed``: who may see what lies there is then unknown."""
        folder = file.name.parent
        try:
            if file.problem or file.name.name != NAME:
                raise InvalidFile(file=file.place, problem=file.problem or f"is not read; name it {NAME}")
            folders[folder] = FolderFile(decoded(file.read(), file.place), folder, file.place)
        except InvalidFile as error:
            closed.add(folder)
            self._problem(file.name, file.place, f"{error.problem}; nothing in this folder is read", error.line)

    def _files(self) -> Iterator[File]:
        for at, (below, path) in enumerate(self._places):
            replaced = {PurePosixPath(later) for later, _ in self._places[at + 1 :]}
            for file in self._walk(PurePosixPath(below), path):
                if not replaced.isdisjoint((file.name, *file.name.parents)):
                    continue
                if file.name.suffix.lower() == ".zip" and not file.problem:
                    yield from self._members(file.name, Path(file.place))
                else:
                    yield file

    def _walk(self, below: PurePosixPath, path: Path) -> Iterator[File]:
        """Every file that is not hidden, in order; folders that cannot be read are named. No link is followed: it would lead to pages of
        which other folders speak, or out of the handbook.
        """

        def closed(error: OSError) -> None:
            name = below / Path(error.filename).relative_to(path).as_posix()
            self._problem(name, str(error.filename), f"cannot be read ({error.strerror})")

        if path.is_file():
            yield _file(below, path)
        for folder, folders, names in os.walk(path, onerror=closed) if path.is_dir() else ():
            folders[:] = sorted(name for name in folders if not _hidden((name,)))
            for entry in sorted((*folders, *(name for name in names if not _hidden((name,))))):
                found = Path(folder, entry)
                file = _file(below / found.relative_to(path).as_posix(), found)
                if file.problem != FOLDER or is_meant(file.name):
                    yield file

    def _members(self, below: PurePosixPath, path: Path) -> Iterator[File]:
        try:
            opened = self._archives.enter_context(archive.opened(path, str(path)))
        except InvalidFile as error:
            self.problems.append((below, error))
            return
        for member in archive.members(opened):
            place, problem = f"{path}/{member.name}", member.problem
            if not problem and member.path.suffix.lower() == ".zip":
                problem = "is a zip file in a zip file; put it into the handbook by itself"
            if not _hidden(member.path.parts):
                yield File(below / member.path, place, partial(archive.read, opened, member.info, place), problem)

    def _problem(self, name: PurePosixPath, place: str, problem: str, line: int | None = None) -> None:
        self.problems.append((name, InvalidFile(file=place, line=line, problem=problem)))


def _file(name: PurePosixPath, path: Path) -> File:
    """What lies at ``path``, which need be no file."""
    return File(name, str(path), partial(_read, path), _problem_of(path))


def _problem_of(path: Path) -> str:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if stat.S_ISLNK(mode):
        return "is a link; put in what it leads to"
    if not stat.S_ISREG(mode):
        return FOLDER if stat.S_ISDIR(mode) else "is neither a file nor a folder"
    return "" if str(path) == printable(str(path)) else "its name is not UTF-8"


def _hidden(parts: tuple[str, ...]) -> bool:
    """Dot files, what macOS packs beside files, and the lock files of office programs."""
    return any((part.startswith((".", "~$")) and part != "..") or part == "__MACOSX" for part in parts)


def _read(path: Path) -> bytes:
    if path.is_file() and path.stat().st_size > archive.MAX_FILE:
        raise InvalidFile(file=str(path), problem=f"is larger than {archive.size(archive.MAX_FILE)}")
    return read_bytes(path)
