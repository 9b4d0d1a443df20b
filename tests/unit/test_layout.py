"""The shape of the repository: names, drawings and documents that must not drift from the code."""

import importlib.metadata
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from core.settings import Settings
from graph.draw import PAGE, mermaid, page_with

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("app", "core", "policy", "prompts", "agents", "graph", "store", "knowledge", "channels", "evals")


def test_no_installed_package_shadows_a_folder() -> None:
    installed = importlib.metadata.packages_distributions()
    assert not [name for name in FOLDERS if name in installed]


def test_the_drawing_in_the_documents_is_the_graph() -> None:
    assert PAGE.read_text("utf-8") == page_with(mermaid()), "run: python -m graph.draw"


def test_langgraphs_tools_find_the_graph() -> None:
    entry = json.loads((ROOT / "langgraph.json").read_text("utf-8"))["graphs"]["turn"]
    path, _, name = entry.partition(":")
    code = f"import runpy; assert callable(runpy.run_path({path!r})[{name!r}])"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    assert not [name for name in Settings.model_fields if f"USHER_{name.upper()}" not in page]


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_help_is_quick() -> None:
    command = [sys.executable, "app.py", "--help"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    took = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.7
    seen = "sorted({'numpy', 'pydantic', 'sqlalchemy', 'langgraph'} & set(sys.modules))"
    heavy = f"import sys, app; from channels.cli import commands; commands(app.connect); print({seen})"
    done = subprocess.run([sys.executable, "-c", heavy], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
