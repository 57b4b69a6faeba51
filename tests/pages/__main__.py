"""Writes `docs/rules`: a page for each rule and the list of them all. `python -m tests.pages [folder]`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.pages.made import FOLDER, pages


def main() -> None:
    """Write every page and remove those of rules that are gone."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for stale in folder.glob("*.md"):
        if stale.name not in made:
            stale.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
