"""HEIC and AVIF photos: tiles, turns and coverage, and what is refused without the extra."""

from __future__ import annotations

import sys
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import WebPImagePlugin, features

from fastvbg.errors import SourceError
from fastvbg.media.contents import kind_of
from fastvbg.media.image import read_frame
from tests.support.heif import coded, heif
from tests.support.pictures import chequered, saved, scene, upright

needs_hevc = pytest.mark.skipif("libx265" not in av.codecs_available, reason="makes HEIC files")
TURNS = [(0, None), (1, None), (2, None), (3, None), (0, 0), (0, 1), (1, 1)]


@pytest.fixture
def without_heif(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)


@needs_hevc
@pytest.mark.parametrize(("turns", "mirror"), TURNS)
def test_tiles_come_out_whole_and_upright(tmp_path: Path, turns: int, mirror) -> None:
    picture = chequered(192, 128)
    tiles = [coded(picture[y : y + 64, x : x + 64].copy()) for y in (0, 64) for x in (0, 64, 128)]
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(heif(tiles, rows=2, columns=3, size=(180, 120), turns=turns, mirror=mirror))
    wanted = np.rot90(picture[:120, :180], turns)
    if mirror is not None:
        wanted = wanted[:, ::-1] if mirror else wanted[::-1]
    assert kind_of(path) == "still"
    got, alpha = read_frame(path, "input")
    assert alpha is None
    assert got.shape == wanted.shape
    assert np.abs(got.astype(int) - wanted).mean() < 2


@needs_hevc
def test_one_item_and_its_coverage(tmp_path: Path) -> None:
    picture = chequered(64, 64)
    coverage = np.zeros((64, 64), np.uint8)
    coverage[:, 32:] = 255
    (tmp_path / "x").write_bytes(heif([coded(picture)], alpha=coded(coverage)))
    got, alpha = read_frame(tmp_path / "x", "input")
    assert np.abs(got.astype(int) - picture).mean() < 2
    assert alpha is not None
    assert np.abs(alpha.astype(int) - coverage).max() < 8


@needs_hevc
def test_a_grid_without_a_tile_is_refused(tmp_path: Path) -> None:
    tile = coded(chequered(64, 64))
    for broken in (
        heif([tile], rows=1, columns=2, size=(128, 64)),
        heif([tile, tile], rows=1, columns=2, size=(150, 64)),
        heif([tile, coded(chequered(32, 64))], rows=1, columns=2, size=(90, 64)),
    ):
        (tmp_path / "x.heic").write_bytes(broken)
        with pytest.raises(SourceError, match=r"^input: cannot read the picture .* is damaged"):
            read_frame(tmp_path / "x.heic", "input")


@needs_hevc
def test_every_cut_of_a_heic_file_is_one_line(tmp_path: Path) -> None:
    tile = coded(chequered(64, 64))
    for alpha in (tile, None):
        whole = heif([tile, tile], rows=1, columns=2, size=(128, 64), alpha=alpha)
        for length in (*range(12, 600, 7), len(whole) // 2, len(whole) - 40, len(whole) - 1):
            (tmp_path / "x.heic").write_bytes(whole[:length])
            with pytest.raises(SourceError, match="^input: "):
                read_frame(tmp_path / "x.heic", "input")


@needs_hevc
@pytest.mark.parametrize(("turns", "mirror"), TURNS)
@pytest.mark.usefixtures("without_heif")
def test_one_piece_needs_no_extra(tmp_path: Path, turns: int, mirror) -> None:
    picture = chequered(96, 64)
    (tmp_path / "x").write_bytes(heif([coded(picture)], turns=turns, mirror=mirror))
    wanted = np.rot90(picture, turns)
    if mirror is not None:
        wanted = wanted[:, ::-1] if mirror else wanted[::-1]
    assert kind_of(tmp_path / "x") == "still"
    got, alpha = read_frame(tmp_path / "x", "input")
    assert alpha is None
    assert got.shape == wanted.shape
    assert np.abs(got.astype(int) - wanted).mean() < 2


@needs_hevc
@pytest.mark.usefixtures("without_heif")
def test_several_pieces_without_the_extra_are_refused_in_one_line(tmp_path: Path) -> None:
    tile = coded(chequered(64, 64))
    for pieces in (
        heif([tile, tile], rows=1, columns=2, size=(128, 64)),
        heif([tile], rows=1, columns=1, size=(50, 60)),
        heif([tile], alpha=tile),
    ):
        (tmp_path / "x").write_bytes(pieces)
        assert kind_of(tmp_path / "x") == "still"
        with pytest.raises(SourceError, match=r"^input: .* pip install 'fastvbg\[heif\]'"):
            read_frame(tmp_path / "x", "input")
    whole = heif([tile])
    for length in (40, 300, len(whole) // 2, len(whole) - 40):
        (tmp_path / "x").write_bytes(whole[:length])
        with pytest.raises(SourceError, match="^input: cannot read the picture"):
            read_frame(tmp_path / "x", "input")


def test_an_avif_photo(tmp_path: Path) -> None:
    if not features.check("avif"):
        pytest.skip("this Pillow makes no AVIF")
    cut_out = np.dstack([scene(), np.full((32, 48), 128, np.uint8)])
    path = saved(tmp_path / "x.jpg", cut_out, "AVIF", 6, quality=100, subsampling="4:4:4")
    got, alpha = read_frame(path, "input")
    assert np.abs(got.astype(int) - upright(scene(), 6)).max() < 12
    assert alpha is not None
    assert np.abs(alpha.astype(int) - 128).max() < 3


def test_what_pillow_was_built_without_is_told(tmp_path: Path, monkeypatch) -> None:
    path = saved(tmp_path / "x", scene(), "WEBP")
    monkeypatch.setattr(WebPImagePlugin, "SUPPORTED", False)
    monkeypatch.setattr(WebPImagePlugin, "_webp", None)
    with pytest.raises(SourceError, match="^input: .* Pillow was built without its format"):
        read_frame(path, "input")
