"""A worker process: tasks come on standard input, what becomes of them goes to standard output."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from fastvbg.farm.workers.guard import Guard
from fastvbg.farm.workers.tasks import Throttled, perform
from fastvbg.sink.staging import begin_names

if TYPE_CHECKING:
    from types import FrameType

    from fastvbg.farm.workers.tasks import Task

_EVERY = 0.2
"""Seconds between two counts of frames."""
_GRACE = 30.0
"""Seconds that a task has to clean up when nobody waits for it any more."""


class _Ended(BaseException):
    """A signal, as an exception that nothing catches: outputs are cleaned up on its way out."""


def serve(memory: int | None, writer: str) -> None:
    """Do one task after the other, until there are no more.

    Parameters
    ----------
    memory : int or None
        How many bytes this process may take.
    writer : str
        As `begin_names` takes it.
    """
    begin_names(writer)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    tasks: SimpleQueue[Task | None] = SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, tasks), daemon=True).start()
    with suppress(_Ended, BrokenPipeError):
        _work(tasks, answers, memory)
    # Not by way of Python's own end: threads of libraries may hang.
    sys.stderr.flush()
    os._exit(0)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Ended


def _read(tasks_in: BinaryIO, tasks: SimpleQueue[Task | None]) -> None:
    """Take tasks as they come; at the end, or when whoever asks has died, end this process."""
    with suppress(EOFError, OSError):
        while True:
            tasks.put(pickle.load(tasks_in))  # noqa: S301  (of the process that started this one)
    tasks.put(None)
    signal.raise_signal(signal.SIGTERM)
    threading.Event().wait(_GRACE)
    os._exit(1)


def _work(tasks: SimpleQueue[Task | None], answers: BinaryIO, memory: int | None) -> None:
    lock = threading.Lock()

    def send(answer: Any) -> None:
        with lock:
            answers.write(pickle.dumps(answer))
            answers.flush()

    while True:
        task = tasks.get()
        if task is None:
            return
        settle(task.threads)
        with Guard(task.seconds, memory):
            ended = perform(task, Throttled(send, _EVERY))
        send(ended)


def settle(threads: int) -> None:
    """Let OpenCV use no more threads than a task does."""
    import cv2

    if cv2.getNumThreads() != threads:
        cv2.setNumThreads(threads)
