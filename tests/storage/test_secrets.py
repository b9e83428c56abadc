"""Passwords and signatures of URLs: what opens gets them, and no text that others see."""

from __future__ import annotations

import dataclasses
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest

import fastvbg
from fastvbg import masks
from fastvbg.cli import run_command_line
from fastvbg.errors import FastvbgError
from fastvbg.urls import Url, named, public, scrubbed, whole
from tests.storage.web import SECRET, Web, served
from tests.support.media import make_clip

BAD = f"ftp://me:{SECRET}@127.0.0.1:9/a.mp4?X-Amz-Signature={SECRET}&b=1#{SECRET}"
STORED = f"nosuch://me:{SECRET}@bucket/a.mp4?sig={SECRET}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://u:{SECRET}@h:1/a/b.mp4?sig={SECRET}", "https://h:1/a/b.mp4?..."),
        (f"S3://{SECRET}@bucket/key", "s3://bucket/key"),
        (f"https://h/a@b.mp4#{SECRET}", "https://h/a@b.mp4"),
        (f"https://u:p@{SECRET}@h/a", "https://h/a"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("tcp://h:1?listen=1", "tcp://h:1?listen=1"),
        (f"tcp://h:1?listen=1&key={SECRET}", "tcp://h:1?..."),
        (f"rtmp://h/app/{SECRET}", "rtmp://h/app/..."),
        (f"first:https://h/a?{SECRET}", "first:https://h/a?..."),
        (
            f"zip://a.mp4::https://u:{SECRET}@h/all.zip?x={SECRET}",
            "zip://a.mp4::https://h/all.zip?...",
        ),
        (f"simplecache::s3://b/k?versionId={SECRET}", "simplecache::s3://b/k?..."),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert public(url) == shown
    assert public(shown) == shown
    made = Url(url)
    assert {str(made), f"{made}", "%s" % made, repr(made)[1:-1]} == {shown}  # noqa: UP031
    assert scrubbed(f"it was '{url}', {url}").count(SECRET) == 0
    assert made == url == made.target == whole(made)
    again = pickle.loads(pickle.dumps(made))  # noqa: S301
    assert (type(again), again.target) == (Url, url)


def test_names_and_suffixes_are_those_of_the_path() -> None:
    url = Url(f"s3://bucket/folder/film.tar.MP4?x=a.mkv/{SECRET}")
    assert (url.scheme, url.name, url.suffix) == ("s3", "film.tar.MP4", ".MP4")
    assert (Url("s3://b").suffix, Url("s3://b/.mp4").suffix, Url("s3://b/a.").suffix) == ("",) * 3
    assert Url("zip://in/a.webm::s3://b/all.zip").suffix == ".webm"


def test_a_file_that_is_there_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(named("a://b"), Url)
    Path("a:").mkdir()
    Path("a:/b").touch()
    assert type(named("a://b")) is str


def texts_of(error: BaseException) -> str:
    return "\n".join([str(error), repr(error), *traceback.format_exception(error)])


@pytest.mark.parametrize("url", [BAD, STORED])
@pytest.mark.parametrize("role", ["input", "output", "background", "matte", "plate", "depth"])
def test_no_error_holds_them(role: str, url: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", count=4).path
    given: dict[str, Any] = {"input": clip, "output": tmp_path / "o.mkv", "background": "navy"}
    made = {
        "matte": lambda: masks.Matte(matte=url),
        "plate": lambda: masks.Plate(plate=url),
        "depth": lambda: masks.Depth(depth=f"stereo:{url}", near=1, far=2, focal=9, baseline=9),
    }
    given |= {"mask": made[role]() if role in made else "motion"}
    given |= {role: url} if role in given else {}
    with pytest.raises(FastvbgError) as caught:
        fastvbg.process(given.pop("input"), given.pop("output"), **given)
    assert SECRET not in texts_of(caught.value)
    assert "a.mp4" in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", BAD, "-b", "navy", "-o", "o.mp4"],
        ["run", STORED, "-b", "navy", "-o", "o.mp4"],
        ["run", "a.mp4", "-b", BAD, "-o", "o.mp4"],
        ["run", "a.mp4", "-b", "navy", "-o", BAD],
        ["run", "a.mp4", "-b", "navy", "-o", STORED],
        ["run", BAD, "-b", "navy", "-o", BAD, "--overwrite"],
        ["matte", "a.mp4", "-o", BAD],
        ["preview", "a.mp4", "-b", "navy", "-o", STORED],
        ["preview", BAD, "-b", "navy", "-o", "o.png"],
        ["run", "a.mp4", "--mask", f"matte:{BAD}", "-b", "navy", "-o", "o.mp4"],
        ["run", "a.mp4", "--mask", f"mate:{BAD}", "-b", "navy", "-o", "o.mp4"],
        ["run", "a.mp4", "--keep-region", BAD, "-b", "navy", "-o", "o.mp4"],
        ["run", "a.mp4", "--start", BAD, "-b", "navy", "-o", "o.mp4"],
        ["run", "a.mp4", "--load-model", BAD, "-b", "navy", "-o", "o.mp4"],
        ["live", "--sink", f"srt://me:{SECRET}@h/x?passphrase={SECRET}", "-b", "navy"],
    ],
)
def test_no_command_prints_them(
    arguments: list[str],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FASTVBG_TRACEBACK", "1")
    make_clip(tmp_path / "a.mp4", count=4)
    assert run_command_line(arguments) == 2
    said = "".join(capfd.readouterr())
    assert said
    assert SECRET not in said


def test_who_opens_gets_them_and_nobody_else(tmp_path: Path) -> None:
    data = make_clip(tmp_path / "a.mkv", count=90).path.read_bytes()
    with served(data[: len(data) * 2 // 3]) as web:
        url = web.url("a.mkv")
        settings = fastvbg.Settings(background=url, mask=masks.Matte(matte=url))
        assert SECRET not in repr(settings)
        told: list[str] = []
        result = fastvbg.process(url, tmp_path / "o.mkv", settings, tell=told.append)
    assert result.frames
    assert any("ends early" in line for line in result.warnings)
    assert SECRET not in repr(result) + repr(told) + repr(dataclasses.asdict(result))


def damaged(web: Web, path: Path) -> Any:
    return fastvbg.process(web.url(path.name), path.with_name("o.mkv"), background="navy")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_dropped_connection_is_opened_again(suffix: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / f"a{suffix}", count=60)
    data = clip.path.read_bytes()
    with served(data) as web:
        web.most = len(data) // 2
        result = damaged(web, clip.path)
    assert (result.frames, result.lost, result.warnings) == (60, 0, [])


@pytest.mark.long
@pytest.mark.parametrize("suffix", [".mkv", ".ts"])
def test_one_that_is_dropped_for_good_is_told(suffix: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / f"a{suffix}", count=200, width=320, height=240)
    data = clip.path.read_bytes()
    with served(data) as web:
        web.end = len(data) // 2
        result = damaged(web, clip.path)
    assert result.frames < 200
    assert result.lost
    assert "reading stopped early" in result.warnings[0]
    assert SECRET not in repr(result)
