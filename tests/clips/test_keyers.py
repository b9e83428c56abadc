"""What the plate and chroma keyers score on real clips with exact mattes, by their defaults."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from fastvbg import ChromaKeyer, OptionError, PlateKeyer, blend, estimate_plate, pick_key
from fastvbg.reference.keyspace import keyspace
from tests.support.scoring import FIRST, decoded, planes_of, scores

pytestmark = pytest.mark.clips

BACKGROUND = np.full((360, 640, 3), (150, 120, 110), np.uint8)


def cleaned(matte):
    """The hard matte after a 5x5 median, its holes filled."""
    mask = cv2.medianBlur(np.where(matte >= 128, 255, 0).astype(np.uint8), 5)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return cv2.drawContours(np.zeros_like(mask), outlines, -1, 255, -1)


@pytest.fixture
def scenes(clips):
    return clips / "gt_derived"


@pytest.fixture
def truth(scenes):
    return list(decoded(scenes / "talk_alpha_gray_ffv1.mkv", "gray"))[FIRST:]


@pytest.mark.parametrize("form", ["frames", "planes"])
def test_plate(scenes, truth, form):
    plate = cv2.imread(str(scenes / "plate.png"))
    if form == "planes":
        plate = planes_of(av.VideoFrame.from_ndarray(plate, "bgr24").reformat(format="yuv420p"))
    keyer = PlateKeyer(plate)
    key = keyer.key if form == "frames" else keyer.key_planes
    clip = decoded(scenes / "talk_on_plate_640x360.mp4", form)
    mattes = [cleaned(key(frame)) for frame in clip][FIRST:]
    iou, error, flicker = scores(mattes, truth)
    assert iou >= 0.97
    assert error <= 0.0122
    assert flicker <= 0.083  # a difference of 20, cleaned the same way


@pytest.mark.parametrize("form", ["frames", "planes"])
def test_chroma(scenes, truth, form):
    keyer = ChromaKeyer()
    key = keyer.key if form == "frames" else keyer.key_planes
    clip = decoded(scenes / "talk_on_green_640x360.mp4", form)
    mattes = [key(frame) for frame in clip][FIRST:]
    iou, error, flicker = scores(mattes, truth)
    assert iou >= 0.988
    assert error <= 0.0055
    assert flicker <= 0.036  # FFmpeg's chromakey, the best of 45 hand-tuned settings


def test_no_green_fringe(scenes, truth):
    keyer = ChromaKeyer()
    with_spill, without = [], []
    for k, frame in enumerate(decoded(scenes / "talk_on_green_640x360.mp4", "frames")):
        if k < FIRST or k % 16:
            continue
        matte = keyer.key(frame)
        edge = (truth[k - FIRST] > 20) & (truth[k - FIRST] < 235)
        for results, source in ((with_spill, frame), (without, keyer.despill(frame, matte))):
            _, u, v = keyspace(blend(source, matte, BACKGROUND))
            u, v = (plane[edge].astype(int) - 128 for plane in (u, v))
            results.append((u * keyer.direction[0] + v * keyer.direction[1]).mean() / 64)
    assert np.mean(with_spill) > 5
    assert np.mean(without) < 1


def test_plane_over_green(clips):
    keyer = ChromaKeyer()
    for k, frame in enumerate(decoded(clips / "greenscreen/plane_green_720p.mp4", "frames")):
        matte = keyer.key(frame)
        if k in (20, 60):
            assert 0.01 < (matte > 128).mean() < 0.2
            assert ((matte > 0) & (matte < 255)).mean() < 0.005
            assert (matte[:40] == 0).all()
        if k == 60:
            break


@pytest.mark.parametrize("name", ["single_face.mp4", "WolfgangLanger_Pexels.mp4"])
def test_no_screen_is_found_where_there_is_none(clips, name):
    frame = next(decoded(clips / "talking" / name, "frames"))
    with pytest.raises(OptionError, match="no screen found"):
        pick_key(frame)


def test_plate_of_the_first_two_seconds(scenes, truth):
    clip = list(decoded(scenes / "talk_on_plate_640x360.mp4", "frames"))
    plate, noise = estimate_plate(clip[:FIRST])
    keyer = PlateKeyer(plate, noise=noise)
    iou, error, _ = scores([cleaned(keyer.key(frame)) for frame in clip[FIRST:]], truth)
    assert iou >= 0.97
    assert error <= 0.0122
