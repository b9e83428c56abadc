"""The person keyer with a network made for tests: where it looks, what it keeps, what it costs."""

from __future__ import annotations

import numpy as np
import pytest

import fastvbg
from fastvbg.errors import ModelError, OptionError, OptionTypeError, OverlapError, ShapeError
from fastvbg.keyers.person.keyer import PersonKeyer
from fastvbg.keyers.person.looking import Looking
from fastvbg.keyers.person.network import Network
from fastvbg.keyers.person.networks import Networks
from fastvbg.models.store import LANDSCAPE, SQUARE
from tests.support.people import (
    disc,
    iou,
    look_not_from_nearer,
    to_planes,
    use_green_network,
    wall,
    with_person,
)

FIRST = 2 + 1 + 4 + 4
"""Looks at a first frame: all of it and the part; in true proportions; mirrored ones and nearer
ones; and four of the other network at who is not higher than wide."""
SQUARES = 3
"""And at squares of a small frame, for others beside who is small."""


@pytest.fixture
def runs(monkeypatch):
    return use_green_network(monkeypatch)


@pytest.mark.parametrize("size", [(180, 320), (360, 200), (240, 240), (722, 1283), (97, 131)])
def test_a_person_is_cut_out(runs, size) -> None:
    x, y, radius = size[1] // 2, size[0] // 2, min(size) // 4
    frame = with_person(wall(*size), x, y, radius)
    matte = PersonKeyer().key(frame)
    assert matte.shape == size
    assert iou(matte, disc(size, x, y, radius)) > 0.97
    assert matte[0, 0] == 0
    assert matte[y, x] == 255


def test_planes_give_what_bgr_gives(runs) -> None:
    frame = with_person(wall(720, 1280), 800, 360, 180)
    planes = to_planes(frame)
    assert iou(PersonKeyer().key_planes(planes), PersonKeyer().key(frame)) > 0.99


def test_lists_of_planes_are_as_good_as_tuples(runs) -> None:
    """Also from the second frame on, whose form is known: a size whose room is remembered."""
    tuples, lists = PersonKeyer(), PersonKeyer()
    for x in range(500, 560, 10):
        planes = to_planes(with_person(wall(720, 1280), x, 360, 180))
        wanted = tuples.key_planes(planes)
        np.testing.assert_array_equal(lists.key_planes(list(planes)), wanted)


def test_halved_chroma_serves_a_canvas_as_fine_as_luma(runs) -> None:
    """Edges are known to two pixels by chroma then, which a disc of 45 feels."""
    frame = with_person(wall(), 200, 90)
    assert iou(PersonKeyer().key_planes(to_planes(frame)), disc(frame.shape, 200, 90)) > 0.965


def test_it_looks_closer_at_a_small_person(runs, monkeypatch) -> None:
    look_not_from_nearer(monkeypatch)
    frame = with_person(wall(360, 640), 540, 250, 30)
    keyer = PersonKeyer()
    first = keyer.key(frame)
    assert runs[0] == (SQUARE.height, SQUARE.width)  # all of the frame
    assert keyer.looks == FIRST + SQUARES
    assert not keyer._looking.part.whole
    assert iou(first, disc(frame.shape, 540, 250, 30)) > 0.97


@pytest.mark.parametrize(("quality", "looks"), [("fine", FIRST + SQUARES), ("fast", 2)])
def test_one_look_at_a_scene_may_do(runs, monkeypatch, quality, looks) -> None:
    look_not_from_nearer(monkeypatch)
    keyer = PersonKeyer(quality=quality)
    for planes in (False, True):
        frame = with_person(wall(360, 640), 540, 250, 30)
        matte = keyer.key_planes(to_planes(frame)) if planes else keyer.key(frame)
        assert iou(matte, disc(frame.shape, 540, 250, 30)) > 0.95
        assert keyer.looks == looks
        keyer = PersonKeyer(quality=quality)
    with pytest.raises(OptionError, match="quality: got 'best', wanted"):
        PersonKeyer(quality="best")


def test_a_wide_group_gets_the_landscape_model(runs) -> None:
    frame = with_person(with_person(wall(), 60, 90, 35), 250, 90, 35)
    matte = PersonKeyer(quality="fast").key(frame)
    assert runs == [(m.height, m.width) for m in (SQUARE, LANDSCAPE)]
    both = disc(frame.shape, 60, 90, 35) | disc(frame.shape, 250, 90, 35)
    assert iou(matte, both) > 0.96


def test_nobody_is_there(runs) -> None:
    keyer = PersonKeyer()
    assert not keyer.key(wall()).any()
    assert not keyer.key(wall(seed=1)).any()


def test_who_enters_elsewhere_is_found_at_once(runs) -> None:
    keyer, scene = PersonKeyer(), with_person(wall(360, 640), 120, 180, 40)
    for _ in range(5):
        keyer.key(scene)
    assert not keyer._looking.part.whole
    both = with_person(scene, 560, 180, 40)
    mattes = [keyer.key(both) for _ in range(3)]
    assert iou(mattes[-1], disc(both.shape, 120, 180) | disc(both.shape, 560, 180)) > 0.95


def test_who_leaves_is_gone_and_the_whole_frame_is_watched_again(runs) -> None:
    keyer, empty = PersonKeyer(), wall(360, 640)
    keyer.key(with_person(empty, 120, 180, 40))
    assert not keyer.key(empty).any()
    assert keyer._looking.part.whole
    again = with_person(empty, 500, 100, 40)
    assert iou(keyer.key(again), disc(again.shape, 500, 100)) > 0.9


def test_nothing_trails_behind_a_fast_person(runs) -> None:
    keyer, scene = PersonKeyer(), wall()
    keyer.key(with_person(scene, 80, 90))
    matte = keyer.key(with_person(scene, 240, 90))
    assert matte[disc(scene.shape, 80, 90, 34) > 0].max() < 64
    assert iou(matte, disc(scene.shape, 240, 90)) > 0.95


def test_a_still_picture_is_not_looked_at_again(runs) -> None:
    keyer, frame = PersonKeyer(), with_person(wall(), 160, 90)
    first = keyer.key(frame)
    count = keyer.looks
    noisy = frame.copy()
    noisy[::7, ::5] ^= 1
    mattes = [keyer.key(each) for each in (frame, noisy, frame)]
    assert keyer.looks == count
    for matte in mattes:
        assert np.abs(matte.astype(int) - first).mean() < 0.5
    keyer.key(with_person(wall(), 170, 90))
    assert keyer.looks > count


def looks_along(step: int, count: int = 9) -> tuple[int, list[float]]:
    """The looks at a person who goes on by so many pixels a frame, and the mattes' scores."""
    keyer, scene, scores = PersonKeyer(), wall(240, 400), []
    for k in range(count):
        x = 100 + step * k
        matte = keyer.key(with_person(scene, x, 120, 45))
        scores.append(iou(matte, disc(scene.shape, x, 120, 45)))
    return keyer.looks, scores


def test_each_third_frame_is_looked_at_while_little_moves(runs, monkeypatch) -> None:
    look_not_from_nearer(monkeypatch)
    looks, scores = looks_along(step=1)
    assert looks <= FIRST + SQUARES + 3
    assert min(scores) > 0.95


def test_each_frame_is_looked_at_while_much_moves(runs) -> None:
    looks, scores = looks_along(step=12)
    assert looks >= 9
    assert min(scores) > 0.9


def test_every_third_frame_is_looked_at_and_motion_does_the_rest(runs, monkeypatch) -> None:
    look_not_from_nearer(monkeypatch)
    keyer, scene = PersonKeyer(every=3), wall(240, 400)
    scores = []
    for k in range(9):
        x = 100 + 5 * k
        matte = keyer.key(with_person(scene, x, 120, 45))
        scores.append(iou(matte, disc(scene.shape, x, 120, 45)))
    assert keyer.looks <= FIRST + SQUARES + 2
    assert min(scores) > 0.85
    frozen = iou(disc(scene.shape, 100, 120, 45), disc(scene.shape, 110, 120, 45))
    assert scores[2] > frozen + 0.03


def test_a_cut_begins_anew(runs) -> None:
    keyer = PersonKeyer()
    for _ in range(3):
        keyer.key(with_person(wall(), 80, 90))
    bright = np.full((180, 320, 3), 240, np.uint8)
    matte = keyer.key(with_person(bright, 250, 90))
    fresh = PersonKeyer().key(with_person(bright, 250, 90))
    np.testing.assert_array_equal(matte, fresh)


@pytest.mark.parametrize("gain", [0.7, 1.4])
def test_light_that_flickers_is_no_cut(runs, gain: float) -> None:
    keyer = PersonKeyer()
    for number in range(9):
        frame = with_person(wall(), 80 + number, 90)
        lit = np.clip(frame * (gain if number % 2 else 1.0), 0, 255).astype(np.uint8)
        assert keyer.look(lit).begins == (number == 0)
    assert keyer.looks < FIRST + 20


def in_the_dark(frame: np.ndarray) -> np.ndarray:
    """The same with a ninth of its light."""
    return frame // 9


@pytest.fixture
def sees_in_the_dark(runs, monkeypatch):
    seen = Network.fill

    def lit(self, picture, box) -> None:
        seen(self, np.ascontiguousarray(picture * np.uint8(9)), box)

    monkeypatch.setattr(Network, "fill", lit)


def test_a_cut_in_the_dark_begins_anew(sees_in_the_dark) -> None:
    keyer = PersonKeyer(quality="fast")
    for _ in range(3):
        keyer.key(in_the_dark(with_person(wall(), 80, 90)))
    other = in_the_dark(with_person(np.full((180, 320, 3), 40, np.uint8), 250, 90))
    matte = keyer.key(other)
    np.testing.assert_array_equal(matte, PersonKeyer(quality="fast").key(other))


def test_who_moves_in_the_dark_is_looked_at(sees_in_the_dark) -> None:
    keyer, scene = PersonKeyer(quality="fast"), wall(240, 400)
    for k in range(9):
        x = 100 + 12 * k
        matte = keyer.key(in_the_dark(with_person(scene, x, 120, 45)))
        assert iou(matte, disc(scene.shape, x, 120, 45)) > 0.9
    assert keyer.looks >= 9


def test_who_joins_in_the_dark_is_found_at_once(sees_in_the_dark) -> None:
    keyer, scene = PersonKeyer(quality="fast"), with_person(wall(360, 640), 120, 180, 40)
    for _ in range(5):
        keyer.key(in_the_dark(scene))
    assert not keyer._looking.part.whole
    both = with_person(scene, 560, 180, 40)
    mattes = [keyer.key(in_the_dark(both)) for _ in range(3)]
    assert iou(mattes[-1], disc(both.shape, 120, 180) | disc(both.shape, 560, 180)) > 0.9


def test_reset_forgets(runs) -> None:
    keyer, frame = PersonKeyer(), with_person(wall(), 80, 90)
    keyer.reset()
    first = keyer.key(frame)
    keyer.key(with_person(wall(), 100, 90))
    keyer.reset()
    np.testing.assert_array_equal(keyer.key(frame), first)


def test_flicker_is_steadied(monkeypatch) -> None:
    use_green_network(monkeypatch, noise=0.3)
    monkeypatch.setattr(Looking, "may_rest", lambda *_: False)
    frame = with_person(wall(), 160, 90)
    noise = np.random.default_rng(0)
    keyer, looks, raws = PersonKeyer(), [], []
    for _ in range(12):
        shaken = np.clip(frame + noise.normal(0, 4, frame.shape), 0, 255).astype(np.uint8)
        looks.append(keyer.look(shaken).matte.astype(float))
        raws.append(keyer._looking.raw.astype(float))
    change = [np.abs(np.diff(np.stack(each[4:]), axis=0)).mean() for each in (looks, raws)]
    assert change[0] < 0.5 * change[1]


def test_faint_regions_go(runs) -> None:
    frame = with_person(wall(360, 640), 160, 180, 60)
    frame[100:200, 500:560] = (120, 165, 120)  # a plant: a little green
    matte = PersonKeyer().key(frame)
    assert not matte[:, 480:].any()
    assert matte[180, 160] == 255


def test_composite_is_key_then_blend(runs) -> None:
    frame, background = with_person(wall(), 160, 90), np.full((180, 320, 3), 200, np.uint8)
    wanted = fastvbg.blend(frame, PersonKeyer().key(frame), background)
    np.testing.assert_array_equal(PersonKeyer().composite(frame, background), wanted)
    out = frame.copy()
    assert PersonKeyer().composite(out, background, out=out) is out
    np.testing.assert_array_equal(out, wanted)


def test_a_small_matte_is_near_the_large_one_once_stretched(runs) -> None:
    frame = with_person(wall(720, 1280), 640, 360, 180)
    small = PersonKeyer().key_small(frame)
    assert small.shape == (180, 320)
    background = np.zeros_like(frame)
    white = np.full_like(frame, 255)
    stretched = fastvbg.blend(white, small, background)[..., 0]
    assert iou(stretched, PersonKeyer().key(frame)) > 0.98


def test_any_strides_and_read_only(runs) -> None:
    frame = with_person(wall(), 160, 90)
    wanted = PersonKeyer().key(frame)
    wide = np.zeros((180, 640, 3), np.uint8)
    wide[:, ::2] = frame
    view = wide[:, ::2]
    view.flags.writeable = False
    out = np.zeros((180, 640), np.uint8)[:, ::2]
    assert PersonKeyer().key(view, out=out) is out
    np.testing.assert_array_equal(out, wanted)


def test_it_is_deterministic(runs) -> None:
    frames = [with_person(wall(), 60 + 9 * k, 90) for k in range(6)]
    first, second = PersonKeyer(), PersonKeyer()
    for frame in frames:
        np.testing.assert_array_equal(first.key(frame), second.key(frame))


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 3)])
def test_tiny_frames(runs, shape) -> None:
    frame = np.full((*shape, 3), 0, np.uint8)
    frame[:] = (60, 220, 60)
    keyer = PersonKeyer()
    for _ in range(3):
        assert keyer.key(frame).min() > 200


def test_what_it_refuses(runs) -> None:
    frame = wall()
    keyer = PersonKeyer()
    keyer.key(frame)
    with pytest.raises(ShapeError, match="the first"):
        keyer.key(frame[:100])
    with pytest.raises(OptionError, match="do not mix"):
        keyer.key_planes((frame[..., 0], frame[..., 1], frame[..., 2]))
    with pytest.raises(ShapeError):
        keyer.key(frame, out=np.empty((3, 3), np.uint8))
    with pytest.raises(OverlapError):
        keyer.key(frame, out=frame[..., 0])
    with pytest.raises(OptionError, match="empty"):
        PersonKeyer().key(np.empty((0, 5, 3), np.uint8))
    with pytest.raises(ShapeError, match="background"):
        keyer.composite(frame, frame[:100])


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"every": 0}, OptionError),
        ({"every": 1.5}, OptionTypeError),
        ({"runtime": "cuda"}, OptionError),
        ({"matrix": "rgb"}, OptionError),
        ({"range": "tv"}, OptionError),
        ({"model_range": "-1:1"}, OptionError),
        ({"model_size": (3, 3)}, OptionError),
    ],
)
def test_options(runs, options, error) -> None:
    with pytest.raises(error):
        PersonKeyer(**options)


def test_the_square_model_serves_where_the_landscape_one_does_not_run(runs, monkeypatch) -> None:
    opened = Networks._open

    def fails(self, spec):
        if spec.height != spec.width:
            raise ModelError("no such layer")
        return opened(self, spec)

    monkeypatch.setattr(Networks, "_open", fails)
    frame = with_person(with_person(wall(), 60, 90, 35), 250, 90, 35)
    assert PersonKeyer().key(frame)[90, 60] == 255
    assert set(runs) == {(256, 256)}


def test_after_a_camera_was_flung_about_all_is_looked_for_anew(runs) -> None:
    """What a network believed on the way is forgotten; what is known of the room is kept for it."""
    rng = np.random.default_rng(5)
    wide = np.kron(rng.integers(0, 200, (36, 300, 3), np.uint8), np.ones((10, 10, 1), np.uint8))
    steps = [0, 0, 8, 16, 24, 32, 40, 40, 40, 40, 40, 40, 0, 0, 0]
    flung, fresh = PersonKeyer(room="off"), PersonKeyer(room="off")
    for number, at in enumerate(np.cumsum(steps)):
        frame = with_person(wide[:, at : at + 640], 320, 180, 80)
        if number < 12:
            assert flung.look(frame).begins == (number == 0)
            continue
        before = flung.looks - fresh.looks
        np.testing.assert_array_equal(flung.key(frame), fresh.key(frame))
        assert flung.looks - fresh.looks == before
    assert not flung._begins
