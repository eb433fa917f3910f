"""A fresh runner for each test, closed afterwards."""

import pytest
from distributed import LocalCluster

from cvxdnn.jobs import InlineRunner, ProcessRunner, Rules
from cvxdnn.jobs.dask_runner import DaskRunner


def cluster_of(threads):
    """A Dask cluster in this process: fast to start, and without anything that a real one has not."""
    return LocalCluster(
        n_workers=1,
        threads_per_worker=threads,
        processes=False,
        protocol="inproc",
        dashboard_address="127.0.0.1:0",
        silence_logs=False,  # it would silence the log that tests read
    )


class OwnClusterRunner(DaskRunner):
    """A runner with a cluster of its own, as large as the runner."""

    def __init__(self, slots=1, **options):
        self._cluster = cluster_of(slots if isinstance(slots, int) and slots > 0 else 1)
        try:
            super().__init__(self._cluster.scheduler_address, slots, **options)
        except BaseException:
            self._cluster.close()
            raise

    def close(self):
        super().close()
        self._cluster.close()


def _maker(request):
    made = []

    def make(slots=1, **rules):
        made.append(request.param(slots, rules=Rules(**rules)))
        return made[-1]

    yield make
    for runner in made:
        runner.close()


@pytest.fixture(params=[ProcessRunner, InlineRunner, OwnClusterRunner], ids=["processes", "inline", "dask"])
def make_runner(request):
    """Makes runners of one kind, with the rules given."""
    yield from _maker(request)


@pytest.fixture(params=[ProcessRunner, InlineRunner], ids=["processes", "inline"])
def make_local_runner(request):
    """The same, of those kinds that run tasks on this machine."""
    yield from _maker(request)


@pytest.fixture
def make_processes():
    """Makes process runners with the options given."""
    made = []

    def make(slots=1, *, warm_up=None, recycling=None, **rules):
        made.append(ProcessRunner(slots, warm_up=warm_up, recycling=recycling, rules=Rules(**rules)))
        return made[-1]

    yield make
    for runner in made:
        runner.close()
