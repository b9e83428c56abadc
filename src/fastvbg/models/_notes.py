"""What C libraries say on standard error of their own accord."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDERR = 2


@contextmanager
def notes_left_out() -> Iterator[None]:
    """Leave out the lines that begin with `INFO:`, and pass the others on when it ends.

    LiteRT says which delegate it has made, and has no way to be told not to.
    """
    with ExitStack() as stack:
        try:
            said = stack.enter_context(tempfile.TemporaryFile())
            kept = os.dup(_STDERR)
        except OSError:  # no place for files, or no standard error: then nothing is left out
            yield
            return
        stack.callback(os.close, kept)
        os.dup2(said.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(kept, _STDERR)
            said.seek(0)
            rest = b"".join(line for line in said if not line.startswith(b"INFO:"))
            if rest:
                os.write(_STDERR, rest)
