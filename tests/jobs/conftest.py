"""A fresh runner for each test, closed afterwards."""

import pytest

from cvxdnn.jobs import InlineRunner, ProcessRunner


@pytest.fixture(params=[ProcessRunner, InlineRunner], ids=["processes", "inline"])
def make_runner(request):
    """Makes runners of one kind with the options given."""
    made = []

    def make(slots=1, **options):
        made.append(request.param(slots, **options))
        return made[-1]

    yield make
    for runner in made:
        runner.close()


@pytest.fixture
def make_processes():
    """Makes process runners with the options given."""
    made = []

    def make(slots=1, **options):
        made.append(ProcessRunner(slots, **options))
        return made[-1]

    yield make
    for runner in made:
        runner.close()
