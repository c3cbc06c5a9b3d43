"""Worker processes that may die: each has a pool of its own, so a death costs only the part in hand."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

TRIES = 3  # times that a part may cost its worker the life


class LocalWorkers(Executor):
    """So many processes, started afresh (spawn), so that all systems behave alike."""

    def __init__(self, count: int) -> None:
        self._max_workers = count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
        self._mine = threading.local()
        self._pools: list[ProcessPoolExecutor] = []
        self._ended, self._door = False, threading.Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have it done by the next free process; by another one if that dies, up to three times."""
        return self._threads.submit(self._done_by_somebody, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes go."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        for pool in self._pools:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def kill(self) -> None:
        """End the processes at once; what they have in hand is lost."""
        with self._door:
            self._ended = True  # nobody takes the place of those that end here
        self._threads.shutdown(wait=False, cancel_futures=True)
        for pool in self._pools:
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.kill()

    def _done_by_somebody(self, fn: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        for last in [False] * (TRIES - 1) + [True]:
            pool = getattr(self._mine, "pool", None) or self._renew()
            try:
                return pool.submit(fn, *args, **kwargs).result()
            except BrokenProcessPool:
                self._mine.pool = None
                pool.shutdown(wait=False)
                if last or self._ended:
                    raise
        raise AssertionError

    def _renew(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        with self._door:
            if self._ended:
                raise CancelledError
            pool = ProcessPoolExecutor(1, mp_context=context, initializer=_end_with_parent)
            self._pools.append(pool)
        self._mine.pool = pool
        return pool


def _end_with_parent() -> None:
    """A worker whose parent was killed ends too, instead of waiting for ever; an interrupt is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch_parent, daemon=True).start()


def _watch_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
