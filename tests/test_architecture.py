"""Imports go downward, modules and functions stay small, the library never prints: read from the source itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "audiobook"
MODULES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    {"errors"},
    {"book", "script", "audio", "settings", "cuetable", "progress", "atomic", "usertext"},
    {"configfile", "configschema", "scripttext", "scriptjson"},
    {
        "scriptfile", "cache", "store", "sharedtakes", "ffmpeg", "engines", "prosody", "measure", "loudness",
        "truepeak", "filters", "dynamics", "spoken", "hearing", "names", "container", "calibration",
    },
    {
        "ingest", "adapt", "rescript", "delivery", "pauses", "plan", "record", "crew", "speakers", "cluster", "outpost",
        "workers", "booth", "accept", "attend", "levels", "stitch", "master", "publish", "verify",
    },
    {"pipeline", "batch"},
    {"cli", "__main__"},
)  # fmt: skip
"""From the ground up; a module imports its own layer's values or what lies below. Stages never import each other."""

STAGES = LAYERS[4]
TOGETHER = (
    {"delivery", "pauses", "plan"},
    {"record", "crew", "speakers", "cluster", "outpost", "workers", "booth", "accept", "attend"},
    {"levels", "stitch", "master"},
)
"""Stages of several modules."""


def _part(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _layer(part: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if part in layer)


def _imports(module: Path) -> set[str]:
    parts = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom) and node.module == "audiobook":
            names = [f"audiobook.{alias.name}" for alias in node.names if alias.name != "__version__"]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        parts |= {name.split(".")[1] for name in names if name.startswith("audiobook.")}
    return parts


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_downward(module: Path) -> None:
    part = _part(module)
    if part == "__init__":
        return
    for imported in _imports(module) - {part}:
        assert _layer(imported) <= _layer(part), f"{part} imports {imported}, which lies above it"
        if part in STAGES and imported in STAGES:
            assert any({part, imported} <= group for group in TOGETHER), f"stage {part} imports stage {imported}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_stay_small(module: Path) -> None:
    source = module.read_text("utf-8")
    assert len(source.splitlines()) < 400
    longest = 30 if _part(module) == "cli" else 60
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno is not None
            first = node.body[0].lineno  # decorators and the signature are counted by nobody
            assert node.end_lineno - first < longest, f"{node.name} has {node.end_lineno - first + 1} lines"


def test_broad_excepts_stand_only_at_the_command_lines_boundary() -> None:
    broad = [
        module.relative_to(PACKAGE).as_posix()
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert broad == ["cli/boundary.py"]


@pytest.mark.parametrize(
    "module", [path for path in MODULES if _part(path) != "cli"], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_the_library_never_prints_prompts_or_exits(module: Path) -> None:
    forbidden = {"print", "input", "exit", "quit", "breakpoint"}
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in forbidden, f"line {node.lineno} calls {node.func.id}"
    assert "import click" not in module.read_text("utf-8")


def test_help_loads_no_heavy_library() -> None:
    code = "import sys; from audiobook.cli import main; main(['--help']); print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"numpy", "onnxruntime", "piper", "pydub", "lxml", "soundfile", "PIL", "mutagen", "pyttsx3", "pyworld"}
    assert not heavy & set(loaded)


def test_every_module_can_be_imported_alone() -> None:
    names = [
        ".".join(("audiobook", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        for path in MODULES
        if path.name != "__main__.py"
    ]
    # One interpreter imports each module first, in a fresh copy of the package's state.
    code = (
        "import sys, importlib\n"
        "for name in sys.argv[1:]:\n"
        "    for loaded in [m for m in sys.modules if m.split('.')[0] == 'audiobook']: del sys.modules[loaded]\n"
        "    importlib.import_module(name)\n"
    )
    subprocess.run([sys.executable, "-W", "error::ImportWarning", "-c", code, *names], check=True)
