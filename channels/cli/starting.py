"""A small company folder that works, copied from ``starter/``."""

import re
from pathlib import Path

from core.errors import InvalidFile

STARTER = Path(__file__).parent / "starter"


def write_company(folder: Path) -> list[str]:
    """The files written, relative to ``folder``, whose name becomes the company's id.

    Raises:
        InvalidFile: something lies there already, or it cannot be written.
    """
    from policy.loading.json_schema import text

    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InvalidFile(file=str(folder), problem="is there already, and not empty; name a new folder")
        contents = {path.relative_to(STARTER): path.read_text("utf-8") for path in sorted(STARTER.rglob("*")) if path.is_file()}
        contents = {path: _named(content, folder.resolve().name) for path, content in contents.items()}
        for path, content in {**contents, Path("policy.schema.json"): text()}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content, "utf-8")
    except OSError as error:
        raise InvalidFile(file=str(folder), problem=(error.strerror or "cannot be written").lower()) from None
    return [str(path) for path in (*contents, Path("policy.schema.json"))]


def _named(content: str, folder: str) -> str:
    """With the company's own id, name and domain."""
    id = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")
    id = id if re.fullmatch(r"[a-z][a-z0-9-]{1,40}", id) else "my-company"
    name = id.replace("-", " ").title()
    return content.replace("id: COMPANY", f"id: {id}").replace("Company Name", name).replace("company.example", f"{id}.example")
