import pytest

from core.errors import InvalidFile
from knowledge.chunks import split
from knowledge.loaders import Read, load
from knowledge.pages import Facts, Page, Said
from tests.support.documents import confluence


def read(html: str | bytes) -> Read:
    found = load("HTML", html.encode() if isinstance(html, str) else html, "a.html")
    assert found
    return found


def body(html: str) -> str:
    return read(f"<html><body>{html}</body></html>").body


def passages(found: Read) -> list[tuple[str, str]]:
    chunks = split(Page("a.html", Facts(found.title, "public"), found.body, found.trail))
    return [(chunk.heading, chunk.text) for chunk in chunks]


def test_what_surrounds_a_page_is_no_part_of_it() -> None:
    html = """<header>Acme</header><nav><a href="/">Home</a></nav><div class="breadcrumbs">Home / Help</div>
    <main><header><h1>Refunds</h1></header><p>Thirty days.</p><aside>Unless it is used.</aside><script>track()</script>
    <p hidden>old</p><p style="display: none">older</p><p>No <del>fourteen</del> limit.</p></main>
    <aside>Latest news</aside><div class="cookie-banner">We use cookies</div><footer>Imprint</footer>"""
    assert body(html) == "# Refunds\n\nThirty days.\n\nUnless it is used.\n\nNo limit."


def test_without_a_main_part_the_page_s_own_header_and_footer_go() -> None:
    assert body("<div role='banner'>Acme</div><div><h2>Refunds</h2>Thirty days.</div><div role='contentinfo'>Imprint</div>") == (
        "## Refunds\n\nThirty days."
    )


def test_links_and_emphasis_leave_their_text() -> None:
    html = '<p>See <a href="https://acme.example/x">the <b>full</b> <i>rules</i></a> in my_file_name * 2 <img src="x.png" alt="logo">.</p>'
    assert body(html) == "See the full rules in my_file_name * 2 ."


def test_a_table_is_one_block_with_its_heading_row() -> None:
    rows = "<tr><td>Annual<br>plan</td><td><p>30 days</p></td></tr>"
    html = f"<table><thead><tr><th>Plan</th><th>Refund</th></tr></thead><tbody>{rows}</tbody></table>"
    assert body(html) == "| Plan | Refund |\n| --- | --- |\n| Annual plan | 30 days |"


def test_a_table_that_only_arranges_the_page_is_none() -> None:
    inner = "<table><tr><td>Plan</td><td>Refund</td></tr><tr><td>Annual</td><td>30 days</td></tr></table>"
    html = f"<table><tr><td><h1>Refunds</h1><p>Rules.</p></td><td>{inner}</td></tr></table>"
    assert body(html) == "# Refunds\n\nRules.\n\n| Plan | Refund |\n| --- | --- |\n| Annual | 30 days |"


def test_lists_and_code_keep_their_shape() -> None:
    html = "<ul><li>one<ul><li>two</li></ul></li></ul><ol><li>first</li></ol><pre># no heading\n\n  indented</pre>"
    assert body(html) == "- one\n  - two\n\n1. first\n\n```\n# no heading\n\n  indented\n```"


def test_headings_become_the_path_of_each_passage() -> None:
    found = read("<title>Help</title><h1>Refunds</h1>intro<h2>Annual plans</h2>year<h3>Late</h3>late")
    assert passages(found) == [("Refunds", "intro"), ("Refunds > Annual plans", "year"), ("Refunds > Annual plans > Late", "late")]


def test_a_page_without_a_main_heading_stands_under_its_title() -> None:
    assert passages(read("<title>Help</title><h2>Refunds</h2>text")) == [("Help > Refunds", "text")]


def test_a_page_says_who_may_see_it_in_meta_tags_of_ours() -> None:
    html = """<html lang="en-GB"><meta name="usher:audience" content="internal"><meta name="usher:regions" content="emea, amer">
    <meta property="usher:language" content="de"><meta name="audience" content="public"><body>text"""
    found = read(html)
    assert found.said == Said.model_validate({"audience": "internal", "regions": ["emea", "amer"], "language": "de"})
    assert found.hint == Said(audience="public", language="en")


def test_plain_tags_count_only_where_they_say_what_is_meant_here() -> None:
    html = '<meta name="audience" content="all"><meta name="expires" content="0"><meta name="effective" content="2026-01-05"><body>text'
    assert read(html).hint.model_dump(exclude_unset=True, mode="json") == {"effective": "2026-01-05"}


@pytest.mark.parametrize(
    ("tag", "problem"),
    [
        ('name="usher:audience" content="all"', "a.html:2: usher:audience: Input should be 'public', 'internal' or 'restricted'"),
        ('name="usher:regions" content=""', "a.html:2: usher:regions: names no region"),
        ('name="usher:regions" content=" , "', "a.html:2: usher:regions: names no region"),
        ('name="usher:audiance" content="public"', "a.html:2: usher:audiance"),
    ],
)
def test_a_tag_of_ours_that_cannot_be_used_is_named_with_its_line(tag: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read(f"<html>\n<meta {tag}>\n<body>text")
    assert str(caught.value).startswith(problem)


def test_a_text_is_read_in_the_encoding_that_it_states() -> None:
    assert read("<meta charset='windows-1252'><p>Zürich – 5 €".encode("cp1252")).body == "Zürich – 5 €"
    assert read("<p>Zürich – 5 €".encode("utf-16")).body == "Zürich – 5 €"


@pytest.mark.parametrize("content", ["<p>Zürich".encode("cp1252"), b"<meta charset='ascii-8'><p>x"])
def test_a_text_in_another_encoding_is_named(content: bytes) -> None:
    with pytest.raises(InvalidFile, match=r"a\.html.*(not UTF-8|not in the encoding)"):
        read(content)


@pytest.mark.parametrize("html", ["<nav>Home</nav>", "<html><script>app()</script><div id=root></div>"])
def test_a_page_without_text_is_named(html: str) -> None:
    with pytest.raises(InvalidFile, match=r"a\.html: has no text"):
        read(html)


def test_markup_of_which_a_part_would_be_lost_is_named() -> None:
    assert read("text" + "<div>" * 100 + "deep").body == "text\n\ndeep"
    with pytest.raises(InvalidFile, match="nested too deeply"):
        read("text" + "<div>" * 500 + "deep")


def test_of_a_confluence_page_the_page_itself_is_read_under_its_ancestors() -> None:
    text = "<p>Three stars.</p><h1>Limits</h1><p>120 a night.</p><div class='toc-macro'>Limits</div>"
    found = read(confluence("Hotels", text, "HR", "HR Home", "Travel"))
    assert found.title == "Hotels"
    assert passages(found) == [("HR Home > Travel > Hotels", "Three stars."), ("HR Home > Travel > Hotels > Limits", "120 a night.")]
    assert "Kim" not in found.body


def test_the_list_of_pages_of_a_confluence_export_is_no_page() -> None:
    html = confluence("Pages", "", "HR").replace('id="main-content"', 'id="list"')
    assert load("HTML", html.encode(), "index.html") is None
