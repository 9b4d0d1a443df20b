from pathlib import Path

import numpy as np
import pytest

from agents.intent.cache import load, load_or_train, save
from agents.intent.training import train
from core.errors import Unavailable
from tests.unit.agents.intent_samples import WordEncoder, small_company


def only_file(cache: Path) -> Path:
    (file,) = cache.iterdir()
    return file


def test_the_second_start_reads_what_the_first_learned(tmp_path: Path) -> None:
    stages: list[str] = []
    first = load_or_train(small_company(), WordEncoder(), tmp_path, stages.append)
    learned = len(stages)
    second = load_or_train(small_company(), WordEncoder(), tmp_path, stages.append)
    assert learned > 0
    assert len(stages) == learned
    assert first.predict("where is my refund") == second.predict("where is my refund")


def test_other_utterances_are_another_file(tmp_path: Path) -> None:
    load_or_train(small_company(), WordEncoder(), tmp_path)
    load_or_train(small_company(outside=False), WordEncoder(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_the_same_content_is_the_same_bytes(tmp_path: Path) -> None:
    load_or_train(small_company(), WordEncoder(), tmp_path / "a")
    load_or_train(small_company(), WordEncoder(), tmp_path / "b")
    assert only_file(tmp_path / "a").read_bytes() == only_file(tmp_path / "b").read_bytes()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text", "foreign"])
def test_a_damaged_file_is_learned_again_not_trusted(tmp_path: Path, damage: str) -> None:
    load_or_train(small_company(), WordEncoder(), tmp_path)
    file = only_file(tmp_path)
    sound = file.read_bytes()
    middle = len(sound) // 2
    broken = {
        "cut": sound[:middle],
        "flipped": sound[:middle] + bytes([sound[middle] ^ 255]) + sound[middle + 1 :],
        "empty": b"",
        "text": b"not a model",
    }
    if damage == "foreign":
        np.savez(file, about=np.zeros(3))
    else:
        file.write_bytes(broken[damage])
    load_or_train(small_company(), WordEncoder(), tmp_path)
    assert file.read_bytes() == sound


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    load_or_train(small_company(), WordEncoder(), tmp_path)
    file = only_file(tmp_path)
    sound = file.read_bytes()
    np.savez(file, about=np.array([{"format": 1}], dtype=object))
    load_or_train(small_company(), WordEncoder(), tmp_path)
    assert file.read_bytes() == sound


def test_a_model_of_another_encoder_is_refused(tmp_path: Path) -> None:
    class Other(WordEncoder):
        version = "words-2"

    save(train(small_company(), WordEncoder()), tmp_path / "intents.npz")
    with pytest.raises(Unavailable, match="another encoder"):
        load(tmp_path / "intents.npz", Other())


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"intents\.npz"):
        load(tmp_path / "intents.npz", WordEncoder())


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    save(train(small_company(), WordEncoder()), tmp_path / "intents.npz")
    assert [file.name for file in tmp_path.iterdir()] == ["intents.npz"]


def test_a_folder_that_cannot_be_made_is_an_error_to_act_on(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(Unavailable, match="cannot be written"):
        load_or_train(small_company(), WordEncoder(), tmp_path / "taken")
