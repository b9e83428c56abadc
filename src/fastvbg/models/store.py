"""Where the models of the person keyer are kept, and whether a file is what it should be."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Final, NamedTuple

from fastvbg.errors import ModelError

ENVIRONMENT: Final = "FASTVBG_MODELS"
"""Variable of the environment that names the models' folder."""


class KnownModel(NamedTuple):
    """A model that `fetch` obtains."""

    file: str
    sha256: str
    height: int
    width: int


# MediaPipe's selfie segmentation, Apache-2.0: RGB 0..1 in, foreground 0..1 out. The files are those
# of the PyPI wheel mediapipe 0.10.21.
SQUARE: Final = KnownModel(
    "selfie_segmentation.tflite",
    "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
    256,
    256,
)
LANDSCAPE: Final = KnownModel(
    "selfie_segmentation_landscape.tflite",
    "a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd",
    144,
    256,
)
KNOWN: Final = (SQUARE, LANDSCAPE)


def folder() -> Path:
    """Return the folder of models: `FASTVBG_MODELS`, else one among the user's data.

    Raises
    ------
    ModelError
        The user has no such place.
    """
    given = os.environ.get(ENVIRONMENT)
    if given:
        return Path(given).expanduser()
    base = _user_data()
    if base is None:
        raise ModelError(
            f"models: this user has no data folder; name one by the environment's {ENVIRONMENT}"
        )
    return base / "fastvbg" / "models"


def _user_data() -> Path | None:
    """Return the user's data folder by the platform's convention, or None where there is none."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base) if base else None
    given = os.environ.get("XDG_DATA_HOME")
    if given and Path(given).is_absolute():
        return Path(given)
    home = os.environ.get("HOME", "")
    if not Path(home).is_absolute():
        return None
    if sys.platform == "darwin":
        return Path(home, "Library", "Application Support")
    return Path(home, ".local", "share")


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def state(model: KnownModel, where: Path | None = None) -> str:
    """Return how a model is kept: "present", "absent" or "wrong checksum"."""
    path = (folder() if where is None else where) / model.file
    try:
        content = path.read_bytes()
    except OSError:
        return "absent"
    return "present" if digest(content) == model.sha256 else "wrong checksum"


def kept(model: KnownModel) -> Path | None:
    """Return the file of a model, or None where there is none.

    Raises
    ------
    ModelError
        The file there is not the model: its checksum is wrong.
    """
    path = folder() / model.file
    found = state(model)
    if found == "absent":
        return None
    if found != "present":
        raise ModelError(
            f"models: {path} has the wrong checksum: it is damaged or another model; "
            "'fastvbg models fetch' replaces it"
        )
    return path


def models_state() -> str:
    """Return where the models are kept and how many of them are there, for people."""
    try:
        where = folder()
    except ModelError as error:
        return str(error)
    there = sum(state(model, where) == "present" for model in KNOWN)
    return f"{there} of {len(KNOWN)} in {where}"
