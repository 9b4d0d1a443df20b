"""Before files become part of the handbook: what would be read of them; and putting them in."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from core.errors import InvalidFile
from core.types import Audience
from core.value import Value
from knowledge.chunks import split
from knowledge.files import require_folder
from knowledge.folderfile import NAME
from knowledge.pages import Page
from knowledge.reading import Progress, page_of, told
from knowledge.sources import KINDS, Source, Tree


class Looked(Value):
    """A page as a dry run tells it. ``passages`` is how many there would be of it."""

    document: str
    file: str
    format: str
    title: str
    audience: Audience
    effective: str | None
    expires: str | None
    regions: tuple[str, ...]
    owner: str | None
    language: str | None
    passages: int


class Look(Value):
    """What a run would take in, and what it would skip."""

    pages: tuple[Looked, ...]
    skipped: tuple[str, ...]


def look(handbook: Path, paths: Sequence[Path] = (), progress: Progress | None = None) -> Look:
    """What would be read, without any index: of the handbook, or of these files and folders were they in it. ``progress`` as of a run.

    Raises:
        InvalidFile: the handbook or one of the paths is missing.
    """
    names = _names(paths)
    require_folder(handbook)
    pages: list[Looked] = []

    def asked(name: PurePosixPath) -> bool:
        return not names or names.keys() >= set(name.parts[:1])

    with Tree([("", handbook), *((path.name, path) for path in names.values())]) as tree:
        sources = [source for source in tree.sources() if asked(source.name)]
        for done, source in enumerate(sources, 1):
            try:
                if page := page_of(source, source.read()):
                    pages.append(_looked(source, page))
            except InvalidFile as error:
                tree.problems.append((source.name, error))
            if progress:
                progress("reading", done, len(sources))
    return Look(pages=tuple(pages), skipped=told([each for each in tree.problems if asked(each[0])]))


def copy_in(paths: Sequence[Path], handbook: Path) -> None:
    """Put files and folders into the handbook, each in one step, in the place of what has its name there.

    Raises:
        InvalidFile: one of them is missing, holds the handbook itself, or cannot be copied; those before it are in.
    """
    names = _names(paths)
    require_folder(handbook)
    home = handbook.resolve()
    if around := next((path for path in names.values() if home.is_relative_to(path)), None):
        raise InvalidFile(file=str(around), problem="holds the handbook itself")
    for name, path in names.items():
        if path.is_relative_to(home):
            continue
        target, staged, spare = handbook / name, handbook / f".{name}.new", handbook / f".{name}.old"
        try:
            for left in (staged, spare):
                _remove(left)
            if path.is_dir():
                shutil.copytree(path, staged, symlinks=True)  # a link leads nowhere else for being here, and a run names it
            else:
                shutil.copyfile(path, staged)
            if os.path.lexists(target):
                target.rename(spare)
            staged.rename(target)
            _remove(spare)
        except OSError as error:
            _remove(staged)
            raise InvalidFile(file=str(target), problem=f"cannot be written ({error.strerror or error})") from None


def _names(paths: Sequence[Path]) -> dict[str, Path]:
    """The paths by the names that they would have in the handbook. Raises InvalidFile for what can be no part of one."""
    found: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise InvalidFile(file=str(path), problem="no such file or folder")
        whole = path.resolve()
        if whole.is_file() and whole.name != NAME and whole.suffix.lower() not in (*KINDS, ".zip"):
            raise InvalidFile(file=str(path), problem=f"is not read; what is: a folder, .zip, {', '.join(KINDS)}")
        if whole.name in found:
            raise InvalidFile(file=str(path), problem=f"two files are named {whole.name}")
        found[whole.name] = whole
    return found


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()


def _looked(source: Source, page: Page) -> Looked:
    facts = page.facts
    return Looked(
        document=page.document,
        file=source.place,
        format=source.kind,
        title=facts.title,
        audience=facts.audience,
        effective=facts.effective and facts.effective.isoformat(),
        expires=facts.expires and facts.expires.isoformat(),
        regions=facts.regions,
        owner=facts.owner,
        language=facts.language,
        passages=len(split(page)),
    )
