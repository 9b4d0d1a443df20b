"""Word documents through mammoth, which keeps what styles mean: headings, lists and tables become HTML, and that is read like any other."""

import io
import re

from core.errors import InvalidFile
from knowledge import archive
from knowledge.loaders import Read
from knowledge.loaders.html import read_html

MAX_UNPACKED, MAX_XML = 4 * archive.MAX_FILE, 32 * 2**20
LOCKED = b"\xd0\xcf\x11\xe0"  # the container in which Word encrypts
STYLES = "p[style-name='Title'] => h1.title:fresh\np[style-name='Subtitle'] => p:fresh"
_NOTE_BACK = re.compile(r'\s*<a href="#(foot|end)note-ref-[^>]*>[^<]*</a>')


def read_docx(content: bytes, place: str) -> Read | None:
    if content.startswith(LOCKED):
        raise InvalidFile(file=place, problem="is protected by a password, or an old .doc; save it as .docx without one")
    with archive.opened(content, place, most=MAX_UNPACKED) as parts:
        if sum(part.file_size for part in parts.infolist() if part.filename.endswith(".xml")) > MAX_XML:
            raise InvalidFile(file=place, problem=f"has more than {archive.size(MAX_XML)} of text")
    import mammoth  # type: ignore[import-untyped]

    pictures = mammoth.images.img_element(lambda _: {"src": ""})
    html = mammoth.convert_to_html(io.BytesIO(content), style_map=STYLES, convert_image=pictures).value
    return read_html(f"<body>{_NOTE_BACK.sub('', html)}</body>".encode(), place)
