from pathlib import Path

import pytest

from core.errors import InvalidFile
from knowledge.taking import copy_in, look
from tests.support.documents import lines, pdf, zipped

PAGE = "---\ntitle: Refunds\naudience: public\nexpires: 2026-12-31\n---\nThirty days.\n"


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "refunds.md").write_text(PAGE)
    (folder / "_pages.yaml").write_text("pages:\n  '*.pdf': {audience: internal, regions: [emea]}\n")
    return folder


def test_a_dry_run_tells_each_page_and_what_would_be_skipped(handbook: Path) -> None:
    (handbook / "notes.txt").write_text("for nobody in particular")
    (handbook / "price-list_2026.pdf").write_bytes(pdf(lines("Ten.")))
    found = look(handbook)
    assert [(page.document, page.title, page.audience, page.regions, page.expires, page.passages) for page in found.pages] == [
        ("price-list_2026.pdf", "Price list 2026", "internal", ("emea",), None, 1),
        ("refunds", "Refunds", "public", (), "2026-12-31", 1),
    ]
    assert [problem.removeprefix(f"{handbook}/") for problem in found.skipped] == [
        "notes.txt: says nowhere who may see it (audience: public, internal, restricted), nor does a _pages.yaml"
    ]


def test_files_elsewhere_are_looked_at_as_if_they_were_in_the_handbook(handbook: Path, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zipped({"prices.pdf": pdf(lines("Ten.")), "a.html": "<p>text"}))
    found = look(handbook, [tmp_path / "x.zip"])
    assert [(page.document, page.audience) for page in found.pages] == [("x.zip/prices.pdf", "internal")]
    assert [problem.partition(": ")[0] for problem in found.skipped] == [f"{tmp_path}/x.zip/a.html"]
    assert sorted(path.name for path in handbook.iterdir()) == ["_pages.yaml", "refunds.md"]


def test_what_is_taken_in_stands_in_the_place_of_what_has_its_name(handbook: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        site = tmp_path / str(number) / "site"
        site.mkdir(parents=True)
        (site / f"{number}.html").write_text("text")
        copy_in([site], handbook)
    (tmp_path / "refunds.md").write_text("new")
    copy_in([tmp_path / "refunds.md"], handbook)
    assert sorted(str(path.relative_to(handbook)) for path in handbook.rglob("*")) == ["_pages.yaml", "refunds.md", "site", "site/2.html"]
    assert (handbook / "refunds.md").read_text() == "new"


def test_what_lies_in_the_handbook_already_is_left_alone(handbook: Path) -> None:
    (handbook / "old").mkdir()
    (handbook / "old" / "a.md").write_text("a")
    copy_in([handbook / "refunds.md", handbook / "old" / "a.md"], handbook)
    assert sorted(path.name for path in handbook.iterdir()) == ["_pages.yaml", "old", "refunds.md"]


def test_a_folder_around_the_handbook_is_not_copied_into_it(handbook: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="holds the handbook itself"):
        copy_in([tmp_path], handbook)


def test_what_could_be_no_page_is_not_taken_in(handbook: Path, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"picture")
    with pytest.raises(InvalidFile, match=r"logo\.png: is not read; what is: a folder, \.zip, \.md"):
        copy_in([tmp_path / "logo.png"], handbook)


def test_nothing_is_taken_in_when_one_path_is_missing(handbook: Path, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    with pytest.raises(InvalidFile, match=r"b\.md: no such file or folder"):
        copy_in([tmp_path / "a.md", tmp_path / "b.md"], handbook)
    assert not (handbook / "a.md").exists()


def test_a_folder_is_taken_in_without_what_its_links_lead_to(handbook: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "secret.md").write_text("secret")
    (site / "a.txt").write_text("text")
    for name, target in {"b.md": tmp_path / "secret.md", "c.md": Path("nowhere"), "loop": Path()}.items():
        (site / name).symlink_to(target)
    copy_in([site], handbook)
    assert [path.read_text() for path in (handbook / "site").rglob("*") if path.is_file() and not path.is_symlink()] == ["text"]
    told = [problem.removeprefix(f"{handbook}/").partition("; ")[0] for problem in look(handbook).skipped]
    assert [problem for problem in told if "link" in problem] == [f"site/{name}: is a link" for name in ("b.md", "c.md", "loop")]


def test_what_is_taken_in_stands_in_the_place_of_a_link_that_leads_nowhere(handbook: Path, tmp_path: Path) -> None:
    (handbook / "site").symlink_to("nowhere")
    (tmp_path / "site").mkdir()
    copy_in([tmp_path / "site"], handbook)
    assert (handbook / "site").is_dir()
