"""A calculation without progress as work for a runner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

__all__ = ["Call"]

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Call(Generic[Result]):
    """A function and what it is called with; a task of `cvxdnn.jobs` whose result is the function's.

    function : of a module, so that it can be sent
    """

    function: Callable[..., Result]
    arguments: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What it is called in the log."""
        return self.function.__name__

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> Result:
        """The result; there is no progress to report."""
        return self.function(*self.arguments, **self.options)
