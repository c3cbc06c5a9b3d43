"""Worker processes that may die: each has a pipe of its own, so a death costs only the part in hand.

Why no ProcessPoolExecutor: it keeps both ends of the pipe that results come by, and so waits for ever for the rest of
a result whose sender was killed. Here the sender holds the only end, and its death ends the pipe.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

TRIES = 3  # times that a part may cost its worker the life
GONE = (EOFError, OSError)  # what a pipe says when the process at its other end has died


class WorkerDied(BrokenExecutor):
    """A part has cost every process that tried it the life."""


class NoWorker(WorkerDied):
    """No process that was to try it came so far as to begin; the next one would not either."""


class LocalWorkers(Executor):
    """So many processes, started afresh (spawn), so that all systems behave alike."""

    def __init__(self, count: int) -> None:
        self._max_workers = count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
        self._mine = threading.local()
        self._workers: list[_Worker] = []
        self._ended, self._door = False, threading.Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have it done by the next free process; by another one if that dies, up to three times."""
        return self._threads.submit(self._done_by_somebody, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes go."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        for worker in self._workers:
            worker.pipe.close()  # it reads that nothing more comes, and ends
        for worker in self._workers if wait else ():
            worker.process.join()

    def kill(self) -> None:
        """End the processes at once; what they have in hand is lost."""
        with self._door:
            self._ended = True  # nobody takes the place of those that end here
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.process.kill()

    def processes(self) -> list[int]:
        """Their numbers, of those that live."""
        return [worker.process.pid for worker in self._workers if worker.process.is_alive() and worker.process.pid]

    def _done_by_somebody(self, fn: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        task = pickle.dumps((fn, args, kwargs))
        begun = 0
        for _ in range(TRIES):
            worker = getattr(self._mine, "worker", None) or self._renew()
            try:
                begun += worker.begun()
                worker.pipe.send_bytes(task)
                problem, result = pickle.loads(worker.pipe.recv_bytes())
            except GONE:
                self._mine.worker = None
                worker.process.join()
                if self._ended:
                    break
            else:
                if problem is not None:
                    raise problem
                return result
        if begun or self._ended:
            raise WorkerDied("a process ended abruptly while this was made")
        raise NoWorker("processes ended before they could begin; what they said stands above")

    def _renew(self) -> _Worker:
        with self._door:
            if self._ended:
                raise CancelledError
            worker = _Worker()
            self._workers.append(worker)
        self._mine.worker = worker
        return worker


class _Worker:
    """A process, and our end of the only pipe to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self._ready = False

    def begun(self) -> bool:
        """Wait until it is ready to take something in hand. Raises what a pipe says when it has died instead."""
        self._ready = self._ready or bool(self.pipe.recv_bytes())
        return self._ready


def _serve(pipe: Connection) -> None:
    """Do what comes by the pipe until no more comes; an interrupt is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pipe.send_bytes(b"ready")
    while True:
        try:
            task = pipe.recv_bytes()
        except GONE:
            return
        try:
            fn, args, kwargs = pickle.loads(task)
            answer = pickle.dumps((None, fn(*args, **kwargs)))
        except Exception as problem:
            answer = _told(problem)
        pipe.send_bytes(answer)


def _told(problem: Exception) -> bytes:
    """A problem as it travels; in words, if it does not bear the journey."""
    try:
        told = pickle.dumps((problem, None))
        pickle.loads(told)
    except Exception:
        return pickle.dumps((RuntimeError(f"{type(problem).__name__}: {problem}"), None))
    return told


def _end_with_parent() -> None:
    """A worker whose parent was killed ends at once, even in the middle of a part."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
