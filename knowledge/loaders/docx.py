"""Word documents through mammoth, which keeps what styles mean: headings, lists and tables become HTML, and that is read like any other."""

import io
import re
import zipfile

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
        text = _text(parts, place)
    import mammoth  # type: ignore[import-untyped]

    pictures = mammoth.images.img_element(lambda _: {"src": ""})
    html = mammoth.convert_to_html(io.BytesIO(text), style_map=STYLES, convert_image=pictures).value
    return read_html(f"<body>{_NOTE_BACK.sub('', html)}</body>".encode(), place)


def _text(parts: zipfile.ZipFile, place: str) -> bytes:
    """The document without pictures and the like, packed anew: what unpacks it does not look how much that becomes."""
    wanted = [part for part in archive.members(parts) if part.path.suffix.lower() in (".xml", ".rels")]
    if sum(part.info.file_size for part in wanted) > MAX_XML:
        raise InvalidFile(file=place, problem=f"has more than {archive.size(MAX_XML)} of text")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as anew:
        for part in wanted:
            if part.problem:
                raise InvalidFile(file=f"{place}/{part.name}", problem=part.problem)
            anew.writestr(str(part.path), archive.read(parts, part.info, f"{place}/{part.name}"))
    return packed.getvalue()
