"""What is mistyped is told before a source is opened."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.errors import FastvbgError
from fastvbg.live_mode.sources.demo import DemoSource
from tests.support.media import make_clip

PICTURE = np.full((8, 8, 3), 90, np.uint8)

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"card": "none.png"}, "card: no such file: none.png"),
    ({"card": "text.dat"}, "card: not an image that OpenCV can read: text.dat"),
    ({"to": "none/x.mkv"}, "output: no such folder: none; make it first"),
    ({"to": "x.abc"}, "output: got x.abc, wanted a name that ends in .gif, .mkv"),
    ({"to": "loopbak"}, "output: got loopbak, wanted a name that ends in"),
    ({"to": "there.mkv"}, "output: there.mkv exists; --overwrite replaces it"),
    ({"to": "out%d.png"}, "output: out1.png exists, and 1 file"),
    ({"to": "x.png"}, "output: x.png names one image"),
    ({"to": "."}, "output: "),
    ({"to": ["-", "x.abc"]}, "output: got x.abc"),
    ({"background": "none.png"}, "background: no such file: none.png"),
    ({"background": "skyblue"}, "background: no such file: skyblue, nor such a colour"),
    ({"background": "text.dat"}, "background: cannot open text.dat"),
    ({"mask": "plate:none.png"}, "plate: no such file: none.png"),
    ({"keep_region": "none.png"}, "keep-region: no such file: none.png"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(DemoSource, "open", lambda _: pytest.fail("it was opened"))
    (tmp_path / "text.dat").write_bytes(b"no picture\n" * 50)
    (tmp_path / "there.mkv").write_bytes(b"mine")
    cv2.imwrite(str(tmp_path / "out1.png"), PICTURE)
    return tmp_path


@pytest.mark.parametrize(("asked", "message"), WRONG)
def test_what_is_mistyped_opens_no_source(folder: Path, asked: Any, message: str) -> None:
    given = {"mask": "motion", "background": "navy", "to": "-", **asked}
    before = sorted(folder.iterdir())
    with pytest.raises(FastvbgError) as told:
        fastvbg.live("demo", **given)
    assert str(told.value).startswith(message)
    assert sorted(folder.iterdir()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of Unix")
def test_raw_pictures_go_to_no_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pty

    keeper, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        with pytest.raises(FastvbgError, match=r"^to: '-' writes raw pictures, .* wanted a pipe"):
            fastvbg.live("demo", "-", mask="motion")
    os.close(keeper)


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="Linux's virtual cameras")
def test_a_virtual_camera_that_is_none_opens_no_source(folder: Path) -> None:
    with pytest.raises(FastvbgError, match="loopback:no such name"):
        fastvbg.live("demo", "loopback:no such name", mask="motion")


def test_pyvirtualcam_that_is_missing_opens_no_source(folder: Path, monkeypatch) -> None:
    from fastvbg.live_mode.outlets import virtualcam

    monkeypatch.setattr(virtualcam, "find_spec", lambda _: None)
    with pytest.raises(FastvbgError, match="virtualcam: pyvirtualcam is not installed"):
        fastvbg.live("demo", "virtualcam", mask="motion")


def test_what_is_there_is_taken(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=4, width=32, height=32)
    cv2.imwrite(str(tmp_path / "p.png"), PICTURE)
    with fastvbg.live(
        "demo",
        str(tmp_path / "o%03d.png"),
        mask="motion",
        background=str(tmp_path / "c.mp4"),
        keep_region=str(tmp_path / "p.png"),
        card=tmp_path / "p.png",
        size=(64, 36),
        seconds=0.3,
    ) as session:
        assert session.wait(30)
