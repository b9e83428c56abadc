"""Sound that a container cannot hold as it is: decoded and encoded anew."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

import av
from av.audio.resampler import AudioResampler
from av.codec.codec import UnknownCodecError
from av.error import FFmpegError

from fastvbg.media.rational import fraction
from fastvbg.sink.containers import named_layout, usual_layout, works

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream

_LOSSLESS = ("pcm_", "flac", "alac", "tta", "wavpack", "truehd", "mlp", "ape", "shorten", "tak")
_DEEP = ("s32", "s32p", "flt", "fltp", "dbl", "dblp", "s64", "s64p")
# Sound up to this much off its place follows on what was before: times in milliseconds, or in
# packets, tell no better.
_SLACK_SECONDS = Fraction(1, 20)
_TRIED_SAMPLES = 4096


class SoundForm(NamedTuple):
    """An encoder and what it is to get."""

    codec: str
    rate: int
    layout: str

    def words(self, stream: AudioStream) -> str:
        """Return what is made of a stream, and that it loses channels if it does."""
        fewer = av.AudioLayout(self.layout).nb_channels < stream.codec_context.layout.nb_channels
        return f"{self.codec} in {self.layout}" if fewer else self.codec


def is_lossless(stream: AudioStream) -> bool:
    """Tell whether a stream's codec loses nothing, so that the next should not either."""
    return stream.codec_context.codec.canonical_name.startswith(_LOSSLESS)


def _codecs(suffix: str, stream: AudioStream) -> list[str]:
    """Return encoders for a kind of file, the one that players and users expect first.

    AAC is what plays from an MP4 everywhere. MKV and MOV are for work that goes on: what is
    lossless stays so there.
    """
    if suffix == ".webm":
        return ["libopus", "opus", "libvorbis", "vorbis"]
    lossy = ["aac", "libopus", "ac3", "libmp3lame"]
    deep = stream.codec_context.format is not None and stream.codec_context.format.name in _DEEP
    lossless = {".mkv": ["flac"], ".mov": ["pcm_s24le" if deep else "pcm_s16le"]}.get(suffix, [])
    return [*lossless, *lossy] if is_lossless(stream) else [*lossy, *lossless]


def sound_form(suffix: str, stream: AudioStream) -> SoundForm | None:
    """Return the first form of a stream that an encoder takes and a kind of file holds.

    Each is tried; None when none of them does, or the sound cannot be decoded.
    """
    for codec in _codecs(suffix, stream):
        for form in _forms(codec, stream):
            if works(suffix, partial(_write_silence, stream=stream, form=form)):
                return form
    return None


def _forms(codec: str, stream: AudioStream) -> Iterator[SoundForm]:
    """Yield what an encoder may be asked for: the stream's own layout first, stereo at last.

    In between is the usual one of so many channels: Opus has no 5.1 with speakers at the sides.
    """
    source = stream.codec_context
    if not source.sample_rate or not source.layout.nb_channels:
        return
    try:
        rates = av.Codec(codec, "w").audio_rates
    except UnknownCodecError:
        return
    rate = _near_rate(source.sample_rate, rates)
    mono = source.layout.nb_channels == 1
    last = "mono" if mono else "stereo"
    layouts = named_layout(stream), usual_layout(stream) or last, last
    for layout in dict.fromkeys(layouts):
        yield SoundForm(codec, rate, layout)


def _near_rate(rate: int, rates: list[int] | None) -> int:
    """Return the lowest rate of an encoder that loses nothing, or its highest."""
    if not rates or rate in rates:
        return rate
    return min((other for other in rates if other > rate), default=max(rates))


def add_sound(container: OutputContainer, form: SoundForm) -> AudioStream:
    """Add a stream to encode sound to."""
    return cast(
        "AudioStream",
        container.add_stream(
            form.codec, rate=form.rate, layout=form.layout, options={"strict": "-2"}
        ),
    )


def _write_silence(container: OutputContainer, stream: AudioStream, form: SoundForm) -> None:
    """Write silence in a stream's form all the way that its sound is to go."""
    target = add_sound(container, form)
    container.start_encoding()
    source = stream.codec_context
    # One plane for all channels: PyAV reads beyond the end of eight.
    kind = source.format.packed.name if source.format is not None else "s16"
    silence = av.AudioFrame(kind, named_layout(stream), _TRIED_SAMPLES)
    silence.planes[0].update(bytes(silence.planes[0].buffer_size))
    rate = source.sample_rate
    silence.sample_rate, silence.pts, silence.time_base = rate, 0, Fraction(1, rate)
    for frame in _resampler_for(target).resample(silence):
        container.mux(target.encode(frame))
    container.mux(target.encode(None))


def _resampler_for(target: AudioStream) -> AudioResampler:
    context = target.codec_context
    return AudioResampler(context.format, context.layout, context.sample_rate)


class Encoded:
    """A stream whose sound is decoded and encoded anew.

    Parameters
    ----------
    source : AudioStream
        What the packets are of.
    target : AudioStream
        Where they go.
    """

    def __init__(self, source: AudioStream, target: AudioStream) -> None:
        self._source, self._target = source, target
        context = source.codec_context
        if not context.is_open:
            context.layout = named_layout(source)
        self._resampler: AudioResampler | None = None
        self._form: tuple[object, ...] | None = None
        self._next: int | None = None
        self.lost = 0
        """Packets that could not be decoded."""

    def packets(self, packet: Packet[Stream]) -> list[Packet[Stream]]:
        """Return the packet's sound in the target's codec."""
        try:
            frames = cast("Packet[AudioStream]", packet).decode()
            return [out for frame in frames for out in self._encode(frame)]
        except (FFmpegError, ValueError):
            self.lost += 1
            return []

    def finish(self) -> list[Packet[Stream]]:
        """Return what decoder, resampler and encoder hold back."""
        held: list[AudioFrame] = []
        with suppress(FFmpegError, ValueError):  # emptied before
            held = self._source.codec_context.decode(None)
        last = [out for frame in held for out in self._encode(frame)]
        last += [out for frame in self._resampled(None) for out in self._target.encode(frame)]
        return [*last, *self._target.encode(None)]

    def _encode(self, frame: AudioFrame) -> Iterator[Packet[Stream]]:
        form = frame.format.name, frame.layout.name, frame.sample_rate
        if form != self._form:  # broadcasts go from stereo to 5.1 and back
            for rest in self._resampled(None):
                yield from self._target.encode(rest)
            self._resampler, self._form = _resampler_for(self._target), form
        for resampled in self._resampled(frame):
            yield from self._target.encode(resampled)

    def _resampled(self, frame: AudioFrame | None) -> Iterator[AudioFrame]:
        """Yield sound in the target's form whose times follow one another."""
        if self._resampler is None:
            return
        rate = self._target.codec_context.sample_rate
        for out in self._resampler.resample(frame):
            base = fraction(out.time_base)
            at = None if out.pts is None or base is None else round(out.pts * base * rate)
            if self._next is None:
                self._next = at or 0
            elif at is not None and at - self._next > _SLACK_SECONDS * rate:
                self._next = at
            out.pts, out.time_base = self._next, Fraction(1, rate)
            self._next += out.samples
            yield out
