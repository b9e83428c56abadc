"""The end of a job in parts: they are joined, or, where they do not fit, made in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.farm.parts.folder import Folder
from fastvbg.farm.parts.merging import ApartError, merged
from fastvbg.pipeline.process import process

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.farm.cutting.plans import Plan
    from fastvbg.pipeline.job import Result


def joined(
    plan: Plan,
    *,
    overwrite: bool,
    keep_parts: bool,
    progress: Callable[[int, int | None], None] | None,
    tell: Callable[[str], None] | None,
) -> Result:
    """Join the parts of a plan, all of which are there, or make the job without parts.

    A damaged input may hold other frames than its packets say, so that parts do not fit together.

    Parameters
    ----------
    plan, overwrite, keep_parts : Plan, bool
        As of `merge`.
    progress, tell : callable, optional
        As of `process`; the reason is told.
    """
    try:
        return merged(Folder(plan), overwrite=overwrite, keep_parts=keep_parts)
    except ApartError as error:
        if tell is not None:
            tell(f"in one piece, since the parts do not fit together: {error}")
    result = process(
        plan.input, plan.output, plan.settings, overwrite=overwrite, progress=progress, tell=tell
    )
    if not keep_parts:
        Folder(plan).clear()
    return result
