"""A small run of what ``make bench-knowledge`` does with 1,000 queries: nobody finds what they may not see."""

from pathlib import Path

from benchmarks.knowledge.isolation import MARKS, isolated
from benchmarks.knowledge.shelf import Shelf
from knowledge.chroma import Vectors
from tests.integration.knowledge.conftest import WordEncoder


async def test_random_users_of_two_tenants_find_only_what_they_may_see(vectors: Vectors, tmp_path: Path) -> None:
    found = await isolated(Shelf(tmp_path, WordEncoder(), vectors), queries=120, topics=5)
    assert found.leaks == 0
    assert found.passages > 300
    assert found.marks >= 0.7 * sum(mark.expired == "no" for mark in MARKS)
