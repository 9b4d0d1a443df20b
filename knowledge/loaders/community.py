"""The one file that knows langchain-community, which is being sunset: another library for a format changes nothing but this."""

import logging
from collections.abc import Callable, Iterator

TEXT_ONLY = ("a", "img", "b", "strong", "i", "em", "u", "font", "span")
"""Links, pictures and emphasis leave their text; what is quoted to customers is text."""


def markdown(html: str) -> str:
    """HTML as Markdown: headings, lists, tables and code survive."""
    from langchain_community.document_transformers import MarkdownifyTransformer
    from langchain_core.documents import Document

    transform = MarkdownifyTransformer(
        strip=list(TEXT_ONLY), bullets="-", escape_asterisks=False, escape_underscores=False, table_infer_header=True, bs4_options="lxml"
    )
    (document,) = transform.transform_documents([Document(html)])
    return document.page_content


Visitor = Callable[[str, list[float], list[float], dict[str, object] | None, float], None]


def pdf_pages(content: bytes, visit: Visitor) -> Iterator[dict[str, object]]:
    """Each page's metadata, after ``visit`` has heard its texts in the order in which they are drawn, with their place and font."""
    from langchain_community.document_loaders.parsers.pdf import PyPDFParser
    from langchain_core.documents.base import Blob

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with a file is said once, with its name
    parser = PyPDFParser(mode="page", extraction_kwargs={"visitor_text": visit})
    for page in parser.lazy_parse(Blob.from_data(content)):
        yield page.metadata
