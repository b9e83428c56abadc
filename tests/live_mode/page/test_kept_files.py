"""Files that the page keeps: safe names, drawn backgrounds, and those of settings."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from fastvbg.errors import OptionError
from fastvbg.live_mode.page import files
from fastvbg.live_mode.page.gallery import Gallery, Item, safe_name
from fastvbg.live_mode.page.polygons import drawn, spelled
from fastvbg.masks.plate import Plate
from fastvbg.settings import Settings


def test_safe_names() -> None:
    assert safe_name("../..") == "background"
    assert safe_name("a/b\\c:d\0e") == "a-b-c-d-e"


def test_drawn_backgrounds_differ_and_are_written_once(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    items = list(gallery)
    assert len({gallery.thumb(item) for item in items}) == len(items) >= 4
    assert gallery.value(items[0]) is gallery.value(items[0])
    assert gallery.of_value(gallery.value(items[0])) == items[0]
    with pytest.raises(OptionError, match="one of the backgrounds"):
        gallery.item("background", "no")


def test_areas_are_spelled_and_read_back() -> None:
    text = spelled("keep_region", [[[0, 0], [50, 0], [50.5, 100]], [[1, 2], [3, 4], [5, 6]]])
    assert text == "0%,0% 50%,0% 50.5%,100%; 1%,2% 3%,4% 5%,6%"
    assert drawn(text, (7, 9))[0] == [(0, 0), (50, 0), (50.5, 100)]
    assert drawn("0,0 320,0 320,180", (640, 360)) == [[(0, 0), (50, 0), (50, 50)]]
    assert drawn("a.png", (640, 360)) is None
    assert spelled("keep_region", None) is None


def test_a_plate_that_was_taken_comes_in_again(tmp_path: Path) -> None:
    """It lies where plates are kept, which is no place of the page's: it is in use already."""
    plate = tmp_path / "plates" / "2026-01-01.png"
    settings = Settings(mask=Plate(plate=str(plate)), background="navy")
    gallery = Gallery(tmp_path)
    content = files.kept(settings, gallery, tmp_path / "own").content
    assert files.said(content, settings, gallery) == (settings, [])
    with pytest.raises(OptionError, match=r"mask plate: it names the file .*a page opens no files"):
        files.said(content, Settings(background="navy"), gallery)


def test_a_masks_file_that_is_shown_comes_in(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    shown = Item("up-1", "room.png", "picture", "uploaded", tmp_path / "up-1", listed=False)
    gallery.add(shown)
    content = b'mask = { kind = "plate", plate = "./room.png" }\nbackground = "navy"\n'
    made, left = files.said(content, Settings(), gallery)
    assert Path(made.kind.plate) == tmp_path / "up-1"
    assert not left


def test_pictures_of_one_name_go_out_by_two(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    for number, level in ((1, 10), (2, 200)):
        path = tmp_path / f"up-{number}"
        path.write_bytes(cv2.imencode(".png", np.full((4, 4, 3), level, np.uint8))[1].tobytes())
        gallery.add(Item(f"up-{number}", "pic.png", "picture", "uploaded", path))
    settings = Settings(mask=Plate(plate=tmp_path / "up-1"), background=tmp_path / "up-2")
    made = files.kept(settings, gallery, tmp_path)
    archive = zipfile.ZipFile(io.BytesIO(made.content))
    assert sorted(archive.namelist()) == ["pic-2.png", "pic.png", "settings.toml"]
    said = archive.read("settings.toml").decode()
    for name, level in (("plate", 10), ("background", 200)):
        of = re.search(rf'{name} = "\./(pic[-2]*\.png)"', said)
        assert of is not None, said
        picture = cv2.imdecode(np.frombuffer(archive.read(of[1]), np.uint8), cv2.IMREAD_COLOR)
        assert (picture == level).all()
