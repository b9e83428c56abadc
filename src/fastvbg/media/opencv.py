"""OpenCV's decoders, told to print nothing of their own."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from tempfile import TemporaryFile
from threading import Lock
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.libraries import hushed_opencv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

_STDERR = 2
_LOCK = Lock()
_JPEG, _PNG = b"\xff\xd8", b"\x89PNG"
# What libjpeg and libpng print by themselves; the first of damage that leaves a picture.
_DAMAGE = re.compile(
    rb"^(?:Corrupt JPEG data|Premature end of JPEG file|Invalid SOS)[^\n]*\n", re.M
)
_OWN = re.compile(rb"^(?:libpng (?:error|warning)|libjpeg|[A-Z][A-Za-z ]* JPEG)[^\n]*\n", re.M)


def decode(content: bytes, tell: Callable[[str], None] | None = None) -> npt.NDArray[Any] | None:
    """Return a picture as it is stored, not turned by what it notes; None where it is unreadable.

    Parameters
    ----------
    content : bytes
        Of the file.
    tell : callable, optional
        Takes what is to be said of damage that leaves a picture.

    Returns
    -------
    ndarray, shape (H, W), (H, W, 3) or (H, W, 4), or None
        Gray, BGR, or BGR with alpha, of whatever depth.
    """
    said: list[bytes] = []
    try:
        with hushed_opencv(), _heard(said) if content.startswith((_JPEG, _PNG)) else nullcontext():
            picture: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if picture is None:
        return None
    if tell is not None and content.startswith(_JPEG) and any(map(_DAMAGE.search, said)):
        tell("it is damaged, and parts of it may look wrong")
    return np.asarray(picture)


@contextmanager
def _heard(said: list[bytes]) -> Iterator[None]:
    """Take what libjpeg and libpng print, which OpenCV's level of logging does not hush.

    They write to the process's standard error itself. What others write there meanwhile is passed
    on.
    """
    with _LOCK, ExitStack() as stack:
        try:
            file = stack.enter_context(TemporaryFile())
            before = os.dup(_STDERR)
        except OSError:  # no room for it, or no standard error, to which they write in silence
            yield
            return
        try:
            os.dup2(file.fileno(), _STDERR)
            yield
        finally:
            os.dup2(before, _STDERR, inheritable=True)
            os.close(before)
            file.seek(0)
            said.append(file.read())
            others = _OWN.sub(b"", _DAMAGE.sub(b"", said[0]))
            if others:
                with suppress(OSError):
                    os.write(_STDERR, others)
