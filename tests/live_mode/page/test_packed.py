"""Settings that come in as a ZIP: what a page saved is loaded, and nothing else is."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from fastvbg.errors import FastvbgError, OptionError
from fastvbg.live_mode.page import packed
from fastvbg.live_mode.page.files import brought
from fastvbg.live_mode.page.gallery import Gallery
from fastvbg.live_mode.page.server import Page
from fastvbg.live_mode.page.uploads import Uploads
from fastvbg.live_mode.session.plates import plates_folder
from fastvbg.masks.plate import Plate
from fastvbg.settings import Settings
from tests.live_mode.page.test_uploads import changed, encoded, fetched, posted
from tests.support.livesession import FakeSession
from tests.support.media import Clip

TEXT = b'background = "./wall.png"\n[mask]\nkind = "motion"\n'
BLACK = cv2.imencode(".png", np.zeros((8, 8, 3), np.uint8))[1].tobytes()


def zipped(*files: tuple[str, bytes], way: int = zipfile.ZIP_STORED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", way) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return held.getvalue()


GOOD = zipped(("settings.toml", TEXT), ("wall.png", encoded(".png")))


class Taking:
    """What a page has to take pictures in."""

    def __init__(self, folder: Path) -> None:
        self.own, self.file = folder / "own", folder / "brought"
        self.own.mkdir()
        self.gallery = Gallery(self.own)
        self.uploads = Uploads(self.own, self.gallery, lambda _: False)

    def __call__(self, content: bytes) -> Settings:
        self.file.write_bytes(content)
        return brought(self.file, Settings(), self.gallery, self.uploads)[0]

    def is_empty(self) -> bool:
        shown = [item for item in self.gallery if item.origin == "uploaded"]
        return not shown and not list(self.own.iterdir())


@pytest.fixture
def taking(tmp_path: Path) -> Taking:
    return Taking(tmp_path)


def test_what_a_page_saved_another_loads(page: Page, session: FakeSession) -> None:
    _, item = posted(page, "/uploads?name=my wall.png", encoded(".png"))
    changed(page, ("background", {"item": item["id"]}))
    plate = np.full((36, 64, 3), 77, np.uint8)
    session.apply(session.settings.replace(mask=Plate(plate=plate)))
    content = fetched(page, "/settings")[1]
    other = FakeSession()
    with Page(other) as second:
        assert posted(second, "/settings", content) == (200, {"left": []})
        settings = other.settings
        assert Path(settings.background).read_bytes() == encoded(".png")
        assert (cv2.imread(str(settings.kind.plate)) == plate).all()
        names = [path.name for path in Path(settings.background).parent.iterdir()]
        assert posted(second, "/settings", content) == (200, {"left": []})
        assert other.settings == settings  # no second copy of what is there
        again = [path.name for path in Path(settings.background).parent.iterdir()]
        assert sorted(again) == sorted(names)


def test_the_plate_that_was_taken_comes_along(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    plate = plates_folder() / "2026-01-01-120000.png"
    plate.parent.mkdir(parents=True)
    plate.write_bytes(encoded(".png"))
    session = FakeSession(Settings(mask=Plate(plate=plate), background="navy"))
    with Page(session) as page:
        content = fetched(page, "/settings")[1]
        before = session.settings
        assert posted(page, "/settings", content) == (200, {"left": []})
        assert session.settings == before  # the very file: what it was taken of is known still
    other = FakeSession()
    with Page(other) as second:
        assert posted(second, "/settings", content) == (200, {"left": []})
        assert Path(other.settings.kind.plate).read_bytes() == encoded(".png")
    plate.unlink()
    with Page(session) as page:
        assert str(plate).encode() in fetched(page, "/settings")[1]


@pytest.mark.parametrize("name", ["settings.toml", "Settings.TOML"])
def test_a_picture_called_as_the_settings_are_comes_along(
    page: Page, session: FakeSession, name: str
) -> None:
    _, item = posted(page, f"/uploads?name={name}", encoded(".png"))
    changed(page, ("background", {"item": item["id"]}))
    content = fetched(page, "/settings")[1]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first, second = archive.namelist()
        assert (first, second.lower()) == ("settings.toml", "settings-2.toml")
    assert posted(page, "/settings", content) == (200, {"left": []})
    assert Path(session.settings.background).read_bytes() == encoded(".png")


@pytest.mark.parametrize("name", ["my wall.png", "a.b.c.png", "büro.png"])
def test_a_picture_that_a_file_names_by_its_folder_can_be_uploaded(
    page: Page, session: FakeSession, name: str
) -> None:
    content = f'background = "/home/me/{name}"\n[mask]\nkind = "motion"\n'.encode()
    status, told = posted(page, "/settings", content)
    assert (status, "upload that below" in told["message"]) == (400, True)
    _, item = posted(page, f"/uploads?name={name}", encoded(".png"))
    assert posted(page, "/settings", content) == (200, {"left": []})
    assert Path(session.settings.background).name == item["id"]


@pytest.mark.parametrize(
    ("mask", "why"),
    [
        (
            'kind = "adaptive"\nsave_model',
            "save_model: got 'wall.png', which is written at the end",
        ),
        (
            'kind = "adaptive"\nload_model',
            "mask load_model: it names the file wall.png, and a page",
        ),
    ],
)
def test_an_option_that_is_no_picture_is_never_one_of_the_users(
    taking: Taking, mask: str, why: str
) -> None:
    taking(GOOD)
    with pytest.raises(OptionError) as told:
        taking(f'[mask]\n{mask} = "wall.png"\n'.encode())
    assert str(told.value).startswith(why)


def test_a_video_is_no_plate_by_its_name(taking: Taking, clip: Clip) -> None:
    path = taking.uploads.place()
    path.write_bytes(clip.path.read_bytes())
    taking.uploads.looked_at(path, "room.mp4", listed=True)
    with pytest.raises(OptionError, match=r"mask plate: it names the file room\.mp4"):
        taking(b'[mask]\nkind = "plate"\nplate = "room.mp4"\n')


def test_its_pictures_are_shown_as_backgrounds(taking: Taking) -> None:
    item = taking.gallery.of_value(taking(GOOD).background)
    assert (item.label, item.listed) == ("wall.png", True)


def test_a_refused_one_is_told_and_changes_nothing(page: Page, session: FakeSession) -> None:
    before = session.settings
    status, told = posted(page, "/settings", GOOD + b"more")
    assert (status, session.settings) == (400, before)
    assert told["message"] == (
        "settings: got a ZIP: it does not end as one; wanted one that a page saved, or a "
        "settings.toml"
    )


def wrong_length(content: bytes) -> bytes:
    """Let a ZIP say in its end that its list of contents is long."""
    return content[:-10] + struct.pack("<L", 1 << 30) + content[-6:]


def commented(comment: bytes) -> bytes:
    held = io.BytesIO(GOOD)
    with zipfile.ZipFile(held, "a") as archive:
        archive.comment = comment
    return held.getvalue()


BOMB = zipped(("settings.toml", TEXT), ("wall.png", bytes(1 << 21)), way=zipfile.ZIP_DEFLATED)
REFUSED: list[tuple[bytes, str]] = [
    (zipped(("wall.png", BLACK)), "it has no settings.toml"),
    (zipped(("settings.toml", TEXT), ("../wall.png", BLACK)), "no file of its own folder"),
    (zipped(("settings.toml", TEXT), ("/wall.png", BLACK)), "no file of its own folder"),
    (zipped(("settings.toml", TEXT), ("a\\wall.png", BLACK)), "no file of its own folder"),
    (zipped(("settings.toml", TEXT), ("wall.png", BLACK), ("x.png", BLACK)), "does not name"),
    (zipped(("settings.toml", TEXT)), "names the file"),
    (zipped(("settings.toml", TEXT), ("wall.png", b"no picture")), "wall.png is no picture"),
    (zipped(("settings.toml", b"#" * 70_000)), "too long, wanted at most 64 KiB"),
    (zipped(("settings.toml", b"\xff")), "no TOML"),
    (zipped(("settings.toml", b'background = "/etc/passwd"')), "names the file /etc/passwd"),
    (zipped(("settings.toml", TEXT), ("wall.png", BLACK), way=zipfile.ZIP_LZMA), "packed in a way"),
    (zipped(("settings.toml", TEXT), *((f"{n}.png", BLACK) for n in range(13))), "more than 12"),
    (GOOD[:-1], "does not end as one"),
    (GOOD + b"more", "does not end as one"),
    (b"PK\x03\x04", "does not end as one"),
    (commented(b"mine"), "it has a comment"),
    (commented(bytes((1 << 16) - 1)), "it has a comment"),
    (
        zipped(("mine/", b""), ("mine/settings.toml", TEXT), ("mine/wall.png", BLACK)),
        "it was packed with its folder, 'mine/'",
    ),
    (wrong_length(GOOD), "more than 12"),
    (GOOD[:9] + GOOD[9:].replace(b"PK\x03\x04", b"PK\x00\x00"), "wall.png in it is damaged"),
    (GOOD.replace(b"IDAT", b"XXXX"), "wall.png in it is damaged"),
]


@pytest.mark.parametrize(("content", "why"), REFUSED)
def test_any_other_zip_is_refused(taking: Taking, content: bytes, why: str) -> None:
    with pytest.raises(FastvbgError) as told:
        taking(content)
    assert why in str(told.value)
    assert "\n" not in str(told.value)
    assert taking.is_empty()


def test_a_zip_that_unpacks_to_much_is_refused(taking: Taking, monkeypatch) -> None:
    monkeypatch.setattr(packed, "MOST_OF_ALL", 1 << 20)
    assert len(BOMB) < 10_000
    with pytest.raises(OptionError, match="it is too large, wanted at most 1 MiB unpacked"):
        taking(BOMB)
    assert taking.is_empty()


def test_no_more_comes_out_than_was_said(taking: Taking) -> None:
    lying = BOMB.replace(struct.pack("<L", 1 << 21), struct.pack("<L", 1 << 10))
    assert lying != BOMB
    with pytest.raises(OptionError, match=r"wall\.png in it is damaged"):
        taking(lying)
    assert taking.is_empty()


def test_the_command_line_says_what_to_do_with_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "settings.zip"
    path.write_bytes(GOOD)
    with pytest.raises(OptionError, match=r"settings\.zip is a ZIP.*; unpack it, and name the"):
        Settings.load(path)
