"""Encoders' options with which the same pictures are the same bytes each time."""

from __future__ import annotations

from fastvbg.kernels._target import host_has_avx512


def same_bytes(codec: str, options: dict[str, str] | None = None) -> dict[str, str]:
    """Return options with x264's loops for AVX-512 left out, which read memory nobody wrote.

    Of one clip of 100 frames came five streams by what lay in memory, and one without them. Damage
    at a place of a file, say, is not the same in each of five.
    """
    options = dict(options or {})
    if codec == "libx264" and host_has_avx512():
        options["x264-params"] = ":".join(filter(None, (options.get("x264-params"), "asm=AVX2")))
    return options
