import stat
import zipfile
from pathlib import Path

import pytest

from tests.support.documents import packed, zipped
from tests.support.handbooks import audiences, encrypted, listed, put


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
        ("defaults:\n  audience: public\n  regions: []\n", 3, "defaults.regions: Value error, names no region"),
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


CLOSED = "; nothing in this folder is read"


@pytest.mark.parametrize("name", ["_pages.yml", "_Pages.yaml", "_PAGES.YML"])
def test_a_folder_file_by_another_name_closes_its_folder(tmp_path: Path, name: str) -> None:
    put(tmp_path, {"_pages.yaml": "defaults: {audience: public}", "a.md": "a", "hr/in/b.md": "b"})
    put(tmp_path, {f"hr/{name}": "defaults: {audience: restricted}"})
    assert audiences(tmp_path) == {"a": "public"}
    assert listed(tmp_path)[1] == [f"hr/{name}: is not read; name it _pages.yaml{CLOSED}"]


@pytest.mark.parametrize("target", ["nowhere", "../other.yaml", "."])
def test_a_folder_file_that_is_a_link_closes_its_folder(tmp_path: Path, target: str) -> None:
    put(tmp_path, {"_pages.yaml": "defaults: {audience: public}", "other.yaml": "defaults: {audience: restricted}", "hr/b.md": "b"})
    (tmp_path / "hr" / "_pages.yaml").symlink_to(target)
    assert listed(tmp_path) == ([], [f"hr/_pages.yaml: is a link; put in what it leads to{CLOSED}"])


def test_a_folder_file_that_is_a_folder_closes_the_one_around_it(tmp_path: Path) -> None:
    put(tmp_path, {"_pages.yaml": "defaults: {audience: public}", "hr/_pages.yaml/x.png": "x", "hr/b.md": "b"})
    assert listed(tmp_path) == ([], [f"hr/_pages.yaml: is a folder; a file is wanted{CLOSED}"])


def hidden_from_us(**changes: int) -> bytes:
    info = zipfile.ZipInfo("hr/_pages.yaml")
    for name, value in changes.items():
        setattr(info, name, value)
    return packed([("hr/b.md", "b"), ("a.md", "a"), (info, "defaults: {audience: restricted}")])


@pytest.mark.parametrize(
    ("content", "problem", "left"),
    [
        (encrypted("hr/_pages.yaml", "hr/b.md"), "is encrypted", []),
        (hidden_from_us(external_attr=(stat.S_IFLNK | 0o777) << 16), "is a link", ["x.zip/a"]),
        (hidden_from_us(compress_type=zipfile.ZIP_LZMA), "is packed in another way", ["x.zip/a"]),
        (
            packed([("hr/_pages.yaml", ""), ("hr/./_pages.yaml", ""), ("hr/b.md", "b"), ("a.md", "a")]),
            "is in the archive twice",
            ["x.zip/a"],
        ),
        (packed([("/hr/_pages.yaml", ""), ("hr/b.md", "b"), ("a.md", "a")]), "its name leads out of the archive", []),
    ],
)
def test_a_folder_file_in_a_zip_file_that_is_not_read_closes_its_folder(
    tmp_path: Path, content: bytes, problem: str, left: list[str]
) -> None:
    put(tmp_path, {"_pages.yaml": "defaults: {audience: public}", "x.zip": content})
    sources, (told_of,) = listed(tmp_path)
    assert [source.document for source in sources] == left
    assert problem in told_of
    assert told_of.endswith(CLOSED)


def test_a_folder_file_that_holds_itself_closes_its_folder(tmp_path: Path) -> None:
    put(tmp_path, {"_pages.yaml": "defaults: &all {audience: public, more: *all}", "a.md": "a"})
    assert listed(tmp_path) == ([], [f"_pages.yaml: not YAML: nested too deep{CLOSED}"])
