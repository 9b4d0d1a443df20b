"""``_pages.yaml``: what a folder says of the pages in it, for files that cannot say it themselves, or for many at once."""

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from core.errors import InvalidFile
from core.value import Value
from core.yamltext import Lines, parse
from knowledge.pages import Common, Said

NAME = "_pages.yaml"
_MEANT = (NAME, "_pages.yml")


def is_meant(name: PurePosixPath) -> bool:
    """Whether it is, or was to be, a folder file: one by another spelling would say to nobody that its folder is restricted."""
    return name.name.casefold() in _MEANT


class Contents(Value):
    """``defaults`` hold for everything in the folder and below; ``pages`` says what differs, by name or pattern; ``ignore`` are no pages.

    A name or pattern without ``/`` is that of a file at any depth; one with ``/`` is a path from this folder on.
    """

    defaults: Common = Common()
    pages: dict[str, Said] = {}
    ignore: tuple[str, ...] = ()


class FolderFile:
    """One such file. ``folder`` is where it lies below the handbook, the handbook itself being the empty path."""

    def __init__(self, text: str, folder: PurePosixPath, place: str) -> None:
        """Raises:
        InvalidFile: with the line of the first thing that cannot be used.
        """
        self.folder, self._place = folder, place
        self._lines: Lines | None = None
        self._contents, self._used = Contents(), set[str]()
        if text.strip():
            self._contents, self._lines = parse(Contents, text, place)

    @property
    def defaults(self) -> Common:
        return self._contents.defaults

    def ignores(self, name: PurePosixPath) -> bool:
        return any(self._matches(name, pattern) for pattern in self._contents.ignore)

    def said(self, name: PurePosixPath) -> list[Said]:
        """What it says of this page by name, in the order in which it is written."""
        return [said for pattern, said in self._contents.pages.items() if self._matches(name, pattern)]

    def unused(self) -> list[InvalidFile]:
        """Names of ``pages`` that no file has: left over, or misspelt, and then some page is taken for less than it should be."""
        idle = [name for name in self._contents.pages if name not in self._used and not any(sign in name for sign in "*?[")]
        return [InvalidFile(file=self._place, line=self._line(name), problem=f"pages: no file here is {name!r}") for name in idle]

    def _line(self, name: str) -> int | None:
        return self._lines.of(("pages", name)) if self._lines else None

    def _matches(self, name: PurePosixPath, pattern: str) -> bool:
        path = str(name.relative_to(self.folder)) if "/" in pattern else name.name
        found = fnmatchcase(path, pattern.removeprefix("./"))
        if found:
            self._used.add(pattern)
        return found


def applicable(name: PurePosixPath, files: dict[PurePosixPath, FolderFile]) -> tuple[tuple[Common, ...], bool]:
    """What folder files say of a page, what counts more last, and whether one of them ignores it.

    What is said of a page by name counts more than any defaults; a folder further in counts more than one further out.
    """
    above = [files[folder] for folder in reversed(name.parents) if folder in files]
    defaults = [file.defaults for file in above]
    named = [said for file in above for said in file.said(name)]
    return (*defaults, *named), any(file.ignores(name) for file in above)
