"""The doctor says what is wrong and what to do, and puts OpenCV right by pip."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from fastvbg.cli import run_command_line
from fastvbg.devices.facts import live_facts
from fastvbg.errors import MissingLibraryError
from fastvbg.measure import doctor, mend
from fastvbg.measure.probes import BAD, GOOD, NOTE, PROBES, Finding, probe
from tests.support import faults

Runner = Callable[[list[str]], subprocess.CompletedProcess[str]]


def test_a_good_machine_has_a_line_for_each_thing_and_exit_code_0(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_command_line(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    subjects = [line[6:22].strip() for line in lines]
    live = {fact.name for fact in live_facts()}
    fixed = {"Python", "encoders", "kernel cache", "person models"}
    assert set(PROBES) | fixed | live == set(subjects)
    assert len(subjects) == len(set(subjects))
    assert all(line.startswith(("good ", "note ")) for line in lines)


def test_what_does_not_load_is_bad_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    faults.put(tmp_path, cv2=faults.OPENCV, numba=faults.NUMBA, av=faults.DEADLY)
    done = faults.python("-m", "fastvbg", "doctor", path=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    states = {
        line[6:22].strip(): (line[:5].strip(), line[23:]) for line in done.stdout.splitlines()
    }
    assert states["NumPy"][0] == GOOD
    state, text = states["OpenCV"]
    assert state == BAD
    assert text.startswith(f"does not load: {faults.WITHOUT_WINDOWS}; 'apt-get install libgl1")
    assert "fastvbg doctor --fix" in text
    assert states["Numba"][0] == BAD
    assert states["PyAV"] == (BAD, "ends Python as it loads (SIGKILL)")


def test_a_probe_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> list[Finding]:
        raise RuntimeError("two\nlines")

    monkeypatch.setitem(PROBES, "NumPy", fails)
    assert probe("NumPy") == [Finding(BAD, "NumPy", "two lines")]


def test_what_is_too_old_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["av>=999.1", "numpy>=1.2", 'pytest>=999; extra == "test"', "opencv-python>=999"]
    monkeypatch.setattr(metadata, "requires", lambda _: wanted)
    monkeypatch.setattr(doctor, "probe_apart", lambda *_: [])
    monkeypatch.setattr(doctor, "installed_opencv", lambda: {"opencv-python-headless": "4.8.0"})
    found = {finding.subject: finding for finding in doctor.examine() if finding.state == BAD}
    assert set(found) == {"av", "opencv-python"}
    assert "wanted 999.1 or later" in found["av"].text
    assert "got 4.8.0" in found["opencv-python"].text


def test_without_opencv_its_runtimes_are_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [Finding(BAD, "OpenCV", "gone"), Finding(BAD, "model runtimes", "gone")]
    monkeypatch.setattr(doctor, "probe_apart", lambda *_: both)
    assert [f.subject for f in doctor.examine() if f.state == BAD] == ["OpenCV"]


def test_models_that_are_not_there_are_a_note(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FASTVBG_MODELS", str(tmp_path))
    monkeypatch.setattr(doctor, "probe_apart", lambda *_: [])
    last = doctor.examine()[-1]
    assert (last.state, last.subject) == (NOTE, "person models")
    assert "fastvbg models fetch" in last.text


class Pip:
    """Stands in for pip: keeps what it was told, and fails at one of its commands."""

    def __init__(self, fails_at: str = "") -> None:
        self.fails_at = fails_at
        self.told: list[list[str]] = []

    def __call__(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        assert command[:3] == [sys.executable, "-m", "pip"]
        self.told.append([word for word in command[3:] if not word.startswith("--")])
        verb = self.told[-1][0]
        if verb == "download":
            Path(command[command.index("--dest") + 1], "opencv.whl").write_bytes(b"")
        if verb == self.fails_at:
            said = "WARNING: slow\nERROR: No matching distribution found\n"
            return subprocess.CompletedProcess(command, 1, "", said)
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.mark.parametrize(
    ("installed", "wanted"),
    [
        ({"opencv-python": "5.0.1"}, "opencv-python-headless==5.0.1"),
        ({"opencv-contrib-python": "4.9.2"}, "opencv-contrib-python-headless==4.9.2"),
        (
            {"opencv-python": "5.0.1", "opencv-contrib-python": "4.9.2"},
            "opencv-contrib-python-headless==4.9.2",
        ),
        (
            {"opencv-python": "5.0.1", "opencv-python-headless": "5.0.0"},
            "opencv-python-headless==5.0.1",
        ),
        ({}, "opencv-python-headless"),
    ],
)
def test_the_same_version_without_windows_takes_the_place_of_all_there_are(
    monkeypatch: pytest.MonkeyPatch, installed: dict[str, str], wanted: str
) -> None:
    monkeypatch.setattr(mend, "installed_opencv", lambda: installed)
    monkeypatch.setattr(mend, "_check_owner", lambda *_: None)
    pip, said = Pip(), []
    mend.mend_opencv(said.append, pip)
    verbs = [words[0] for words in pip.told]
    assert verbs == (["download", "uninstall", "install"] if installed else ["download", "install"])
    assert pip.told[0][-1] == wanted
    assert Path(pip.told[-1][-1]).name == "opencv.whl"
    if installed:
        assert pip.told[1][1:] == list(installed)
    assert len(said) == 1
    assert wanted in said[0]


def test_without_a_network_nothing_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mend, "installed_opencv", lambda: {"opencv-python": "5.0.1"})
    monkeypatch.setattr(mend, "_check_owner", lambda *_: None)
    pip = Pip(fails_at="download")
    with pytest.raises(MissingLibraryError) as caught:
        mend.mend_opencv(lambda _: None, pip)
    assert [words[0] for words in pip.told] == ["download"]
    assert str(caught.value) == (
        "doctor: opencv-python-headless==5.0.1 cannot be downloaded (No matching distribution "
        "found); nothing was changed; a network is needed"
    )


def test_what_pip_did_not_install_is_not_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Distribution:
        def read_text(self, _: str) -> str:
            return "conda\n"

    monkeypatch.setattr(mend, "installed_opencv", lambda: {"opencv-python": "5.0.1"})
    monkeypatch.setattr(metadata, "distribution", lambda _: Distribution())
    pip = Pip()
    with pytest.raises(MissingLibraryError, match="have conda install opencv-python-headless"):
        mend.mend_opencv(lambda _: None, pip)
    assert pip.told == []


def test_without_pip_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mend, "find_spec", lambda _: None)
    monkeypatch.setattr(mend, "_check_owner", lambda *_: None)
    with pytest.raises(MissingLibraryError, match=r"has no pip .* ensurepip .*apt-get install"):
        mend.mend_opencv(lambda _: None)


def test_fix_mends_only_what_is_bad_and_looks_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = {"OpenCV": BAD}
    monkeypatch.setattr(doctor, "examine", lambda: [Finding(state["OpenCV"], "OpenCV", "told")])

    def mended(tell: Callable[[str], None]) -> None:
        tell("mending")
        state["OpenCV"] = GOOD

    monkeypatch.setattr(mend, "mend_opencv", mended)
    assert run_command_line(["doctor"]) == 1
    assert capsys.readouterr().out == "bad   OpenCV           told\n"
    assert run_command_line(["doctor", "--fix"]) == 0
    assert capsys.readouterr().out == (
        "fix   OpenCV           mending\ngood  OpenCV           told\n"
    )
    assert run_command_line(["doctor", "--fix"]) == 0
    assert capsys.readouterr().out == "good  OpenCV           told\n"


def test_a_fix_that_fails_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(tell: Callable[[str], None]) -> None:
        raise MissingLibraryError("doctor: no network")

    monkeypatch.setattr(doctor, "examine", lambda: [Finding(BAD, "OpenCV", "told")])
    monkeypatch.setattr(mend, "mend_opencv", fails)
    assert run_command_line(["doctor", "--fix"]) == 1
    assert capsys.readouterr() == ("", "fastvbg: doctor: no network\n")
