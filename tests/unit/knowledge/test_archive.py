import stat
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidFile
from knowledge import archive
from knowledge.reading import told
from knowledge.sources import Tree
from tests.support.documents import packed, zipped
from tests.support.handbooks import encrypted, listed, put


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
        (zipped({"Q": "a"}).replace(b"Q", b"\0"), "x.zip/: its name leads out of the archive"),
        (zipped({".": "a"}), "x.zip/.: its name leads out of the archive"),
        (packed([("a.md", "text")], zipfile.ZIP_BZIP2), "x.zip/a.md: is packed in another way than deflate"),
        (packed([("a.md", "text")], zipfile.ZIP_LZMA), "x.zip/a.md: is packed in another way than deflate"),
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
    put(tmp_path, {"x.zip": packed([("a.md", "one"), ("a.md", "two"), ("./a.md", "three")])})
    with Tree([("", tmp_path)]) as tree:
        assert [source.read() for source in tree.sources()] == [b"one"]
    assert listed(tmp_path)[1] == ["x.zip/a.md: is in the archive twice", "x.zip/./a.md: is in the archive twice"]


def test_a_bomb_is_seen_before_it_goes_off() -> None:
    bomb = zipped({"a.txt": b"0" * 3_000_000})
    assert len(bomb) < 5_000
    with pytest.raises(InvalidFile, match="comes to more than 1 MB"):
        archive.opened(bomb, "bomb.zip", most=2**20)


def test_a_member_that_states_less_than_it_holds_is_not_unpacked_further() -> None:
    bomb = bytearray(zipped({"a.txt": b"0" * 50_000_000}))
    at = bomb.index(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with archive.opened(bytes(bomb), "x.zip") as opened:
        tracemalloc.start()
        with pytest.raises(InvalidFile, match="damaged"):
            archive.read(opened, opened.infolist()[0], "x.zip/a.txt")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < 2_000_000


_PART = st.sampled_from(["a", ".", "..", "/", "\\", ":", ".md", ".MD", ".zip", "\0", "\n", " ", "_pages.yaml", "é", "\x1b[31m"]) | st.text(
    max_size=3
)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(deadline=None, max_examples=300)
@given(names=st.lists(st.lists(_PART, max_size=5).map("".join), max_size=5))
def test_whatever_the_files_in_an_archive_are_called_each_page_is_its_own_and_below_it(names: list[str]) -> None:
    writable = [name for name in names if name.split("\0")[0] and not any(0xD800 <= ord(sign) < 0xE000 for sign in name)]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "x.zip").write_bytes(packed([(name, "audience: text") for name in writable]))
        with Tree([("", Path(folder))]) as tree:
            sources = tree.sources()
            assert all(source.read() == b"audience: text" for source in sources)
            told(tree.problems)
    assert all(source.name.parts[0] == "x.zip" and ".." not in source.name.parts for source in sources)
    assert len({source.document for source in sources}) == len(sources)


def test_a_member_that_is_damaged_is_named(tmp_path: Path) -> None:
    damaged = bytearray(zipped({"a.md": "text " * 50}))
    damaged[38] ^= 0xFF
    put(tmp_path, {"x.zip": bytes(damaged)})
    with Tree([("", tmp_path)]) as tree, pytest.raises(InvalidFile, match=r"x\.zip/a\.md: is damaged in its archive"):
        tree.sources()[0].read()
