"""One thread on which everything that touches a loaded model happens: two at once would crash llama.cpp."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


class Worker:
    """Runs jobs one after another on its own thread, which starts with the first job."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self.closed = False

    def submit(self, job: Callable[[], Result]) -> Future[Result]:
        """Run `job` when its turn comes; the future holds its result or what it raised."""
        future: Future[Result] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(job())
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the result
                future.set_exception(error)

        with self._lock:
            if self.closed:
                raise RuntimeError("The worker is closed.")
            if self._thread is None:
                # A daemon: an abandoned answer must not keep the program from ending.
                self._thread = threading.Thread(
                    target=_work, args=(self._jobs,), name=self._name, daemon=True
                )
                self._thread.start()
            self._jobs.put(run)
        return future

    def close(self, last: Callable[[], Any], timeout: float) -> None:
        """Run `last` after the jobs that wait, then end the thread; returns after `timeout` seconds at most."""
        with self._lock:
            if self.closed:
                return
            self.closed = True
            thread = self._thread
            self._jobs.put(last)
            self._jobs.put(None)
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)


def _work(jobs: queue.SimpleQueue[Callable[[], None] | None]) -> None:
    while (job := jobs.get()) is not None:
        job()
        # Kept over the wait for the next job, it would keep alive all that it refers to.
        del job
