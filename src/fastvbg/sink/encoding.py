"""Which encoder a file gets, with what options and in which pixel format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import av
from av.codec.codec import UnknownCodecError

from fastvbg.errors import OptionError, SinkError
from fastvbg.kernels._target import host_has_avx512
from fastvbg.media.formats import BGR, Layout, layout_of
from fastvbg.values.encoders import check_words

if TYPE_CHECKING:
    from fastvbg.media.model import StreamInfo

# Visually lossless for most material, at a speed that two cores keep up with at 1080p.
_DEFAULTS: dict[str, dict[str, str]] = {
    "libx264": {"crf": "18", "preset": "veryfast"},
    "libx265": {"crf": "20", "preset": "veryfast", "x265-params": "log-level=error"},
    "libvpx-vp9": {"crf": "24", "b": "0", "row-mt": "1", "cpu-used": "5"},
    "libsvtav1": {"crf": "28", "preset": "9"},
    "ffv1": {"level": "3", "slicecrc": "1"},
    "prores_ks": {"profile": "hq"},
}
# Pictures of a few pixels across, of which FFV1 of level 3 makes no slices; level 1 has none.
_TOO_SMALL_TO_SLICE = 16
COPYING = ("libx264", "libx265", "libvpx-vp9")
"""Encoders that copy each frame before they return, and so keep no reference to its memory."""

# What depends on the machine's processors unless it is said; what users say comes later and wins.
_PINNED = {
    "libx265": ("x265-params", "pools={threads}:frame-threads={frames}"),
    "libsvtav1": ("svtav1-params", "lp={threads}"),
}
_MOST_FRAMES = 4
# x264's loops for AVX-512 read memory that nobody wrote: of the same 60 frames of 96x64, encoded
# 200 times in one process, came 15 streams, and of larger frames others than with AVX2. With AVX2,
# FMA3 or SSE4.2 came one and the same (PyAV 18.1, x264 core 165), in 1.03 times the time.
_X264_ASM = "asm=AVX2"
_LOSSLESS = {"libx264": {"crf": "0"}, "libvpx-vp9": {"lossless": "1"}}
_ALPHA = {
    "libvpx-vp9": "yuva420p",
    "libvpx": "yuva420p",
    "prores_ks": "yuva444p10le",
    "ffv1": "bgra",
    "png": "rgba",
}
_FOR_ALPHA = {"prores_ks": {"profile": "4444"}, "libvpx": {"auto-alt-ref": "0"}}
# The alpha of these is a second stream beside the first, for which other kinds have no place.
_BESIDE = {"libvpx-vp9": (".webm", ".mkv"), "libvpx": (".webm", ".mkv")}
# 4:2:0 pictures have even sizes in these; 4:4:4 ones any.
_EVEN = ("libx264", "libx265")


@dataclass(frozen=True)
class EncodeOptions:
    """What the user asks of the encoder; None and empty leave it to fastvbg."""

    codec: str | None = None
    crf: float | None = None
    preset: str | None = None
    extra: dict[str, str] = field(default_factory=dict)
    threads: int | None = None
    pinned: bool = False
    """Whether the threads are to decide as much as they can, so that bytes are the same everywhere.
    """
    alpha: bool = False
    """Whether pictures have an alpha channel."""
    lossless: bool = False
    """Whether nothing may be lost, unless a codec is named."""


@dataclass(frozen=True)
class Encoding:
    """An encoder, what to tell it, and the pixel format that it is to get."""

    codec: str
    options: dict[str, str]
    pixel_format: str


def choose_encoding(suffix: str, info: StreamInfo, wanted: EncodeOptions) -> Encoding:
    """Return the encoding of a file.

    H.264 for .mp4, .mkv and .mov, H.265 there for more than 10 bits, VP9 for .webm. With alpha: VP9
    in .webm, ProRes 4444 in .mov, FFV1 in .mkv. The pixel format is that of the frames where the
    encoder takes it, else the one that loses least.

    Raises
    ------
    OptionError
        There is no such encoder.
    SinkError
        The container has no codec with alpha.
    """
    layout = layout_of(info.pixel_format)
    lossless = wanted.lossless and wanted.codec is None
    codec = wanted.codec or _default_codec(suffix, layout, alpha=wanted.alpha)
    if lossless and suffix == ".mkv":
        codec = "ffv1"
    encoder = _encoder_of(codec)
    codec = encoder.name  # of one that is called by its codec, as hevc, the name that it has itself
    formats = [format.name for format in encoder.video_formats or ()]
    options = _options_of(codec, info, wanted, lossless=lossless)
    if wanted.alpha:
        _demand_alpha(suffix, codec, formats)
        return Encoding(codec, options, _ALPHA[codec])
    if codec == "gif":
        return Encoding(codec, options, "pal8")
    odd = codec in _EVEN and (info.width % 2 == 1 or info.height % 2 == 1)
    return Encoding(codec, options, best_format(info.pixel_format, formats, odd=odd))


def _options_of(
    codec: str, info: StreamInfo, wanted: EncodeOptions, *, lossless: bool
) -> dict[str, str]:
    options = dict(_DEFAULTS.get(codec, {}))
    if codec == "ffv1" and min(info.width, info.height) < _TOO_SMALL_TO_SLICE:
        options = {"level": "1"}
    if lossless:
        options |= _LOSSLESS.get(codec, {})
    if wanted.alpha:
        options |= _FOR_ALPHA.get(codec, {})
    if wanted.crf is not None:
        options["crf"] = f"{wanted.crf:g}"
    if wanted.preset is not None:
        options["preset"] = wanted.preset
    if codec == "libx264" and info.interlaced:
        options |= {"flags": "+ildct+ilme", "x264-params": f"tff={1 - info.field_order % 2}"}
    options |= wanted.extra
    if wanted.pinned and wanted.threads is not None and codec in _PINNED:
        name, form = _PINNED[codec]
        said = form.format(threads=wanted.threads, frames=min(wanted.threads, _MOST_FRAMES))
        options[name] = ":".join(filter(None, (said, options.get(name, ""))))
    params = options.get("x264-params", "")
    if codec == "libx264" and "asm=" not in params and host_has_avx512():
        options["x264-params"] = ":".join(filter(None, (params, _X264_ASM)))
    check_words(codec, options)
    return options


def _demand_alpha(suffix: str, codec: str, formats: list[str]) -> None:
    """Demand that an encoder takes alpha and a kind of file keeps what it makes of it."""
    if suffix == ".gif":
        raise _no_alpha(suffix)
    if _ALPHA.get(codec) not in formats:
        able = ", ".join(sorted(_ALPHA))
        raise SinkError(f"output: {codec} holds no transparency here; wanted one of {able}")
    holders = _BESIDE.get(codec, (suffix,))
    if suffix not in holders:
        raise SinkError(
            f"output: {suffix} holds no transparency of {codec}; {' and '.join(holders)} can"
        )


def _default_codec(suffix: str, layout: Layout | None, *, alpha: bool) -> str:
    if suffix == ".webm":
        return "libvpx-vp9"
    if suffix == ".gif":
        return "gif"
    if alpha:
        try:
            return {".mov": "prores_ks", ".mkv": "ffv1"}[suffix]
        except KeyError:
            raise _no_alpha(suffix) from None
    return "libx265" if layout is not None and layout.depth > 10 else "libx264"


def _no_alpha(suffix: str) -> SinkError:
    kind = suffix or "Y4M"  # on standard output
    return SinkError(f"output: {kind} holds no transparency; .webm, .mov, .mkv and .png can")


def _encoder_of(codec: str) -> av.Codec:
    try:
        encoder = av.Codec(codec, "w")
    except UnknownCodecError:
        raise OptionError(
            f"codec: FFmpeg's libraries here have no encoder {codec!r}; wanted a name "
            "such as libx264, libx265, libvpx-vp9 or prores_ks"
        ) from None
    if encoder.type != "video":
        raise OptionError(f"codec: {codec!r} encodes {encoder.type}, wanted a video encoder")
    return encoder


def best_format(name: str, formats: list[str], *, odd: bool = False) -> str:
    """Return the format to encode frames of a format in: itself, or what loses least.

    Parameters
    ----------
    name : str
        FFmpeg's name of the frames' format.
    formats : list of str
        What the encoder takes; empty when it does not say.
    odd : bool
        Whether 4:4:4 is needed, the size being odd.

    Returns
    -------
    str
        One of `formats`.
    """
    if name == BGR:
        # 4:2:0 is what players show; only a lossless codec keeps colour at its full size.
        lossless = [format for format in ("bgr0", "bgr24") if format in formats]
        return lossless[0] if lossless else best_format("yuv420p", formats, odd=odd)
    layout = layout_of(name)
    if not formats or (name in formats and not odd and "yuvj" not in name):
        return name
    if layout is None:
        return best_format("yuv420p", formats, odd=odd)
    plain = [found for f in formats if (found := layout_of(f)) is not None and "yuvj" not in f]

    def cost(other: Layout) -> tuple[Any, ...]:
        shifts = (other.shift_x > layout.shift_x, other.shift_y > layout.shift_y)
        return (
            other.depth < layout.depth,
            any(shifts),
            other.name == "nv12" and name != "nv12",
            abs(other.depth - layout.depth),
            other.shift_x + other.shift_y != layout.shift_x + layout.shift_y,
            -(other.shift_x + other.shift_y),
            other.name != layout.name,
        )

    if odd:
        plain = [other for other in plain if other.chroma == "444"] or plain
    return min(plain, key=cost).name if plain else formats[0]
