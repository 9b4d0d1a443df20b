import os
from pathlib import Path

import pytest

from core.errors import InvalidFile
from knowledge.reading import told
from knowledge.sources import Tree
from tests.support.documents import zipped
from tests.support.handbooks import listed, put


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


@pytest.mark.parametrize(
    ("first", "second", "document"),
    [("refund.html", "refund.html.md", "refund.html"), ("a.MD", "a.md", "a"), ("x.zip/a.html", "x.zip/a.html.md", "x.zip/a.html")],
)
def test_of_two_files_that_would_be_one_document_the_second_is_named(tmp_path: Path, first: str, second: str, document: str) -> None:
    inside = {name.removeprefix("x.zip/"): "text" for name in (first, second) if name.startswith("x.zip/")}
    put(tmp_path, {"x.zip": zipped(inside)} if inside else {first: "text", second: "text", "refund.html.js": "between"})
    sources, problems = listed(tmp_path)
    assert [(source.document, str(source.name)) for source in sources] == [(document, first)]
    assert problems == [f"{second}: is the same document as {tmp_path}/{first}; rename one of them"]


def test_no_link_is_followed(tmp_path: Path) -> None:
    put(tmp_path, {"elsewhere/secret.md": "s", "handbook/a.md": "a"})
    handbook = tmp_path / "handbook"
    for name, target in {"b.md": "../elsewhere/secret.md", "c": "../elsewhere", "d.md": "nowhere", "loop": ".", "x.zip": "x.zip"}.items():
        (handbook / name).symlink_to(target)
    sources, problems = listed(handbook)
    assert [source.document for source in sources] == ["a"]
    assert sorted(problems) == [f"{name}: is a link; put in what it leads to" for name in ("b.md", "c", "d.md", "loop", "x.zip")]


def test_a_link_that_is_no_page_can_be_ignored(tmp_path: Path) -> None:
    put(tmp_path, {"_pages.yaml": "ignore: [latest]", "a.md": "a"})
    (tmp_path / "latest").symlink_to(".")
    assert listed(tmp_path)[1] == []


def test_what_is_no_file_and_what_has_no_readable_name_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    Path(os.fsdecode(bytes(tmp_path) + b"/z\xfcrich.md")).write_text("text")
    with Tree([("", tmp_path)]) as tree:
        assert tree.sources() == []
    assert told(tree.problems) == (
        f"{tmp_path}/pipe.md: is neither a file nor a folder",
        f"{tmp_path}/z\\udcfcrich.md: its name is not UTF-8",
    )


def test_a_later_place_stands_in_for_all_of_what_has_its_name(tmp_path: Path) -> None:
    put(tmp_path, {"handbook/site/old.md": "o", "handbook/site/_pages.yml": "", "handbook/a.md": "a", "site/new.md": "n"})
    with Tree([("", tmp_path / "handbook"), ("site", tmp_path / "site")]) as tree:
        assert [source.document for source in tree.sources()] == ["a", "site/new"]
        assert tree.problems == []


def test_a_file_that_goes_while_others_are_read_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"a.md": "a"})
    (source,) = listed(tmp_path)[0]
    (tmp_path / "a.md").unlink()
    with pytest.raises(InvalidFile, match=r"a\.md: no such file"):
        source.read()
