"""Print the lowest version of each dependency that pyproject.toml admits, as pip takes it.

The arguments are the extras to take in:

    python -m pip install $(python tools/lowest.py test litert onnx farm) --no-deps .
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def lowest(*extras: str) -> list[str]:
    """Return `name==version` of each dependency and of those of `extras`.

    Parsed by hand: Python 3.10, where this runs, has no reader of TOML.
    """
    text = PROJECT.read_text(encoding="utf-8")
    listed = ""
    for name in ("dependencies", *extras):
        found = re.search(rf"^{name} = \[(.*?)\]", text, re.DOTALL | re.MULTILINE)
        if found is None:
            raise SystemExit(f"lowest: pyproject.toml has no list {name!r}")
        listed += found[1]
    return sorted(
        f"{name}=={version}" for name, version in re.findall(r'"([\w-]+)>=([\d.]+)[";]', listed)
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("extra", nargs="*")
    print(*lowest(*parser.parse_args().extra))
