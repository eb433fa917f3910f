"""A runner whose workers are places in a Dask cluster: where a course outgrows one machine.

Several servers may share a cluster. Each has its own queue, fair among its own sessions, and at most as many jobs in
the cluster as the cluster has threads; what exceeds them waits in Dask's own queue.

Needs the extra "dask", and this package in the environment of the Dask workers. Start those with one thread each
and with a nanny (Dask's default): a nanny restarts a worker that dies or outgrows its memory, and lets a job be ended
by force. Whoever reaches the Dask scheduler can run code in the cluster: keep it in a private network, or use TLS.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from distributed import Client

from cvxdnn.core.validation import positive_int
from cvxdnn.jobs.dask_place import DaskPlace
from cvxdnn.jobs.dask_task import WarmUp
from cvxdnn.jobs.interface import Task, describe
from cvxdnn.jobs.parcel import packed
from cvxdnn.jobs.rules import Rules
from cvxdnn.jobs.scheduler import Runner, logger
from cvxdnn.jobs.slot import Slot

CONNECT_SECONDS = 5
RETRY_SECONDS = 2.0
CLOSE_SECONDS = 1.0
LOOK_SECONDS = 1.0
"""How often the size of the cluster is looked at."""


class DaskRunner(Runner):
    """Runs tasks in a Dask cluster; see `Runner`.

    The constructor returns at once; the connection is made, and made again when it is lost, in the background, and
    jobs wait for it in the queue.

    Parameters
    ----------
    address : str
        Of the Dask scheduler, as "tcp://scheduler:8786".
    slots : int
        How many tasks run at the same time at most, however large the cluster.
    warm_up : callable or None
        Picklable and importable, called without arguments once in each Dask worker: import what tasks will need.
    rules : Rules, optional
        What a job is allowed. Memory is the nannies' business here: `run_bytes` is not looked at.

    Raises
    ------
    InvalidInputError
        For a number out of its range or a `warm_up` that cannot be pickled.
    """

    backend = "dask"

    def __init__(
        self,
        address: str,
        slots: int = 32,
        *,
        warm_up: Callable[[], Any] | None = None,
        rules: Rules | None = None,
    ) -> None:
        slots = positive_int("slots", slots)
        if warm_up is not None:
            packed("warm_up", warm_up)
        super().__init__(rules)
        self._address = address
        self._warm_up = warm_up
        self._client: Any = None
        self._left = False
        self._threads = 0
        self.open_slots([Slot(self, partial(self._launch, index)) for index in range(slots)])
        self._connecting = threading.Thread(target=self._stay_connected, name="cvxdnn-jobs-connect", daemon=True)
        self._connecting.start()

    def pack(self, task: Task) -> bytes:
        """The pickled task: mistakes show where they are made, later changes of the object do not matter."""
        return packed("task", task)

    def close(self) -> None:
        """Stop every job and leave the cluster; its workers stay."""
        super().close()
        self._connecting.join(CLOSE_SECONDS)
        self._left = True
        self._disconnect()

    def _stay_connected(self) -> None:
        while not self.closed:
            try:
                self._connect()
            except Exception as error:
                self._tell(describe(error))
            else:
                self._stay()
        if self._left:  # a connection that came about too late
            self._disconnect()

    def _connect(self) -> None:
        self._client = Client(self._address, timeout=CONNECT_SECONDS, set_as_default=False, name="cvxdnn")
        if self._warm_up is not None:
            self._client.register_plugin(WarmUp(self._warm_up))

    def _stay(self) -> None:
        """Offer what the cluster has, until the connection is lost; the jobs in it then begin again."""
        with suppress(Exception):  # what is asked when it is lost
            while not self.closed and self._client.status == "running":
                self._offer(sum(self._client.nthreads().values()))
                self.pause(LOOK_SECONDS)
        self._offer(0)
        if not self.closed:
            logger.error("the connection to the Dask scheduler at %s was lost", self._address)
            self.pause(RETRY_SECONDS)

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close(timeout=CLOSE_SECONDS)

    def _launch(self, index: int) -> DaskPlace:
        """Wait until the cluster has so many threads."""
        with self.changed:
            self.changed.wait_for(lambda: self.closed or self._has(index))
            client = self._client
        return DaskPlace(client, lambda: not self.closed and self._client is client and self._has(index))

    def _has(self, index: int) -> bool:
        """Whether there is a connection, and a thread of this number behind it."""
        return index < self._threads and self._client.status == "running"

    def _offer(self, threads: int) -> None:
        """As many places as the cluster has threads."""
        with self.changed:
            if threads != self._threads:
                self._threads = threads
                self.changed.notify_all()

    def _tell(self, cause: str) -> None:
        """There is no connection to be had; whoever waits is told."""
        if not self.closed:
            logger.error("no connection to the Dask scheduler at %s (%s)", self._address, cause)
            self.slot_cannot_start(cause)
            self.pause(RETRY_SECONDS)
