"""What becomes of a video's own transparency: a decoder that gives it, and who is told of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import av
from av.codec.codec import UnknownCodecError
from av.error import FFmpegError

from fastvbg.media.upright import noted_matrix
from fastvbg.media.weighed import weighed

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    from av.packet import Packet
    from av.stream import Stream
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

    from fastvbg.media.model import Picture, ReadOptions
    from fastvbg.media.upright import Matrix

    Alpha = npt.NDArray[np.uint8]

# WebM keeps alpha beside each frame, as a second stream of the same codec. FFmpeg's own decoders
# drop it; these give it.
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
create_context = av.CodecContext.create


class Decoder:
    """Decodes a video stream: with its alpha, where the file notes some beside the frames.

    Parameters
    ----------
    stream : VideoStream
        The stream.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._native = stream.codec_context
        self.context: VideoCodecContext = self._native
        """What decodes; to be set up before the first packet."""
        self.lacks_alpha = False
        """Whether there is alpha that cannot be decoded here."""
        self.matrix: Matrix | None = None
        """The display matrix that the file notes, where the frames do not carry it."""
        if not _notes_alpha(stream):
            return
        name = _WITH_ALPHA.get(self._native.codec.canonical_name)
        try:
            context: Any = create_context(name or "", "r")
        except UnknownCodecError:
            self.lacks_alpha = True
            return
        context.extradata = self._native.extradata
        self._native.thread_count = 1
        self.context, self._looks = context, True

    _looks = False

    def decode(self, packet: Packet[Stream] | None) -> list[av.VideoFrame]:
        """Return the frames that a packet gives; None asks for those held back."""
        if self._looks and packet is not None:
            self._look(packet)
        frames: Any = self.context.decode(packet)
        return list(frames)

    def _look(self, packet: Packet[Stream]) -> None:
        """Learn the display matrix, which only the stream's own decoder passes on."""
        with suppress(FFmpegError):
            frames: Any = self._native.decode(packet)
            for frame in frames:
                self.matrix, self._looks = noted_matrix(frame), False

    def flush_buffers(self) -> None:
        """Forget what was decoded, after the file was wound."""
        if self.context is not self._native:  # which winding flushes
            self.context.flush_buffers()


def _notes_alpha(stream: VideoStream) -> bool:
    return any(k.lower() == "alpha_mode" and v == "1" for k, v in stream.metadata.items())


class Transparency:
    """Does with the frames' alpha what the reader asks for, and tells where it is not used.

    Parameters
    ----------
    options : ReadOptions
        What is asked for.
    path : str or Path
        The file, for messages.
    warnings : list of str
        Where to tell it, as soon as it is seen: a background may outlast the frames before it.
    """

    def __init__(self, options: ReadOptions, path: str | Path, warnings: list[str]) -> None:
        self._what, self._name = options.alpha, str(path)
        self._warnings = warnings
        self._told = self._what == "kept"
        self._nothing_seen = self._some = False

    def __call__(self, frame: Picture, alpha: Alpha | None) -> tuple[Picture, Alpha | None]:
        """Return a frame, and the alpha that is left to the reader."""
        nothing = alpha is not None and not alpha.any()
        self._nothing_seen = nothing and (self._nothing_seen or not self._some)
        self._some = True
        if alpha is None:
            return frame, None
        if not self._told:
            self._told = True
            instead = "; black shows there" if self._what == "black" else ", which is not heeded"
            self._warnings.append(f"{self._name} is transparent in places{instead}")
        if self._what == "kept":
            return frame, alpha
        bgr: Any = frame
        return (weighed(bgr, alpha) if self._what == "black" else frame), None

    def finish(self) -> None:
        """Tell what is known only when all frames have been seen."""
        if self._nothing_seen and self._what == "kept":
            self._warnings.append(f"{self._name} is transparent throughout: none of it is seen")
