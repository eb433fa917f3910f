"""What the Path page shows of the points, once for all who look at the same ones.

The path of few points is followed at once. That of many, and cross-validation, which follows one path for each fold,
are jobs of their own, so that nobody's page waits for them.
"""

from functools import lru_cache

import streamlit as st

from cvxdnn.app.background import Background, Results, own_background
from cvxdnn.convex.selection import CrossValidation, cross_validate
from cvxdnn.core.limits import host_limits
from cvxdnn.exhibits.path.case import PathCase, path_case, takes_long
from cvxdnn.tasks.call import Call
from cvxdnn.tasks.scenario import Scenario

__all__ = ["case_of", "following", "last_case", "selection", "selection_of"]

LAST = "path_last"

_cases: Results[PathCase] = Results(host_limits().cache)
_selections: Results[CrossValidation] = Results(host_limits().cache)


def following() -> Background[PathCase]:
    """This tab's path of many points."""
    return own_background("path_case", _cases)


def case_of(scenario: Scenario) -> PathCase | None:
    """The path of the scenario's points; None while it is followed, and where it cannot be."""
    subject = Scenario(points=scenario.points)
    if takes_long(subject):
        case = following().ask(subject, lambda: Call(path_case, (subject,)))
    else:
        following().forget()
        case = _at_once(subject)
    if case is not None:
        st.session_state[LAST] = case
    return case


def last_case() -> PathCase | None:
    """The path that this tab has shown last."""
    case: PathCase | None = st.session_state.get(LAST)
    return case


def selection() -> Background[CrossValidation]:
    """This tab's cross-validation."""
    return own_background("path", _selections)


def selection_of(scenario: Scenario) -> CrossValidation | None:
    """The cross-validation of the scenario's points; None while it is computed, and where it cannot be."""
    subject = Scenario(points=scenario.points)
    data, _ = subject.normalized()
    return selection().ask(subject, lambda: Call(cross_validate, (data.x, data.y)))


@lru_cache(maxsize=host_limits().cache)
def _at_once(scenario: Scenario) -> PathCase:
    return path_case(scenario)
