"""What is staged and left behind: names it is known by, and what a killed process leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fastvbg.sink import staging


def test_a_staging_name_is_short_and_keeps_the_suffix(tmp_path: Path) -> None:
    for name in ("a.mp4", "空" * 80 + ".MKV", "a." + "b" * 200):
        found = staging.staging_name(tmp_path / name)
        assert found.parent == tmp_path
        assert found.name.startswith(".fastvbg-")
        assert len(os.fsencode(found.name)) <= 64
        assert found.suffix == Path(name).suffix[:16]


def test_what_a_killed_process_left_is_found_by_its_names(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from fastvbg.sink import staging as s;"
        "here = Path(sys.argv[1]); s.begin_names('ab' * 8);"
        "s.staging_name(here / 'a_%d.png').mkdir();"
        "s.Staged(here / 'a.mkv', overwrite=False); os.kill(os.getpid(), 9)"
    )
    line = [sys.executable, "-c", program, str(tmp_path)]
    assert subprocess.run(line, check=False).returncode != 0
    own = staging.staging_name(tmp_path / "a.mkv")
    own.touch()
    assert len(list(tmp_path.iterdir())) == 3
    staging.remove_left(tmp_path / "a.mkv", "cd" * 8)
    assert len(list(tmp_path.iterdir())) == 3
    assert all(len(os.fsencode(path.name)) <= 64 for path in tmp_path.iterdir())
    staging.remove_left(tmp_path / "a.mkv", "ab" * 8)
    assert list(tmp_path.iterdir()) == [own]


def test_a_process_that_is_killed_leaves_its_staged_file_only(tmp_path: Path) -> None:
    script = (
        "import os, signal; from tests.sink.test_staging import *\n"
        f"with open_sink(Path({str(tmp_path)!r}) / 'o.mkv', INFO) as sink:\n"
        "    sink.write(FRAME, 0, 1); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode != 0
    assert [path.name.startswith(".fastvbg-") for path in tmp_path.iterdir()] == [True]
