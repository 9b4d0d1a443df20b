"""Exports as people have them: a zip file or a folder put into the handbook as it is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.reading import Kept, read_all
from tests.support.documents import confluence, lines, pdf, word, zipped

AT = datetime(2026, 3, 10, tzinfo=UTC)
MENU = "<nav><a href='index.html'>Home</a></nav>"
SITE: dict[str, bytes | str] = {
    "index.html": f"<title>Acme</title>{MENU}<main><h1>Welcome</h1><p>We sell parcels.</p></main><footer>Imprint</footer>",
    "help/returns.html": f"<title>Returns – Acme</title>{MENU}<main><h1>Returns</h1><p>Use the <a href='x'>label</a>.</p></main>",
    "style.css": "body {}",
    "logo.svg": "<svg/>",
    "robots.xml": "<x/>",
}
WIKI: dict[str, bytes | str] = {
    "HR/index.html": confluence("Space Details", "", "HR").replace('id="main-content"', 'id="pages"'),
    "HR/HR-Home_1.html": confluence("HR Home", "<p>Who does what.</p>", "HR"),
    "HR/Travel_2.html": confluence("Travel", "<h1>Trains</h1><p>Second class.</p>", "HR", "HR Home"),
    "HR/attachments/2/77.docx": word(("Heading 1", "Form"), ("Normal", "Sign here.")),
    "HR/attachments/2/78.pdf": pdf(lines("Fares of the year."), title="Fares"),
    "HR/attachments/2/79.png": b"picture",
    "HR/styles/site.css": "body {}",
}


def put(folder: Path, name: str, files: dict[str, bytes | str], *, packed: bool) -> None:
    (folder / "_pages.yaml").write_text("defaults: {audience: internal, language: en}\n")
    if packed:
        (folder / name).write_bytes(zipped(files))
        return
    for inside, content in files.items():
        path = folder / name / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def read(folder: Path) -> tuple[Kept, ...]:
    found = read_all([("", folder)], {}, AT)
    assert found.skipped == ()
    return found.pages


@pytest.mark.parametrize("packed", [True, False])
def test_a_website_is_its_pages_without_their_menus(tmp_path: Path, packed: bool) -> None:
    put(tmp_path, "site.zip", SITE, packed=packed)
    assert [(chunk.document, chunk.heading, chunk.text) for page in read(tmp_path) for chunk in page.chunks] == [
        ("site.zip/help/returns.html", "Returns", "Use the label."),
        ("site.zip/index.html", "Welcome", "We sell parcels."),
    ]


@pytest.mark.parametrize("packed", [True, False])
def test_a_confluence_space_is_its_pages_and_attachments(tmp_path: Path, packed: bool) -> None:
    put(tmp_path, "wiki.zip", WIKI, packed=packed)
    pages = read(tmp_path)
    assert [(chunk.document.rpartition("/")[2], chunk.heading, chunk.text) for page in pages for chunk in page.chunks] == [
        ("HR-Home_1.html", "HR Home", "Who does what."),
        ("Travel_2.html", "HR Home > Travel > Trains", "Second class."),
        ("77.docx", "Form", "Sign here."),
        ("78.pdf", "Fares", "Fares of the year."),
    ]
    assert {(page.audience, page.chunks[0].language) for page in pages} == {("internal", "en")}


def test_the_same_export_gives_the_same_ids_packed_or_not(tmp_path: Path) -> None:
    ids = []
    for packed in (True, False):
        folder = tmp_path / str(packed)
        folder.mkdir()
        put(folder, "wiki.zip", WIKI, packed=packed)
        ids.append([chunk.id for page in read(folder) for chunk in page.chunks])
    assert ids[0] == ids[1]
