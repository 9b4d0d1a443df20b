"""Counting tokens: with a real vocabulary where there is one, else by an estimate that says so; never by way of the network."""

import base64
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken._educational import bpe_train

from core import tokens
from core.tokens import Tokens, Vocabulary, cached, estimated

ROOT = Path(__file__).resolve().parents[3]
WORDS = r"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+"
MANUAL = "The order was refunded. An order is refunded when the person who ordered it asks. " * 20
SENTENCE = "The order was refunded within 30 days."
ADDRESS = "https://vocabulary.invalid/small.tiktoken"
PLUGIN = f"""
from tiktoken.load import load_tiktoken_bpe

def small():
    ranks = load_tiktoken_bpe({ADDRESS!r}, expected_hash=None)
    return {{"name": "small", "pat_str": {WORDS!r}, "mergeable_ranks": ranks, "special_tokens": {{}}}}

ENCODING_CONSTRUCTORS = {{"small": small}}
"""


@pytest.fixture(scope="module")
def ranks() -> dict[bytes, int]:
    return bpe_train(MANUAL, 280, WORDS, visualise=None)


def test_a_vocabulary_counts_what_it_encodes(ranks: dict[bytes, int]) -> None:
    small = tiktoken.Encoding("small", pat_str=WORDS, mergeable_ranks=ranks, special_tokens={})
    counts = Tokens(small)
    assert counts.name == "small"
    assert counts.count(SENTENCE) == len(small.encode(SENTENCE)) < len(SENTENCE.encode())
    assert counts.count("") == 0
    assert counts.count("zqzq zqzq") > counts.count("order was"), "what it has never seen takes more"


def test_what_looks_like_a_special_token_is_text(ranks: dict[bytes, int]) -> None:
    counts = Tokens(tiktoken.Encoding("small", pat_str=WORDS, mergeable_ranks=ranks, special_tokens={"<|end|>": 280}))
    assert counts.count("<|end|>") > 1


def test_a_million_blanks_are_counted(ranks: dict[bytes, int]) -> None:
    assert Tokens(tiktoken.Encoding("small", pat_str=WORDS, mergeable_ranks=ranks, special_tokens={})).count(" " * 1_000_000) > 0


def test_half_a_character_is_counted(ranks: dict[bytes, int]) -> None:
    for counts in (Tokens(), Tokens(tiktoken.Encoding("small", pat_str=WORDS, mergeable_ranks=ranks, special_tokens={}))):
        assert counts.count("\ud800") > 0


@pytest.fixture
def cache(tmp_path: Path, ranks: dict[bytes, int]) -> Path:
    """A folder as tiktoken fills it, with one vocabulary, and beside it what makes tiktoken know that vocabulary's name."""
    folder, plugins = tmp_path / "cache", tmp_path / "plugins" / "tiktoken_ext"
    folder.mkdir()
    plugins.mkdir(parents=True)
    lines = [base64.b64encode(token) + b" " + str(rank).encode() for token, rank in ranks.items()]
    (folder / hashlib.sha1(ADDRESS.encode()).hexdigest()).write_bytes(b"\n".join(lines))
    (plugins / "usher_small.py").write_text(PLUGIN, "utf-8")
    return folder


def told(cache: Path, code: str) -> str:
    places = os.pathsep.join([str(ROOT), str(cache.parent / "plugins")])
    env = {**os.environ, "TIKTOKEN_CACHE_DIR": str(cache), "PYTHONPATH": places, "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_vocabulary_is_read_from_the_folder_that_tiktoken_keeps(cache: Path, ranks: dict[bytes, int]) -> None:
    (file,) = cache.iterdir()
    code = f"""
from core.tokens import Tokens, Vocabulary, cached
known = (Vocabulary("small", {ADDRESS!r}, {hashlib.sha256(file.read_bytes()).hexdigest()!r}),)
counts = Tokens(cached({str(cache)!r}, known))
print(counts.name, counts.count({SENTENCE!r}))
"""
    expected = tiktoken.Encoding("small", pat_str=WORDS, mergeable_ranks=ranks, special_tokens={}).encode(SENTENCE)
    assert told(cache, code) == f"small {len(expected)}"


def test_a_file_that_is_not_whole_is_left_alone_and_nothing_is_fetched_in_its_place(cache: Path) -> None:
    (file,) = cache.iterdir()
    before = file.read_bytes()
    known = (Vocabulary("small", ADDRESS, "0" * 64),)
    assert cached(str(cache), known) is None
    assert file.read_bytes() == before


def test_a_folder_without_the_known_vocabularies_means_an_estimate_and_says_so(cache: Path) -> None:
    code = f"from core import tokens; print(tokens.name(), tokens.exact(), tokens.count({SENTENCE!r}))"
    assert told(cache, code) == f"estimate False {estimated(SENTENCE)}"


def test_names_and_counts_agree_on_whether_there_is_a_vocabulary() -> None:
    assert tokens.exact() is (tokens.name() != "estimate")
    assert tokens.count(SENTENCE) > 0


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [  # as o200k_base and cl100k_base count them, a fifth more or less
        ("Hello, we were charged twice for March. Could you please send the money back? Our invoice is 2026-0114.", 24, 36),
        ("Sehr geehrte Damen und Herren, die Rechnung wurde doppelt abgebucht; bitte erstatten Sie den Betrag.", 20, 32),
        ("| plan | price |\n|---|---|\n| Team | 12,300.50 EUR |\n", 15, 28),
        ("先月の請求書が二重になっています。返金をお願いできますか。", 16, 36),
        ("def count(text: str) -> int:\n    return sum(map(_piece, _PIECE.findall(text)))\n", 20, 34),
        ("", 0, 0),
    ],
)
def test_the_estimate_is_near_what_vocabularies_count(text: str, least: int, most: int) -> None:
    assert least <= estimated(text) <= most


@settings(deadline=None)
@given(st.text(max_size=300))
def test_an_estimate_never_exceeds_the_bytes_and_never_sinks_with_more_text(text: str) -> None:
    assert 0 <= estimated(text) <= 2 * len(text.encode(errors="replace"))
    assert estimated(f"{text}\nword") > estimated(text)


def test_a_chunk_is_counted_in_a_moment() -> None:
    began = time.perf_counter()
    for _ in range(200):
        estimated(MANUAL[:1000])
    assert (time.perf_counter() - began) / 200 < 0.005, "100,000 chunks in minutes even where the machine is busy; 10 s where it is not"
