"""Numbers and layouts of Video4Linux2, from the kernel's `include/uapi/linux/videodev2.h`.

Layouts follow the C compiler's rules for this machine's `long` and pointers, as the header's do.
"""

from __future__ import annotations

import ctypes
from ctypes import c_int32, c_int64, c_long, c_uint8, c_uint32, c_ulong, c_void_p
from typing import ClassVar, Final

CAPTURE: Final = 1
OUTPUT: Final = 2
"""`enum v4l2_buf_type`: VIDEO_CAPTURE, VIDEO_OUTPUT."""
FIELD_NONE: Final = 1
MEMORY_MMAP: Final = 1

CAP_CAPTURE: Final = 0x1
CAP_OUTPUT: Final = 0x2
CAP_M2M: Final = 0x8000
CAP_READWRITE: Final = 0x01000000
CAP_STREAMING: Final = 0x04000000
CAP_DEVICE_CAPS: Final = 0x80000000
CAP_TIME_PER_FRAME: Final = 0x1000

BUFFER_ERROR: Final = 0x40
TIMESTAMP_MASK: Final = 0xE000
TIMESTAMP_MONOTONIC: Final = 0x2000

DISCRETE: Final = 1
"""`V4L2_FRMSIZE_TYPE_DISCRETE` and `V4L2_FRMIVAL_TYPE_DISCRETE`; others give a span."""

PRIV_MAGIC: Final = 0xFEEDCAFE
"""In `priv`: the fields behind it mean something."""
COLORSPACE_170M: Final = 1
COLORSPACE_240M: Final = 2
COLORSPACE_REC709: Final = 3
COLORSPACE_470M: Final = 5
COLORSPACE_470BG: Final = 6
COLORSPACE_JPEG: Final = 7
COLORSPACE_SRGB: Final = 8
COLORSPACE_BT2020: Final = 10
COLORSPACE_DCI_P3: Final = 12
ENCODING_601: Final = 1
ENCODING_709: Final = 2
ENCODING_XV709: Final = 4
ENCODING_BT2020: Final = 6
ENCODING_BT2020_CONSTANT: Final = 7
ENCODING_240M: Final = 8
FULL_RANGE: Final = 1
LIMITED_RANGE: Final = 2
TRANSFER_709: Final = 1
TRANSFER_SRGB: Final = 2
TRANSFER_240M: Final = 4
TRANSFER_NONE: Final = 5
TRANSFER_PQ: Final = 7

EVENT_CLIENT_USAGE: Final = 0x10E00001
"""Of v4l2loopback (0.15.4 has it, 0.12.7 not): how many readers stream. The number is
`V4L2_EVENT_PRIVATE_START` (0x08000000) plus its own 0x08E00000 and 1."""
SEND_INITIAL: Final = 1
EXPOSURE_DYNAMIC_FRAMERATE: Final = 0x009A0903
"""`V4L2_CID_EXPOSURE_AUTO_PRIORITY` of v4l2-controls.h: may exposure lower the frame rate?"""


def fourcc(code: str) -> int:
    """Return the number of a pixel format of four letters, as `v4l2_fourcc` makes it."""
    return int.from_bytes(code.encode("ascii"), "little")


def code_of(number: int) -> str:
    """Return the four letters of a pixel format; unprintable ones become `?`."""
    letters = (number & 0x7FFFFFFF).to_bytes(4, "little").decode("latin-1")
    return "".join(letter if letter.isprintable() else "?" for letter in letters).strip()


class Fraction32(ctypes.Structure):
    """`v4l2_fract`: seconds as a fraction."""

    _fields_: ClassVar = [("numerator", c_uint32), ("denominator", c_uint32)]


class Capability(ctypes.Structure):
    """`v4l2_capability`."""

    _fields_: ClassVar = [
        ("driver", c_uint8 * 16),
        ("card", c_uint8 * 32),
        ("bus_info", c_uint8 * 32),
        ("version", c_uint32),
        ("capabilities", c_uint32),
        ("device_caps", c_uint32),
        ("reserved", c_uint32 * 3),
    ]


class FormatDescription(ctypes.Structure):
    """`v4l2_fmtdesc`."""

    _fields_: ClassVar = [
        ("index", c_uint32),
        ("type", c_uint32),
        ("flags", c_uint32),
        ("description", c_uint8 * 32),
        ("pixelformat", c_uint32),
        ("mbus_code", c_uint32),
        ("reserved", c_uint32 * 3),
    ]


class Stepwise(ctypes.Structure):
    """`v4l2_frmsize_stepwise`; a discrete size is in its first two members."""

    _fields_: ClassVar = [
        ("min_width", c_uint32),
        ("max_width", c_uint32),
        ("step_width", c_uint32),
        ("min_height", c_uint32),
        ("max_height", c_uint32),
        ("step_height", c_uint32),
    ]


class FrameSize(ctypes.Structure):
    """`v4l2_frmsizeenum`."""

    _fields_: ClassVar = [
        ("index", c_uint32),
        ("pixel_format", c_uint32),
        ("type", c_uint32),
        ("span", Stepwise),
        ("reserved", c_uint32 * 2),
    ]


class FrameInterval(ctypes.Structure):
    """`v4l2_frmivalenum`; a discrete interval is in `least`."""

    _fields_: ClassVar = [
        ("index", c_uint32),
        ("pixel_format", c_uint32),
        ("width", c_uint32),
        ("height", c_uint32),
        ("type", c_uint32),
        ("least", Fraction32),
        ("most", Fraction32),
        ("step", Fraction32),
        ("reserved", c_uint32 * 2),
    ]


class PixFormat(ctypes.Structure):
    """`v4l2_pix_format`."""

    _fields_: ClassVar = [
        ("width", c_uint32),
        ("height", c_uint32),
        ("pixelformat", c_uint32),
        ("field", c_uint32),
        ("bytesperline", c_uint32),
        ("sizeimage", c_uint32),
        ("colorspace", c_uint32),
        ("priv", c_uint32),
        ("flags", c_uint32),
        ("ycbcr_enc", c_uint32),
        ("quantization", c_uint32),
        ("xfer_func", c_uint32),
    ]


class _FormatUnion(ctypes.Union):
    # A member with pointers, `v4l2_window`, aligns the union as a pointer.
    _fields_: ClassVar = [("pix", PixFormat), ("raw", c_uint8 * 200), ("aligned", c_void_p)]


class Format(ctypes.Structure):
    """`v4l2_format`."""

    _anonymous_ = ("fmt",)
    _fields_: ClassVar = [("type", c_uint32), ("fmt", _FormatUnion)]


class FrameParameters(ctypes.Structure):
    """`v4l2_captureparm`, and `v4l2_outputparm`, which has the same layout."""

    _fields_: ClassVar = [
        ("capability", c_uint32),
        ("mode", c_uint32),
        ("time_per_frame", Fraction32),
        ("extended", c_uint32),
        ("buffers", c_uint32),
        ("reserved", c_uint32 * 4),
    ]


class _ParametersUnion(ctypes.Union):
    _fields_: ClassVar = [("frames", FrameParameters), ("raw", c_uint8 * 200)]


class StreamParameters(ctypes.Structure):
    """`v4l2_streamparm`."""

    _anonymous_ = ("parm",)
    _fields_: ClassVar = [("type", c_uint32), ("parm", _ParametersUnion)]


class RequestBuffers(ctypes.Structure):
    """`v4l2_requestbuffers`."""

    _fields_: ClassVar = [
        ("count", c_uint32),
        ("type", c_uint32),
        ("memory", c_uint32),
        ("capabilities", c_uint32),
        ("flags", c_uint8),
        ("reserved", c_uint8 * 3),
    ]


class _TimeValue(ctypes.Structure):
    _fields_: ClassVar = [("seconds", c_long), ("microseconds", c_long)]


class _TimeCode(ctypes.Structure):
    _fields_: ClassVar = [("type", c_uint32), ("flags", c_uint32), ("fields", c_uint8 * 8)]


class _BufferUnion(ctypes.Union):
    _fields_: ClassVar = [("offset", c_uint32), ("userptr", c_ulong)]


class Buffer(ctypes.Structure):
    """`v4l2_buffer`."""

    _anonymous_ = ("m",)
    _fields_: ClassVar = [
        ("index", c_uint32),
        ("type", c_uint32),
        ("bytesused", c_uint32),
        ("flags", c_uint32),
        ("field", c_uint32),
        ("timestamp", _TimeValue),
        ("timecode", _TimeCode),
        ("sequence", c_uint32),
        ("memory", c_uint32),
        ("m", _BufferUnion),
        ("length", c_uint32),
        ("reserved2", c_uint32),
        ("request_fd", c_int32),
    ]


class Control(ctypes.Structure):
    """`v4l2_control`."""

    _fields_: ClassVar = [("id", c_uint32), ("value", c_int32)]


class _EventUnion(ctypes.Union):
    # `v4l2_event_ctrl` has a 64-bit value, which aligns the union.
    _fields_: ClassVar = [("count", c_uint32), ("raw", c_uint8 * 64), ("aligned", c_int64)]


class _TimeSpec(ctypes.Structure):
    _fields_: ClassVar = [("seconds", c_long), ("nanoseconds", c_long)]


class Event(ctypes.Structure):
    """`v4l2_event`; of a client event, `count` says how many readers stream."""

    _anonymous_ = ("u",)
    _fields_: ClassVar = [
        ("type", c_uint32),
        ("u", _EventUnion),
        ("pending", c_uint32),
        ("sequence", c_uint32),
        ("timestamp", _TimeSpec),
        ("id", c_uint32),
        ("reserved", c_uint32 * 8),
    ]


class EventSubscription(ctypes.Structure):
    """`v4l2_event_subscription`."""

    _fields_: ClassVar = [
        ("type", c_uint32),
        ("id", c_uint32),
        ("flags", c_uint32),
        ("reserved", c_uint32 * 5),
    ]


_READ, _WRITE = 2, 1


def _request(direction: int, number: int, layout: type) -> int:
    """Return what `_IOC(direction, 'V', number, sizeof layout)` is (asm-generic/ioctl.h)."""
    return direction << 30 | ctypes.sizeof(layout) << 16 | ord("V") << 8 | number


QUERYCAP: Final = _request(_READ, 0, Capability)
ENUM_FMT: Final = _request(_READ | _WRITE, 2, FormatDescription)
S_FMT: Final = _request(_READ | _WRITE, 5, Format)
REQBUFS: Final = _request(_READ | _WRITE, 8, RequestBuffers)
QUERYBUF: Final = _request(_READ | _WRITE, 9, Buffer)
QBUF: Final = _request(_READ | _WRITE, 15, Buffer)
DQBUF: Final = _request(_READ | _WRITE, 17, Buffer)
STREAMON: Final = _request(_WRITE, 18, c_int32)
STREAMOFF: Final = _request(_WRITE, 19, c_int32)
G_PARM: Final = _request(_READ | _WRITE, 21, StreamParameters)
S_PARM: Final = _request(_READ | _WRITE, 22, StreamParameters)
G_CTRL: Final = _request(_READ | _WRITE, 27, Control)
S_CTRL: Final = _request(_READ | _WRITE, 28, Control)
ENUM_FRAMESIZES: Final = _request(_READ | _WRITE, 74, FrameSize)
ENUM_FRAMEINTERVALS: Final = _request(_READ | _WRITE, 75, FrameInterval)
DQEVENT: Final = _request(_READ, 89, Event)
SUBSCRIBE_EVENT: Final = _request(_WRITE, 90, EventSubscription)
UNSUBSCRIBE_EVENT: Final = _request(_WRITE, 91, EventSubscription)
