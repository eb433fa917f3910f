"""What is known without training about the points that tabs look at, computed once for all of them.

baseline(scenario)                     here, when it is asked for
awaited_baseline(scenario, optimum)    where that takes long, `optimum` brings it later

A tab looks at its points again with every picture of its training, and at those that its network was trained on: with
room for two of each tab none computes what it knows for others having moved a point meanwhile.
"""

from functools import lru_cache

from cvxdnn.app.background import Background, Results, own_background
from cvxdnn.core.limits import host_limits
from cvxdnn.tasks.call import Call
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.optimum import UNKNOWN, Answer, optimum_of, takes_long
from cvxdnn.tasks.scenario import Scenario

__all__ = ["awaited_baseline", "baseline", "own_optimum"]

_optima: Results[Answer] = Results(host_limits().cache)


def own_optimum() -> Background[Answer]:
    """This tab's optimum that takes long."""
    return own_background("optimum", _optima)


def baseline(scenario: Scenario) -> Baseline:
    """Spline, optimum and certificate of the scenario."""
    return _baseline(_subject(scenario), None)


def awaited_baseline(scenario: Scenario, optimum: Background[Answer]) -> Baseline:
    """The same, of which optimum and certificate may still be to come."""
    if not takes_long(scenario):
        optimum.forget()
        return baseline(scenario)
    subject = _subject(scenario)
    return _baseline(subject, optimum.ask(subject, lambda: Call(optimum_of, (subject,))) or UNKNOWN)


@lru_cache(maxsize=2 * host_limits().sessions)
def _baseline(subject: Scenario, answer: Answer | None) -> Baseline:
    return Baseline(subject, answer=answer)


@lru_cache(maxsize=2 * host_limits().sessions)
def _subject(scenario: Scenario) -> Scenario:
    """The scenario as far as its baseline goes."""
    default = Scenario()
    return scenario.replace(hidden=(), width=default.width, restarts=default.restarts, seed=0)
