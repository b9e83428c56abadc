"""The adaptive keyer on real scenes with known truth: its default options serve them all.

Masks are scored as they come, without refinement. Scenes: CDnet 2014 (Wang et al., CVPR Workshops
2014), highway and traffic; labels 0 and 50 (shadow) are background, 255 foreground, others are not
scored.
"""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fastvbg import AdaptiveKeyer

pytestmark = pytest.mark.clips


def bgr(path):
    """Yield a video's frames, or a folder's images in order."""
    if path.is_dir():
        yield from (cv2.imread(str(file)) for file in sorted(path.glob("*.jpg")))
        return
    with av.open(path) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24")


def planes(path):
    """Yield a 4:2:0 video's planes."""
    with av.open(path) as container:
        for frame in container.decode(video=0):
            whole, height, width = frame.to_ndarray(), frame.height, frame.width
            u, v = whole[height:].reshape(2, height // 2, width // 2)
            yield whole[:height], u, v


def masks(frames, *, planar):
    keyer = AdaptiveKeyer()
    for frame in frames:
        yield keyer.key_planes(frame) if planar else keyer.key(frame)


def f_measure(scene, numbered):
    """Score masks, by truth frame number, within the scene's region."""
    truth = {int(f.stem[2:]): f for f in (scene / "groundtruth").glob("*.png")}
    roi, scored, hits, said, real = None, 0, 0, 0, 0
    for number, mask in numbered:
        if number not in truth:
            continue
        label = cv2.imread(str(truth[number]), cv2.IMREAD_GRAYSCALE)
        if roi is None:
            region = cv2.imread(str(scene / "ROI.bmp"), cv2.IMREAD_GRAYSCALE)
            roi = cv2.resize(region, label.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        counts = roi & np.isin(label, (0, 50, 255))
        hits += np.count_nonzero(counts & (mask > 0) & (label == 255))
        said += np.count_nonzero(counts & (mask > 0))
        real += np.count_nonzero(counts & (label == 255))
        scored += 1
    assert scored == len(truth)
    return 2 * hits / (said + real)


@pytest.mark.parametrize("planar", [False, True])
def test_a_still_road_camera(clips: Path, planar: bool) -> None:
    scene = clips / "gt_surveillance/cdnet_highway"
    read = planes if planar else bgr
    keyed = masks(read(scene / "highway_full_1700f.avi"), planar=planar)
    assert f_measure(scene, enumerate(keyed, 1)) >= 0.94


@pytest.mark.parametrize("planar", [False, True])
def test_a_shaking_camera(clips: Path, planar: bool) -> None:
    scene = clips / "gt_surveillance/cdnet_traffic"
    once = list(planes(scene / "traffic_101f_mjpeg.avi") if planar else bgr(scene / "input"))
    keyed = masks(once + once, planar=planar)
    assert f_measure(scene, enumerate(keyed, 950 - len(once))) >= 0.82


@pytest.mark.parametrize("planar", [False, True])
def test_a_talking_person(clips: Path, planar: bool) -> None:
    folder = clips / "gt_derived"
    video = folder / "talk_on_plate_640x360.mp4"
    keyed = list(masks(planes(video) if planar else bgr(video), planar=planar))
    alpha = [frame[..., 0] for frame in bgr(folder / "talk_alpha_gray_ffv1.mkv")]
    said = np.stack(keyed[48:]).astype(np.float32) / 255
    real = np.stack(alpha[48:]).astype(np.float32) / 255
    union = np.count_nonzero((said >= 0.5) | (real >= 0.5))
    assert np.count_nonzero((said >= 0.5) & (real >= 0.5)) / union >= 0.94
    # Flicker, as dtSSD; OpenCV's steadiest subtractor, cleaned by median and filling, has 0.136.
    change = np.diff(said, axis=0) - np.diff(real, axis=0)
    assert np.sqrt((change**2).mean((1, 2))).mean() <= 0.09
    assert max(np.count_nonzero(mask) for mask in keyed[:48]) < 0.001 * keyed[0].size
