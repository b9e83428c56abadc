"""Where compiled kernels are kept, for people."""

from __future__ import annotations

from fastvbg.kernels import _cache


def cache_state() -> str:
    """Return where compiled kernels are kept, or why they are not."""
    if not _cache.has_sources():
        return "none: the package has no source files (an archive, or compiled modules only)"
    wanted = _cache.preferred_folder()
    if wanted is None:
        return "none: no cache folder for this user; NUMBA_CACHE_DIR names one"
    if _cache.folder() is None:
        return f"none: {wanted} cannot be written; what no wheel brings compiles in every process"
    return f"{wanted} (writable)"
