"""What is known without training about the points that tabs look at, computed once for all of them.

reference(scenario)                     here, when it is asked for
awaited_reference(scenario, optimum)    where that takes long, `optimum` brings it later
"""

from functools import lru_cache

from cvxdnn.app.background import Background, Results, own_background
from cvxdnn.core.limits import host_limits
from cvxdnn.tasks.call import Call
from cvxdnn.tasks.comparison import Reference
from cvxdnn.tasks.optimum import UNKNOWN, Answer, optimum_of, takes_long
from cvxdnn.tasks.scenario import Scenario

__all__ = ["awaited_reference", "own_optimum", "reference"]

_optima: Results[Answer] = Results(host_limits().cache)


def own_optimum() -> Background[Answer]:
    """This tab's optimum that takes long."""
    return own_background("optimum", _optima)


def reference(scenario: Scenario) -> Reference:
    """Spline, optimum and certificate of the scenario."""
    return _reference(_subject(scenario), None)


def awaited_reference(scenario: Scenario, optimum: Background[Answer]) -> Reference:
    """The same, of which optimum and certificate may still be to come."""
    if not takes_long(scenario):
        optimum.forget()
        return reference(scenario)
    subject = _subject(scenario)
    return _reference(subject, optimum.ask(subject, lambda: Call(optimum_of, (subject,))) or UNKNOWN)


@lru_cache(maxsize=host_limits().cache)
def _reference(subject: Scenario, answer: Answer | None) -> Reference:
    return Reference(subject, answer=answer)


@lru_cache(maxsize=4 * host_limits().cache)
def _subject(scenario: Scenario) -> Scenario:
    """The scenario as far as its reference goes."""
    default = Scenario()
    return scenario.replace(hidden=(), width=default.width, restarts=default.restarts, seed=0)
