"""Backgrounds that are uploaded: limits, formats, names; settings saved and loaded; streams."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg.live_mode.page import gallery as galleries
from fastvbg.live_mode.page import uploads
from fastvbg.live_mode.page.gallery import is_video
from fastvbg.live_mode.page.server import Page
from fastvbg.masks.plate import Plate
from fastvbg.settings import Settings
from tests.live_mode.page.conftest import let_in, run, speaking
from tests.support.livesession import FakeSession
from tests.support.media import Clip

BYTES = {"Content-Type": "application/octet-stream"}


def encoded(suffix: str, size: tuple[int, int] = (40, 30)) -> bytes:
    picture = np.full((size[1], size[0], 3), (20, 120, 220), np.uint8)
    return cv2.imencode(suffix, picture)[1].tobytes()


def posted(page: Page, address: str, content: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    async def post() -> tuple[int, dict[str, Any]]:
        async with (
            let_in(page) as client,
            client.post(address, data=io.BytesIO(content), headers={**BYTES, **headers}) as answer,
        ):
            return answer.status, await answer.json()

    return run(post())


def fetched(page: Page, address: str) -> tuple[Any, bytes]:
    async def fetch() -> tuple[Any, bytes]:
        async with let_in(page) as client, client.get(address) as answer:
            assert answer.status == 200, await answer.text()
            return answer.headers, await answer.read()

    return run(fetch())


def changed(page: Page, *changes: tuple[str, Any]) -> None:
    async def change() -> None:
        async with speaking(page) as speaker:
            for about, value in changes:
                assert await speaker.set(about, value) == ""

    run(change())


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp"])
def test_a_picture_becomes_a_background(page: Page, session: FakeSession, suffix: str) -> None:
    status, item = posted(page, f"/uploads?name=My%20wall{suffix}", encoded(suffix))
    assert status == 200
    assert (item["label"], item["form"]) == (f"My wall{suffix}", "picture")
    headers, thumb = fetched(page, f"/thumbs/{item['id']}")
    assert headers["Content-Type"] == "image/jpeg"
    picture = cv2.imdecode(np.frombuffer(thumb, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (135, 240, 3)
    assert np.abs(picture[60, 100].astype(int) - (20, 120, 220)).max() < 8
    changed(page, ("background", {"item": item["id"]}))
    assert session.settings.background.name == item["id"]


def test_a_video_becomes_a_background(page: Page, session: FakeSession, clip: Clip) -> None:
    status, item = posted(page, "/uploads?name=sea.mp4", clip.path.read_bytes())
    assert (status, item["form"]) == (200, "video")
    changed(page, ("background", {"item": item["id"]}), ("background_end", "hold"))
    assert session.settings.background_end == "hold"


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n"
NOT_TAKEN = [
    (b"", 400),
    (b"no picture at all", 400),
    (PLAYLIST, 400),
    (b"ffconcat version 1.0\nfile /etc/passwd\n", 400),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 400),
    (encoded(".png")[:60], 400),
    (encoded(".jpg")[:300], 400),
    (b"\x00\x00\x00\x18ftypmp42" + bytes(200), 400),
]


@pytest.mark.parametrize(("content", "wanted"), NOT_TAKEN)
def test_what_is_no_picture_or_video_is_refused(page: Page, content: bytes, wanted: int) -> None:
    status, told = posted(page, "/uploads?name=x.png", content)
    assert status == wanted
    assert told["message"].startswith("upload: ")
    assert "/tmp" not in told["message"]  # noqa: S108
    assert "upload-1" not in told["message"]


def test_what_is_refused_is_not_kept(session: FakeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Path] = []
    taken = uploads.Uploads.looked_at

    def noted(self: Any, path: Path, name: str, *, listed: bool) -> Any:
        kept.append(path)
        return taken(self, path, name, listed=listed)

    monkeypatch.setattr(uploads.Uploads, "looked_at", noted)
    with Page(session) as page:
        assert posted(page, "/uploads", PLAYLIST)[0] == 400
        assert posted(page, "/uploads", encoded(".png"))[0] == 200
        assert [path.exists() for path in kept] == [False, True]
    assert not kept[1].parent.exists()


def test_a_file_that_is_too_large_is_refused(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 1 << 20)
    status, told = posted(page, "/uploads", bytes((1 << 20) + 1))
    assert (status, told["message"]) == (413, "upload: it is too large, wanted at most 1 MiB")

    async def pieces() -> Any:  # with no length told before
        for _ in range(40):
            yield bytes(1 << 16)

    async def post() -> tuple[int, Any]:
        async with (
            let_in(page) as client,
            client.post("/uploads", data=pieces(), headers=BYTES) as answer,
        ):
            return answer.status, await answer.json()

    assert run(post())[0] == 413


def test_a_picture_of_too_many_pixels_is_refused(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(galleries, "MOST_PIXELS", 1000)
    status, told = posted(page, "/uploads?name=big.png", encoded(".png", (400, 300)))
    assert status == 400
    assert "400x300" in told["message"]
    assert told["message"].endswith("; make it smaller")


def test_a_still_of_too_many_bytes_is_refused(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_STILL_BYTES", 100)
    assert posted(page, "/uploads", encoded(".bmp"))[0] == 413


def test_another_type_is_refused(page: Page) -> None:
    status, _ = posted(page, "/uploads", encoded(".png"), **{"Content-Type": "text/plain"})
    assert status == 415


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\nb<script>.png", "a-b-script.png"),
        ("", "upload"),
        ("...", "background"),
        ("--help.png", "help.png"),
        ("x" * 300, "x" * 60),
    ],
)
def test_names_from_elsewhere_are_for_people_only(page: Page, name: str, label: str) -> None:
    from urllib.parse import quote

    _, item = posted(page, f"/uploads?name={quote(name)}", encoded(".png"))
    assert (item["label"], item["id"]) == (label, "upload-1")


def test_the_oldest_that_is_not_in_use_goes(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    ids = [posted(page, "/uploads", encoded(".png"))[1]["id"]]
    changed(page, ("background", {"item": ids[0]}))
    ids += [posted(page, "/uploads", encoded(".png"))[1]["id"] for _ in range(3)]

    async def listed() -> set[str]:
        async with speaking(page) as speaker:
            return {each["id"] for each in speaker.hello["backgrounds"]} & set(ids)

    assert run(listed()) == {ids[0], ids[2], ids[3]}


def test_a_picture_for_a_mask_is_its_plate_and_no_background(
    page: Page, session: FakeSession
) -> None:
    session.apply(Settings(mask="plate:first:1s", background="navy"))
    _, item = posted(page, "/uploads?for=mask&name=room.png", encoded(".png"))
    changed(page, ("mask.plate", {"item": item["id"]}))
    assert Path(session.settings.kind.plate).name == item["id"]

    async def listed() -> tuple[list[str], Any]:
        async with speaking(page) as speaker:
            told = speaker.hello
            return [each["id"] for each in told["backgrounds"]], told["settings"]["mask"]

    ids, mask = run(listed())
    assert item["id"] not in ids
    assert mask["values"]["plate"] == {"file": "room.png"}


def test_a_video_is_no_plate(page: Page, clip: Clip) -> None:
    status, told = posted(page, "/uploads?for=mask&name=a.mp4", clip.path.read_bytes())
    assert (status, "wanted a picture" in told["message"]) == (400, True)


def test_a_folder_named_at_the_start_is_offered(session: FakeSession, tmp_path: Path) -> None:
    (tmp_path / "wall.png").write_bytes(encoded(".png"))
    (tmp_path / "list.m3u8").write_bytes(PLAYLIST)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden.png").write_bytes(encoded(".png"))
    with Page(session, folder=tmp_path) as page:

        async def listed() -> list[str]:
            async with speaking(page) as speaker:
                every = speaker.hello["backgrounds"]
                return [each["label"] for each in every if each["origin"] == "folder"]

        assert run(listed()) == ["wall.png"]
        changed(page, ("background", {"item": "folder-0"}))
    assert session.settings.background == tmp_path / "wall.png"


def test_the_background_of_the_start_can_be_chosen_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    path.write_bytes(encoded(".png"))
    session = FakeSession(Settings(mask="person", background=path))
    with Page(session) as page:
        changed(page, ("background", {"blur": 2}), ("background", {"item": "given"}))
    assert session.settings.background == path


@pytest.mark.parametrize("content", [b"#", b'[mask]\nkind = "motion"\n'])
def test_settings_without_a_background_show_no_room(
    page: Page, session: FakeSession, content: bytes
) -> None:
    assert posted(page, "/settings", content) == (200, {"left": []})
    assert session.settings.background == "blur"


def test_settings_go_out_and_come_in(page: Page, session: FakeSession, tmp_path: Path) -> None:
    changed(
        page,
        ("mask", "chroma"),
        ("mask.tolerance", 40),
        ("mask.key", "#00b140"),
        ("refine", "feather=3"),
        ("background", {"colour": "#ff8800"}),
        ("light_wrap", 25),
        ("keep_region", [[[0, 0], [50, 0], [50, 100]]]),
    )
    headers, content = fetched(page, "/settings")
    assert headers["Content-Disposition"] == 'attachment; filename="settings.toml"'
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    wanted = session.settings
    assert Settings.load(path) == wanted
    changed(page, ("mask", "person"), ("background", None), ("keep_region", None))
    assert posted(page, "/settings", content) == (200, {"left": []})
    assert session.settings == wanted


def test_pictures_that_are_only_here_come_along(
    page: Page, session: FakeSession, tmp_path: Path
) -> None:
    _, item = posted(page, "/uploads?name=my wall.png", encoded(".png"))
    plate = np.full((36, 64, 3), 77, np.uint8)

    changed(page, ("background", {"item": item["id"]}))
    session.apply(session.settings.replace(mask=Plate(plate=plate)))
    headers, content = fetched(page, "/settings")
    assert "settings.zip" in headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["my wall.png", "plate.png", "settings.toml"]
        archive.extractall(tmp_path)
    loaded = Settings.load(tmp_path / "settings.toml")
    assert Path(loaded.background) == tmp_path / "my wall.png"
    assert Path(loaded.background).read_bytes() == encoded(".png")
    assert Path(loaded.kind.plate) == tmp_path / "plate.png"
    changed(page, ("mask", "person"))
    headers, content = fetched(page, "/settings")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("settings.toml")
    changed(page, ("background", None))
    assert posted(page, "/settings", text)[0] == 200  # it is on the page still, under that name
    assert session.settings.background.name == item["id"]


def test_the_users_own_files_keep_their_whole_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.png").write_bytes(encoded(".png"))
    with Page(FakeSession(Settings(mask="person", background="mine.png"))) as page:
        text = fetched(page, "/settings")[1].decode()
    assert str(tmp_path / "mine.png") in text


BROUGHT = [
    (b'background = "/etc/passwd"', "names the file /etc/passwd"),
    (b'background = "../x.png"', "names the file"),
    (b'background = "http://evil.example/x.png"', "names the file"),
    (b'keep_region = "/etc/passwd"', "names the file"),
    (b'[mask]\nkind = "matte"\nmatte = "/etc/passwd"', "names the file"),
    (b'[mask]\nkind = "adaptive"\nsave_model = "/tmp/x.npz"', "leave it out"),
    (b'[mask]\nkind = "adaptive"\nload_model = "/tmp/x.npz"', "name it where fastvbg is started"),
    (b'mask = "model:/etc/passwd"', ""),
    (b"", "settings: got an empty file, wanted one that a page saved"),
    (b"nothing = 1", "no option is called"),
    (b"light_wrap = 999", "light_wrap"),
    (b"\xff\xfe", "no TOML"),
    (b"[" * 4000, "no TOML"),
    (b"version = 99", "newer fastvbg"),
]


@pytest.mark.parametrize(("content", "why"), BROUGHT)
def test_settings_that_cannot_be_are_refused(
    page: Page, session: FakeSession, content: bytes, why: str
) -> None:
    before = session.settings
    status, told = posted(page, "/settings", content)
    assert status == 400
    assert why in told["message"]
    assert session.settings is before


def test_what_concerns_a_clip_is_left_as_it_is(page: Page, session: FakeSession) -> None:
    content = b'max_pixels = 99999999999\ncodec = "ffv1"\nbackground = "navy"'
    assert posted(page, "/settings", content) == (200, {"left": ["codec", "max_pixels"]})
    assert session.settings == Settings(background="navy")


def test_what_only_a_run_has_is_left_out(page: Page, session: FakeSession) -> None:
    content = b'background = "transparent"\nbackground_end = "trim"\nstart = 3\n'
    left = ["start", "background", "background_end"]
    assert posted(page, "/settings", content) == (200, {"left": left})
    assert session.settings == Settings(background="blur")


def test_settings_that_are_too_long_are_refused(page: Page) -> None:
    status, told = posted(page, "/settings", b"#" * ((1 << 16) + 1))
    assert (status, told["message"]) == (413, "settings: wanted at most 64 KiB")


def test_a_snapshot_is_the_result_never_the_room(page: Page, session: FakeSession) -> None:
    headers, content = fetched(page, "/snapshot.jpg")
    assert headers["Content-Type"] == "image/jpeg"
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (36, 64, 3)
    assert np.abs(picture[2, 2].astype(int) - (0x60, 0x40, 0x20)).max() < 12
    session.set_state("black")

    def shown() -> np.ndarray:
        return cv2.imdecode(np.frombuffer(fetched(page, "/snapshot.jpg")[1], np.uint8), 0)

    # One frame from before may be under way.
    assert any(not shown().any() for _ in range(20))
    page.__exit__()
    assert not session.lookers


def test_a_session_without_frames_gives_no_snapshot(
    page: Page, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastvbg.live_mode.page.routes._SNAPSHOT_SECONDS", 0.2)
    monkeypatch.setattr(session, "shown", lambda after, timeout: None)

    async def fetch() -> int:
        async with let_in(page) as client, client.get("/snapshot.jpg") as answer:
            return int(answer.status)

    assert run(fetch()) == 503


def test_containers_of_videos(tmp_path: Path, clip: Clip) -> None:
    assert is_video(clip.path)
    assert not is_video(tmp_path)
    playlist = tmp_path / "a.mp4"
    playlist.write_bytes(PLAYLIST)
    assert not is_video(playlist)
