"""Handbook folders as tests need them, and what is found in them."""

from collections.abc import Mapping
from pathlib import Path

from knowledge.sources import Source, Tree
from tests.support.documents import zipped


def listed(folder: Path) -> tuple[list[Source], list[str]]:
    with Tree([("", folder)]) as tree:
        return tree.sources(), [str(error).removeprefix(f"{folder}/") for _, error in tree.problems]


def put(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def audiences(folder: Path) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for source in listed(folder)[0]:
        said = [each.audience for each in source.said if "audience" in each.model_fields_set]
        found[source.document] = said[-1] if said else None
    return found


def encrypted(*names: str) -> bytes:
    """A zip file whose first member says that it is encrypted, in the central directory, which is what is read."""
    content = bytearray(zipped(dict.fromkeys(names or ("a.md",), "secret")))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)
