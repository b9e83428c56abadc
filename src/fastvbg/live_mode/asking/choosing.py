"""From what a user writes to sources and sinks."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.devices.network.addresses import is_stream
from fastvbg.errors import FastvbgError, OptionError, shown
from fastvbg.sink.encoding import EncodeOptions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from fractions import Fraction

    from fastvbg.live_mode.outlets.outlets import MakesSink
    from fastvbg.live_mode.pictures.grab import Source
    from fastvbg.settings import Settings

_WORDS = ("demo", "browser", "screen")
_VIRTUAL = ("loopback", "pipewire", "virtualcam")
OF_RECORDINGS = ("codec", "crf", "preset", "encoder_options")


def make_source(
    text: str,
    *,
    size: tuple[int, int] | None = None,
    fps: Fraction | None = None,
    form: str | None = None,
    loop: bool = False,
    whole: bool = False,
) -> Source:
    """Return the source that a text names.

    Parameters
    ----------
    text : str
        `camera`, `camera:NAME` or `/dev/videoN`; `browser`, which a page gives; `screen`; `demo`, a
        generated scene; the address of a stream; or a file.
    size : (int, int), optional
        Width and height wanted.
    fps : Fraction, optional
        Frames a second wanted.
    form : str, optional
        A camera's pixel format, such as MJPG.
    loop : bool
        Whether a file begins anew at its end.
    whole : bool
        Whether a file waits for whoever takes its pictures, so that none is left out.

    Raises
    ------
    FastvbgError
        There is none such.
    """
    is_camera = _is_camera(text)
    if form is not None and not is_camera:
        raise OptionError(f"format: it goes with cameras, got the source {shown(text)}")
    if loop and not is_file(text):
        raise OptionError(f"loop: it goes with files, got the source {shown(text)}")
    if is_camera:
        return _camera(text, size, fps, form)
    if text == "demo":
        from fastvbg.live_mode.sources.demo import DemoSource

        return DemoSource(size, rate=fps)
    if text == "browser":
        from fastvbg.live_mode.sources.browser import BrowserSource

        return BrowserSource(size)
    if text == "screen":
        from fastvbg.live_mode.sources.grabbing import GrabbedSource, screen_device

        return GrabbedSource(text, screen_device(), size=size, rate=fps)
    if is_stream(text):
        from fastvbg.devices.network.source import NetworkSource
        from fastvbg.live_mode.sources.streams import StreamSource

        return StreamSource(NetworkSource(text, size=size))
    from fastvbg.live_mode.sources.files import FileSource

    return FileSource(text, loop=loop, size=size, fps=fps, whole=whole)


def is_file(text: str) -> bool:
    """Tell whether a source is a file, which is played."""
    return not (_is_camera(text) or text in _WORDS or is_stream(text))


def _is_camera(text: str) -> bool:
    return text == "camera" or text.startswith(("camera:", "/dev/video"))


def has_camera() -> bool:
    """Tell whether this machine has a camera, as far as that can be told without opening one."""
    if sys.platform != "linux":
        return True
    from fastvbg.devices.errors import NoCameraError
    from fastvbg.devices.v4l2.naming import find_camera
    from fastvbg.devices.v4l2.system import System

    try:
        find_camera("camera", System())
    except NoCameraError:
        return False
    except FastvbgError:
        return True  # why it does not open is said when it is opened
    return True


def stand_in() -> tuple[str, str]:
    """Return the source that a page has where there is no camera, and what it shows."""
    scene = "a generated scene is shown in its place"
    if find_spec("aiortc") is None:
        return "demo", scene
    return "browser", f"{scene} until the page gives a browser's camera"


def _camera(
    text: str, size: tuple[int, int] | None, fps: Fraction | None, form: str | None
) -> Source:
    if sys.platform == "linux":
        from fastvbg.devices.v4l2.capture import Camera
        from fastvbg.live_mode.sources.camera import CameraSource

        return CameraSource(Camera(text, size=size, rate=fps, format=form))
    from fastvbg.live_mode.sources.grabbing import GrabbedSource, camera_device

    name = text.partition(":")[2]
    return GrabbedSource(text, camera_device(name), size=size, rate=fps)


def make_sink(text: str, settings: Settings, *, overwrite: bool = False) -> MakesSink:
    """Return what makes the sink that a text names, once the colours are known.

    Parameters
    ----------
    text : str
        `loopback`, `loopback:NAME` or `/dev/videoN`; `pipewire` or `pipewire:NAME`; `virtualcam` or
        `virtualcam:NAME`; `window`; `-` for Y4M; the address of a stream; or a file.
    settings : Settings
        Of which recordings take what concerns the encoder.
    overwrite : bool
        Whether a recording may replace a file.

    Raises
    ------
    FastvbgError
        There is none such.
    """
    camera = _virtual_camera(text)
    if camera is not None:
        return camera
    if is_stream(text):
        from fastvbg.devices.network.sink import NetworkSink

        NetworkSink(text)  # what is no address is refused at once
        return lambda colour: NetworkSink(text, colour=colour)
    if text == "window":
        from fastvbg.live_mode.outlets.window import Window

        return Window
    if text == "-":
        from fastvbg.live_mode.outlets.y4m import Y4M

        return lambda _: Y4M()
    from fastvbg.live_mode.outlets.sinks import Recording

    asked: Any = settings
    options = EncodeOptions(
        codec=asked.codec,
        crf=asked.crf,
        preset=asked.preset,
        extra=asked.encoder_options or {},
        threads=asked.threads or 1,
    )
    return lambda colour: Recording(Path(text), options, colour, overwrite=overwrite)


def demand_recording(places: Sequence[str], settings: Settings) -> None:
    """Demand a recording among the places where settings say how one is to be encoded.

    Raises
    ------
    OptionError
        There is none, so nobody would heed them.
    """
    said = [name for name in OF_RECORDINGS if getattr(settings, name) is not None]
    if said and not any(is_recording(place) for place in places):
        got = ", ".join(map(shown, places)) or "no place"
        raise OptionError(f"{said[0]}: it goes with a recording, got {got}, wanted a file, too")


def recorded_as(now: Settings, settings: Settings, said: Collection[str]) -> Settings:
    """Return settings that are to be used from now on, with the encoder of those in use.

    Parameters
    ----------
    now : Settings
        In use: a recording has begun by them.
    settings : Settings
        That are to be used.
    said : collection of str
        Options that count even where they say nothing.

    Raises
    ------
    OptionError
        They ask for another encoder.
    """
    kept = {name: getattr(now, name) for name in OF_RECORDINGS}
    for name, value in kept.items():
        asked = getattr(settings, name)
        if asked != value and (asked is not None or name in said):
            raise OptionError(f"{name}: a recording has begun; it goes with the start of a session")
    return settings.replace(**kept)


def is_recording(text: str) -> bool:
    """Tell whether a place is a file that pictures are encoded to."""
    return not is_virtual(text) and text not in ("window", "-") and not is_stream(text)


def is_virtual(text: str) -> bool:
    """Tell whether a place is a virtual camera."""
    return text.partition(":")[0] in _VIRTUAL or text.startswith("/dev/video")


def _virtual_camera(text: str) -> MakesSink | None:
    """Return what makes a virtual camera; None where the text names none."""
    kind, _, name = text.partition(":")
    if kind == "loopback" or text.startswith("/dev/video"):
        return _loopback(text)
    if kind == "pipewire":
        from fastvbg.devices.pipewire.sink import PipeWireSink

        camera = name or "fastvbg"
        PipeWireSink(camera, name=text)  # what is no name is refused at once
        return lambda colour: PipeWireSink(camera, name=text, colour=colour)
    if kind == "virtualcam":
        from fastvbg.live_mode.outlets.virtualcam import VirtualCam

        return lambda _: VirtualCam(text, name)
    return None


def _loopback(text: str) -> MakesSink:
    from fastvbg.devices.v4l2.output import LoopbackSink

    return lambda colour: LoopbackSink(text, colour=colour)
