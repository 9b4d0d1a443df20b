import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.errors import InvalidFile
from knowledge import archive
from knowledge.sources import Source, Tree
from tests.support.documents import packed, zipped


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


def test_every_format_is_found_wherever_it_lies(tmp_path: Path) -> None:
    put(tmp_path, {"a.md": "a", "b/c/d.PDF": "d", "b/e.docx": "e", "x.zip": zipped({"f/g.html": "g", "h.txt": "h"}), "logo.png": "p"})
    sources, problems = listed(tmp_path)
    assert [(source.document, source.kind) for source in sources] == [
        ("a", "Markdown"),
        ("b/c/d.PDF", "PDF"),
        ("b/e.docx", "DOCX"),
        ("x.zip/f/g.html", "HTML"),
        ("x.zip/h.txt", "text"),
    ]
    assert problems == []


def test_what_is_in_a_zip_file_is_read_from_it(tmp_path: Path) -> None:
    put(tmp_path, {"x.zip": zipped({"a.txt": "packed"})})
    with Tree([("", tmp_path)]) as tree:
        assert [source.read() for source in tree.sources()] == [b"packed"]


def test_hidden_files_and_those_of_editors_are_none(tmp_path: Path) -> None:
    inside = zipped({"__MACOSX/a.md": "a", ".git/b.md": "b"})
    put(tmp_path, {".a.md": "a", ".drafts/b.md": "b", "~$c.docx": "c", "x.zip": inside})
    assert listed(tmp_path) == ([], [])


def test_documents_of_formats_that_are_not_read_are_named(tmp_path: Path) -> None:
    put(tmp_path, {"prices.xlsx": "x"})
    assert listed(tmp_path)[1] == ["prices.xlsx: .xlsx is not read; save it as .docx, .pdf or .html, or list it under `ignore`"]


def test_a_folder_file_by_another_name_is_told(tmp_path: Path) -> None:
    put(tmp_path, {"_pages.yml": "defaults: {audience: restricted}"})
    assert listed(tmp_path)[1] == ["_pages.yml: is not read; name it _pages.yaml"]


def test_a_file_that_goes_while_others_are_read_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"a.md": "a"})
    (source,) = listed(tmp_path)[0]
    (tmp_path / "a.md").unlink()
    with pytest.raises(InvalidFile, match=r"a\.md: no such file"):
        source.read()


# ---------------------------------------------------------------- zip files


def encrypted() -> bytes:
    """A zip file whose one member says that it is encrypted, in the central directory, which is what is read."""
    content = bytearray(zipped({"a.md": "secret"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def linked() -> bytes:
    link = zipfile.ZipInfo("a.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return packed([(link, "/etc/passwd")])


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (zipped({"../../a.md": "a"}), "x.zip/../../a.md: its name leads out of the archive"),
        (zipped({"/etc/a.md": "a"}), "x.zip//etc/a.md: its name leads out of the archive"),
        (zipped({"C:\\a.md": "a"}), "x.zip/C:/a.md: its name leads out of the archive"),
        (linked(), "x.zip/a.md: is a link"),
        (encrypted(), "x.zip/a.md: is encrypted"),
        (zipped({"y.zip": zipped({"a.md": "a"})}), "x.zip/y.zip: is a zip file in a zip file"),
        (b"PK no zip", "x.zip: is no zip file"),
        (zipped({"a.md": "a"})[:-10], "x.zip: is no zip file"),
    ],
)
def test_what_cannot_be_read_of_a_zip_file_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    put(tmp_path, {"x.zip": content, "b.md": "b"})
    sources, problems = listed(tmp_path)
    assert [source.document for source in sources] == ["b"]
    assert problems[0].startswith(problem)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_with_one_name_the_second_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"x.zip": packed([("a.md", "one"), ("a.md", "two")])})
    sources, problems = listed(tmp_path)
    assert len(sources) == 1
    assert problems == ["x.zip/a.md: is in the archive twice"]


def test_a_bomb_is_seen_before_it_goes_off() -> None:
    bomb = zipped({"a.txt": b"0" * 3_000_000})
    assert len(bomb) < 5_000
    with pytest.raises(InvalidFile, match="comes to more than 1 MB"):
        archive.opened(bomb, "bomb.zip", most=2**20)


def test_a_member_that_is_damaged_is_named(tmp_path: Path) -> None:
    damaged = bytearray(zipped({"a.md": "text " * 50}))
    damaged[38] ^= 0xFF
    put(tmp_path, {"x.zip": bytes(damaged)})
    with Tree([("", tmp_path)]) as tree, pytest.raises(InvalidFile, match=r"x\.zip/a\.md: is damaged in its archive"):
        tree.sources()[0].read()


# ---------------------------------------------------------------- _pages.yaml


def test_a_folder_file_speaks_for_all_below_it_and_one_further_in_counts_more(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "_pages.yaml": "defaults: {audience: public}\n",
            "a.pdf": "a",
            "hr/_pages.yaml": "defaults: {audience: restricted}\n",
            "hr/b.pdf": "b",
            "x.zip": zipped({"c.html": "c", "in/_pages.yaml": "defaults: {audience: internal}", "in/d.html": "d"}),
        },
    )
    assert audiences(tmp_path) == {"a.pdf": "public", "hr/b.pdf": "restricted", "x.zip/c.html": "public", "x.zip/in/d.html": "internal"}


def test_what_is_said_of_a_page_by_name_counts_more_than_any_defaults(tmp_path: Path) -> None:
    top = "defaults: {audience: internal}\npages:\n  'x/*': {audience: public}\n  'x/secret.txt': {audience: restricted}\n"
    put(tmp_path, {"_pages.yaml": top, "x/_pages.yaml": "defaults: {audience: internal}", "x/a.txt": "a", "x/secret.txt": "s"})
    assert audiences(tmp_path) == {"x/a.txt": "public", "x/secret.txt": "restricted"}


def test_a_name_without_a_path_holds_at_any_depth(tmp_path: Path) -> None:
    put(tmp_path, {"_pages.yaml": "ignore: [index.html, 'drafts/*']\n", "x/index.html": "i", "drafts/a/b.md": "b", "y/drafts/c.md": "c"})
    assert list(audiences(tmp_path)) == ["y/drafts/c"]


def test_a_name_that_no_file_has_is_told_with_its_line(tmp_path: Path) -> None:
    put(tmp_path, {"_pages.yaml": "pages:\n  prices.pdf: {audience: public}\n  pirces.pdf: {audience: restricted}\n", "prices.pdf": "p"})
    assert listed(tmp_path)[1] == ["_pages.yaml:3: pages: no file here is 'pirces.pdf'"]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("defaults:\n  audience: everybody\n", 2, "defaults.audience: Input should be"),
        ("defaults: {audience: public}\npages:\n  a.pdf:\n    expires: soon\n", 4, "pages.a.pdf.expires"),
        ("defualts: {audience: public}\n", 1, "unknown field 'defualts'"),
        ("defaults: {title: All}\n", 1, "unknown field 'defaults.title'"),
        ("defaults: [\n", 2, "not YAML"),
    ],
)
def test_below_a_folder_file_that_cannot_be_used_nothing_is_read(tmp_path: Path, text: str, line: int, problem: str) -> None:
    put(tmp_path, {"hr/_pages.yaml": text, "hr/a.pdf": "a", "hr/in/b.md": "b", "c.md": "c"})
    sources, (told,) = listed(tmp_path)
    assert [source.document for source in sources] == ["c"]
    assert told.startswith(f"hr/_pages.yaml:{line}: {problem}")
    assert told.endswith("; nothing in this folder is read")
