"""What is known of a part that is there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rendered:
    """A part that is there and whole. A value, which can be pickled.

    Parameters
    ----------
    index : int
        Which of the plan's.
    frames : int
        How many there are.
    bytes : int
        Of its file.
    digest : str
        BLAKE2b of its file, in hex.
    warnings : tuple of str, optional
        As in `Result`.
    lost : int, default 0
        As in `Result`.
    missing : int, default 0
        How many frames the input lists for it beyond those that the decoder gave.
    seconds : float, default 0.0
        How long it took to make.
    found : bool, default False
        Whether it was there already.
    """

    index: int
    frames: int
    bytes: int
    digest: str
    warnings: tuple[str, ...] = ()
    lost: int = 0
    missing: int = 0
    seconds: float = 0.0
    found: bool = False
