"""The house rules that no linter holds: no module escapes the order of the rooms."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

from bot.domain import commands
from handlers.house import make_router

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LINTER = PROJECT["tool"]["importlinter"]
ORDER: list[str] = LINTER["contracts"][0]["layers"]

# What is not a room of its own, and why.
WITHOUT_A_PLACE = {"bot.__init__": "holds a docstring alone"}


def rooms() -> set[str]:
    """Every module and folder directly in bot, and the other top-level packages."""
    inside = {
        f"bot.{path.stem}"
        for path in (ROOT / "bot").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    return inside | {"handlers", "storage", "locales"}


def placed() -> list[str]:
    """The modules of the order, from top to bottom."""
    return [name.strip(" ()") for layer in ORDER for name in re.split("[|:]", layer)]


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    """The modules that a file imports, with dots."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found


def test_every_module_of_the_bot_has_its_place_in_the_order() -> None:
    assert rooms() - set(WITHOUT_A_PLACE) <= set(placed())


def test_no_module_has_two_places() -> None:
    assert len(placed()) == len(set(placed()))


def test_only_the_demo_and_the_command_line_know_the_sandbox() -> None:
    allowed = {"bot/demo", "bot/__main__.py"}
    knowing = {
        "bot/demo" if path.parent.name == "demo" else str(path.relative_to(ROOT))
        for path in sources("bot", "handlers", "storage")
        if path.parent.name != "sandbox"
        and any(f"{each}.".startswith("bot.sandbox.") for each in imports(path))
    }
    assert knowing <= allowed


def test_every_module_opens_with_what_it_answers_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources("bot", "handlers", "storage", "locales")
        if "migrations" not in path.parts
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_every_ignored_rule_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    ruff = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.flake8")]
    ignored = [line for line in ruff.splitlines() if re.match(r'\s+"[A-Z]+\d+",', line)]
    assert ignored
    assert [line for line in ignored if "#" not in line] == []


def test_help_tells_every_command_to_somebody() -> None:
    assert set(make_router().commands) == commands.ALL
