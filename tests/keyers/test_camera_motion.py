"""A moving camera is told from things that move before a still one."""

from __future__ import annotations

import av
import numpy as np
import pytest

from fastvbg import CameraMotion, ShapeError


def texture(rng, height, width):
    coarse = rng.integers(20, 235, (height // 8 + 1, width // 8 + 1, 1), np.uint8)
    scene = coarse.repeat(8, axis=0).repeat(8, axis=1).repeat(3, axis=2)
    return scene[:height, :width]


def test_a_drifting_camera_moves(rng):
    scene = texture(rng, 400, 720)
    for planar in (False, True):
        camera = CameraMotion()
        for k in range(24):
            frame = scene[20:380, 20 + k : 660 + k]
            if planar:
                camera.add((frame[..., 0], frame[::2, ::2, 0], frame[::2, ::2, 0]))
            else:
                camera.add(frame)
        assert camera.moves
    camera.reset()
    assert not camera.moves


def test_things_that_move_do_not_move_the_camera(rng):
    scene, thing = texture(rng, 360, 640), texture(rng, 200, 160)
    camera = CameraMotion()
    for k in range(100):
        frame = np.clip(scene + rng.normal(0, 2, scene.shape), 0, 255).astype(np.uint8)
        frame[100:300, 4 * k : 4 * k + 160] = thing
        assert not camera.add(frame)


def test_a_flat_scene_tells_nothing():
    camera = CameraMotion()
    for _ in range(20):
        assert not camera.add(np.full((90, 160, 3), (64, 160, 64), np.uint8))


@pytest.mark.parametrize("size", [(1, 1), (0, 9), (3, 4000), (4000, 3), (17, 23)])
def test_odd_sizes(size, rng):
    camera = CameraMotion()
    for _ in range(9):
        assert not camera.add(rng.integers(0, 256, (*size, 3), np.uint8)) or min(size) > 8


def test_another_size_is_an_error():
    camera = CameraMotion()
    camera.add(np.zeros((90, 160, 3), np.uint8))
    with pytest.raises(ShapeError, match="frame: got 160x80 .* like the first frame"):
        camera.add(np.zeros((80, 160, 3), np.uint8))


@pytest.mark.clips
@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("talking/single_face.mp4", True),
        ("talking/foreman_cif_300f.264", True),
        ("gt_derived/talk_on_plate_640x360.mp4", False),
        ("gt_derived/talk_on_green_640x360.mp4", False),
        ("talking/WolfgangLanger_Pexels.mp4", False),
        ("surveillance/bgslib_road_640x360_audio.avi", False),
        ("gt_surveillance/cdnet_highway/highway_full_1700f.avi", False),
        ("greenscreen/plane_green_720p.mp4", False),
    ],
)
def test_clips(clips, name, moves):
    camera = CameraMotion()
    with av.open(str(clips / name)) as container:
        for k, frame in enumerate(container.decode(video=0)):
            if k == 250:
                break
            camera.add(frame.to_ndarray(format="bgr24"))
    assert camera.moves == moves
