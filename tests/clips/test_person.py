"""What the person keyer scores with the real models, on clips and portraits with known mattes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg.keyers.person.keyer import PersonKeyer
from tests.support.scoring import decoded, scores

pytestmark = pytest.mark.clips


@pytest.fixture
def models(real_models, monkeypatch):
    monkeypatch.setenv("FASTVBG_MODELS", str(real_models))


@pytest.mark.parametrize(
    ("kind", "form"), [("plate", "planes"), ("green", "planes"), ("green", "frames")]
)
def test_a_composed_talk(clips, models, kind, form) -> None:
    """Its truth comes from the same family of models."""
    scenes = clips / "gt_derived"
    keyer = PersonKeyer()
    key = keyer.key if form == "frames" else keyer.key_planes
    mattes = [key(frame) for frame in decoded(scenes / f"talk_on_{kind}_640x360.mp4", form)]
    truth = list(decoded(scenes / "talk_alpha_gray_ffv1.mkv", "gray"))
    iou, error, flicker = scores(mattes, truth)
    assert iou >= 0.985
    assert error <= 0.0072
    assert flicker <= 0.026


def test_portraits(clips, models) -> None:
    overlaps, errors, edges = [], [], []
    for path in sorted((clips / "matting/p3m/original").iterdir()):
        picture = cv2.imread(str(path))
        true = cv2.imread(str(path.parent.parent / "alpha" / f"{path.stem}.png"), 0)
        true = cv2.resize(true, picture.shape[1::-1])
        matte = PersonKeyer().key(picture)
        sure, said = (true > 127).astype(np.uint8), matte > 127
        square = np.ones((21, 21), np.uint8)
        band = cv2.dilate(sure, square) != cv2.erode(sure, square)
        overlaps.append((said & (sure > 0)).sum() / (said | (sure > 0)).sum())
        errors.append(np.abs(matte.astype(float) - true).mean() / 255)
        edges.append(((sure > 0) != said)[band].mean())
    assert len(overlaps) == 12
    assert np.mean(overlaps) >= 0.967
    assert np.mean(errors) <= 0.0122
    assert np.mean(edges) <= 0.098
