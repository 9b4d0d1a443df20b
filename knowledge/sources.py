"""Which files of a handbook are pages: those of its folder, of the folders below, and of zip files, read where they lie."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import NamedTuple, Self

from core.errors import InvalidFile
from knowledge import archive
from knowledge.files import decoded, read_bytes
from knowledge.folderfile import NAME, FolderFile, applicable
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
MISNAMED = "_pages.yml"
UNREADABLE = frozenset({".doc", ".rtf", ".odt", ".pages", ".ppt", ".pptx", ".odp", ".xls", ".xlsx", ".ods", ".epub", ".mht", ".mhtml"})


class File(NamedTuple):
    """``name`` is the path below the handbook, through zip files, too; ``place`` is how people find it."""

    name: PurePosixPath
    place: str
    read: Callable[[], bytes]


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
        files = {file.name: file for file in self._files()}
        folders, broken = self._folder_files(files)
        found = []
        for name in sorted(files):
            if name.name != NAME and not any(folder in broken for folder in name.parents):
                said, ignored = applicable(name, folders)
                if not ignored and (source := self._source(files[name], said)):
                    found.append(source)
        self.problems += [(folder.folder / NAME, problem) for folder in folders.values() for problem in folder.unused()]
        return found

    def _source(self, file: File, said: tuple[Common, ...]) -> Source | None:
        suffix = file.name.suffix.lower()
        if kind := KINDS.get(suffix):
            document = file.name.with_suffix("") if suffix == ".md" else file.name
            return Source(file.name, str(document), kind, file.place, said, file.read)
        if file.name.name == MISNAMED:
            self._problem(file.name, file.place, f"is not read; name it {NAME}")
        if suffix in UNREADABLE:
            self._problem(file.name, file.place, f"{suffix} is not read; save it as .docx, .pdf or .html, or list it under `ignore`")
        return None

    def _folder_files(self, files: dict[PurePosixPath, File]) -> tuple[dict[PurePosixPath, FolderFile], set[PurePosixPath]]:
        """By folder; and the folders of those that cannot be used: who may see what lies there is then unknown."""
        read: dict[PurePosixPath, FolderFile] = {}
        broken: set[PurePosixPath] = set()
        for name, file in files.items():
            if name.name == NAME:
                try:
                    read[name.parent] = FolderFile(decoded(file.read(), file.place), name.parent, file.place)
                except InvalidFile as error:
                    broken.add(name.parent)
                    self._problem(name, file.place, f"{error.problem}; nothing in this folder is read", error.line)
        return read, broken

    def _files(self) -> Iterator[File]:
        for below, path in self._places:
            for name, found in self._walk(PurePosixPath(below), path):
                if name.suffix.lower() == ".zip":
                    yield from self._members(name, found)
                else:
                    yield File(name, str(found), partial(_read, found))

    def _walk(self, below: PurePosixPath, path: Path) -> Iterator[tuple[PurePosixPath, Path]]:
        """Every file that is not hidden, in order; folders that cannot be read are named."""

        def closed(error: OSError) -> None:
            self._problem(below, str(error.filename), f"cannot be read ({error.strerror})")

        if path.is_file():
            yield below, path
        for folder, folders, names in os.walk(path, onerror=closed) if path.is_dir() else ():
            folders[:] = sorted(name for name in folders if not _hidden((name,)))
            for name in sorted(names):
                found = Path(folder, name)
                if not _hidden((name,)) and found.is_file():
                    yield below / found.relative_to(path).as_posix(), found

    def _members(self, below: PurePosixPath, path: Path) -> Iterator[File]:
        try:
            opened = self._archives.enter_context(archive.opened(path, str(path)))
        except InvalidFile as error:
            self.problems.append((below, error))
            return
        for member, inside, problem in archive.members(opened, str(path)):
            name, place = below / inside, f"{path}/{inside}"
            if _hidden(PurePosixPath(inside).parts):
                continue
            if problem:
                self.problems.append((below, problem))
            elif name.suffix.lower() == ".zip":
                self._problem(name, place, "is a zip file in a zip file; put it into the handbook by itself")
            else:
                yield File(name, place, partial(archive.read, opened, member, place))

    def _problem(self, name: PurePosixPath, place: str, problem: str, line: int | None = None) -> None:
        self.problems.append((name, InvalidFile(file=place, line=line, problem=problem)))


def _hidden(parts: tuple[str, ...]) -> bool:
    """Dot files, what macOS packs beside files, and the lock files of office programs."""
    return any((part.startswith((".", "~$")) and part != "..") or part == "__MACOSX" for part in parts)


def _read(path: Path) -> bytes:
    if path.is_file() and path.stat().st_size > archive.MAX_FILE:
        raise InvalidFile(file=str(path), problem=f"is larger than {archive.size(archive.MAX_FILE)}")
    return read_bytes(path)
