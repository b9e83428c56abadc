"""Put the table of `bench.orders` into docs/frames.md: `python -m tools.forms`."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from bench.orders import table

from fastvbg.measure.machine import cpu_name, library_versions
from tools.readme_tables import replace_block

PAGE = Path("docs/frames.md")


def main() -> int:
    """Time all, print the table, and write it into the page."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    told = (
        "Milliseconds on packed BGR, and how many times as long the others take: RGB and four"
        " channels as they are,\nreversed views of RGB, three of four channels, and planes, each"
        " with a packed result and with one that lies\nas they do. From memory, one thread. "
        f"{cpu_name()}, Numba {library_versions()['numba']}; {date.today()};"
        " `python -m tools.forms`."
    )
    text = f"{table([])}\n\n{told}"
    sys.stdout.write(text + "\n")
    PAGE.write_text(replace_block(PAGE.read_text(), "forms", text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
