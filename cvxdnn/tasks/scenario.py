"""A Scenario: every setting of the Explore page in one immutable value, and the link that carries it.

A scenario either shows a preset, and then holds that preset's points, or points of the user's own. Its link
(`cvxdnn.tasks.link`) lists the settings that differ from the default. Whatever a link holds, the answer is a valid
scenario: one that cannot be used gives the default scenario and a sentence that says so.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from cvxdnn.core import validation
from cvxdnn.core.conversion import scalar
from cvxdnn.core.datasets import PRESETS, Dataset, Normalization, load_preset
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.limits import host_limits
from cvxdnn.core.losses import LOSSES, Loss, named
from cvxdnn.tasks import link
from cvxdnn.tasks.link import Points

__all__ = ["BETAS", "BETA_LIMITS", "BIASES", "CURVES", "LIMITS", "MAX_POINTS", "NAMES", "OPTIMIZERS", "Scenario"]

_HOST = host_limits()
MAX_POINTS = _HOST.points
CURVES = ("spline", "optimum", "network", "networks", "band", "sparsest", "knots", "drawing", "beam", "stack")
"""What the chart can show; `Scenario.hidden` names those that are switched off."""
EXTRAS = ("beam", "stack")
"""Of these what is switched off at first, and came after the first links."""
Biases = Literal["last_hidden", "all"]
BIASES: tuple[Biases, ...] = get_args(Biases)
Optimizer = Literal["adam", "momentum", "gd", "lbfgs", "insertion"]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
Start = Literal["random", "optimum"]
STARTS: tuple[Start, ...] = get_args(Start)
BETA_LIMITS = (1e-8, 1e4)
BETAS = [float(f"{10 ** (k / 20):.2g}") for k in range(-100, 21)]
"""Weight decays to choose from, evenly spaced in the logarithm."""
"""Smallest and largest weight decay, in normalised units."""
LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"depth": (2, _HOST.depth), "width": (1, _HOST.width), "restarts": (1, _HOST.restarts), "seed": (0, 2**31 - 1)}
)
"""Smallest and largest value of every whole-number setting."""
MAX_PARAMETERS = _HOST.parameters
"""Of all restarts together: they decide how much memory a run needs."""


@dataclass(frozen=True)
class Scenario:
    """The settings of the Explore page.

    Parameters
    ----------
    preset : str
        Name of the preset that the points are, or "" when they are the user's own. Points that differ from
        the preset's make it "".
    points : tuple of (x, y)
        1 to `MAX_POINTS` points in the user's units, in the order given. Left out: those of the preset.
    beta : float
        Weight decay in normalised units, within `BETA_LIMITS`. (0 is left out: without weight decay nothing
        selects among the networks that interpolate. The smallest value shows the limit.)
    loss : one of cvxdnn.core.losses.LOSSES
        How misses are charged, with its default threshold; "logistic" and "hinge" need labels -1 and +1.
    depth, width, restarts, seed : int
        Weight layers, neurons per hidden layer, independent trainings and their seed, within `LIMITS`.
    biases : {"last_hidden", "all"}
        Which hidden layers have biases; the deep theorem is about "last_hidden".
    optimizer : {"adam", "momentum", "gd", "lbfgs", "insertion"}
        How networks are trained; "insertion" needs a smooth loss and, for depth >= 3, biases="last_hidden".
    polish : bool
        Whether networks that have come to rest are finished by exact moves; needs a smooth loss.
    start : {"random", "optimum"}
        The first weights: drawn from the seed, or those of the optimal network in closed form.
    hidden : tuple of str
        The `CURVES` switched off, in the order of `CURVES`.

    Raises
    ------
    InvalidInputError
        When a setting is out of its range, or width, depth and restarts together are too large; the message names
        it, shows the value and says what is allowed.
    """

    preset: str = "spike"
    points: Points = None  # type: ignore[assignment]  # None: those of the preset, see __post_init__
    beta: float = 2e-3
    loss: str = "squared"
    depth: int = 2
    width: int = 50
    restarts: int = 8
    seed: int = 0
    biases: Biases = "last_hidden"
    optimizer: Optimizer = "adam"
    polish: bool = False
    start: Start = "random"
    hidden: tuple[str, ...] = ("sparsest", "beam", "stack")

    def __post_init__(self) -> None:
        preset, points = _checked_points(self.preset, self.points)
        checked: dict[str, Any] = {
            "preset": preset,
            "points": points,
            "beta": _checked_beta(self.beta),
            "loss": validation.one_of("loss", self.loss, LOSSES),
            "biases": validation.one_of("biases", self.biases, BIASES),
            "optimizer": validation.one_of("optimizer", self.optimizer, OPTIMIZERS),
            "polish": validation.boolean("polish", self.polish),
            "start": validation.one_of("start", self.start, STARTS),
            "hidden": _checked_hidden(self.hidden),
        }
        for name, (low, high) in LIMITS.items():
            checked[name] = validation.positive_int(name, getattr(self, name), low, high)
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        _check_size(self)
        _check_exact_moves(self)
        self.loss_function.check(self.dataset.y)

    @property
    def loss_function(self) -> Loss:
        """The loss itself."""
        return named(self.loss)

    @property
    def dataset(self) -> Dataset:
        """The points as a data set in the user's units, named after the preset or "your points"."""
        return load_preset(self.preset) if self.preset else _own_dataset(self.points)

    @property
    def parameters(self) -> int:
        """Weights and biases of all restarts together."""
        weights = self.width * (2 + (self.depth - 2) * self.width)
        biased_layers = 1 if self.biases == "last_hidden" else self.depth - 1
        return self.restarts * (weights + biased_layers * self.width + 1)

    @property
    def is_paper_architecture(self) -> bool:
        """Whether the theorem covers it; with biases in early layers deep networks have more functions."""
        return self.depth == 2 or self.biases == "last_hidden"

    def normalized(self) -> tuple[Dataset, Normalization]:
        """The points in the units of the training problem, and the map back; labels stay what they are."""
        return self.dataset.normalized(keep_y=self.loss_function.needs_labels)

    def training_changes(self, old: "Scenario") -> set[str]:
        """The names of the settings that differ from another's; what the chart hides does not matter to training."""
        names = (each.name for each in dataclasses.fields(self) if each.name != "hidden")
        return {name for name in names if getattr(self, name) != getattr(old, name)}

    def replace(self, **changes: Any) -> "Scenario":
        """The scenario with some settings changed.

        A new `preset` brings its own points; new `points` keep the preset's name only if they equal its data.
        """
        if "preset" in changes:
            changes.setdefault("points", None)
        return dataclasses.replace(self, **changes)

    def to_query(self) -> dict[str, str]:
        """The names and values of a query string, from which `from_query` makes an equal scenario.

        Settings at their default are left out; the default scenario needs no query. Exact for every float64;
        encoded, 50 points take less than 2,000 characters.
        """
        return link.pack(self.texts)

    @cached_property
    def texts(self) -> dict[str, str]:
        """What a link says of it, by `NAMES`: the settings that differ from the default."""
        default = _texts(Scenario())
        return {name: text for name, text in _texts(self).items() if default.get(name) != text}

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> tuple["Scenario", str | None]:
        """The scenario of a link; no link whatsoever makes it raise.

        Parameters
        ----------
        query : mapping of str to str, or to lists of one str
            Entries that belong to no setting are ignored.

        Returns
        -------
        Scenario
            The default one when the link cannot be used.
        str or None
            What is wrong with the link and what is shown instead; None when all is well.
        """
        try:
            return cls.from_texts(link.unpack(query, NAMES, MAX_POINTS))
        except InvalidInputError as error:
            return cls(), link.refusal(error)

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> tuple["Scenario", str | None]:
        """The scenario of what a link says, which may also be of other things, and what is wrong as `from_query`."""
        try:
            return cls(**_settings({name: text for name, text in texts.items() if name in _CODECS})), None
        except InvalidInputError as error:
            return cls(), link.refusal(error)


def _checked_points(preset: Any, points: Any) -> tuple[str, Points]:
    """The preset's name and points, or "" and the user's own points."""
    if not isinstance(preset, str) or preset:
        validation.one_of("preset", preset, PRESETS)
    elif points is None:
        raise InvalidInputError("preset is '' and points are missing; name a preset or give at least one point")
    if points is None:
        return preset, _preset_points(preset)
    own = _checked_pairs(points)
    if preset and own == _preset_points(preset):
        return preset, _preset_points(preset)
    return "", own


def _checked_pairs(points: Any) -> Points:
    given = validation.entries("points", points)
    if not 1 <= len(given) <= MAX_POINTS:
        raise InvalidInputError(f"points has {len(given):,} entries; give from 1 to {MAX_POINTS}")
    pairs = tuple(_checked_pair(position, point) for position, point in enumerate(given))
    try:
        _own_dataset(pairs)
    except InvalidInputError as error:
        raise InvalidInputError(f"points: {error}") from error
    return pairs


def _checked_pair(position: int, point: Any) -> tuple[float, float]:
    try:
        x, y = point
        return scalar("x", x), scalar("y", y)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"points[{position}] is {validation.shown(point)}; give a pair (x, y) of numbers"
        ) from error


def _preset_points(name: str) -> Points:
    data = load_preset(name)
    return tuple(zip(data.x.tolist(), data.y.tolist(), strict=True))


@lru_cache(maxsize=_HOST.cache)
def _own_dataset(points: Points) -> Dataset:
    return Dataset([x for x, _ in points], [y for _, y in points], "your points")


def _checked_beta(beta: Any) -> float:
    number = validation.nonnegative("beta", beta)
    low, high = BETA_LIMITS
    if not low <= number <= high:
        raise InvalidInputError(f"beta is {number:g}; choose a weight decay from {low:g} to {high:g}")
    return number


def _check_size(scenario: Scenario) -> None:
    if scenario.parameters > MAX_PARAMETERS:
        raise InvalidInputError(
            f"width={scenario.width}, depth={scenario.depth} and restarts={scenario.restarts} make "
            f"{scenario.parameters:,} weights and biases; this host allows {MAX_PARAMETERS:,}: "
            "choose a smaller width, or fewer restarts"
        )


def _check_exact_moves(scenario: Scenario) -> None:
    """What insertion and a polish solve for needs a loss without kinks."""
    name = "optimizer is 'insertion'" if scenario.optimizer == "insertion" else "polish is on"
    if (scenario.optimizer == "insertion" or scenario.polish) and not scenario.loss_function.is_smooth:
        raise InvalidInputError(
            f"{name} and loss is {scenario.loss!r}, which has kinks; choose 'squared', 'huber' or 'logistic', "
            "or train without it"
        )
    if scenario.optimizer == "insertion" and scenario.depth > 2 and scenario.biases == "all":
        raise InvalidInputError(
            f"{name}, depth is {scenario.depth} and every layer has biases; keep them in the last hidden layer, "
            "or choose another optimiser"
        )


def _checked_hidden(hidden: Any) -> tuple[str, ...]:
    names = [validation.one_of("hidden", name, CURVES) for name in validation.entries("hidden", hidden)]
    return tuple(name for name in CURVES if name in names)


def _texts(scenario: Scenario) -> dict[str, str]:
    """Every setting as the text that a link carries; of preset and points the one that says it all."""
    redundant = "points" if scenario.preset else "preset"
    return {name: write(getattr(scenario, name)) for name, (write, _) in _CODECS.items() if name != redundant}


def _settings(texts: Mapping[str, str]) -> dict[str, Any]:
    """The settings that a link's texts mean, not yet checked."""
    if "preset" in texts and "points" in texts:
        raise InvalidInputError("it gives both a preset and points; keep one of them")
    settings: dict[str, Any] = {"preset": ""} if "points" in texts else {}
    for name, text in texts.items():
        try:
            settings[name] = _CODECS[name][1](text)
        except InvalidInputError:
            raise
        except ValueError as error:
            raise InvalidInputError(f"its {name} is {text!r}, which is not a number") from error
    return settings


def _write_hidden(hidden: tuple[str, ...]) -> str:
    return ".".join(_with_extras_turned(hidden)) or "none"  # an empty value may be dropped on the way


def _read_hidden(text: str) -> tuple[str, ...]:
    return _with_extras_turned(() if text == "none" else tuple(text.split(".")))


def _with_extras_turned(names: tuple[str, ...]) -> tuple[str, ...]:
    """A link names extras where they are shown, since links from before there were any do not name them."""
    return (*(name for name in names if name not in EXTRAS), *(name for name in EXTRAS if name not in names))


def _write_switch(is_on: bool) -> str:
    return "on" if is_on else "off"


def _read_switch(text: str) -> bool:
    if text not in ("on", "off"):
        raise InvalidInputError(f"its switch is {text!r}; write on or off")
    return text == "on"


_CODECS: Mapping[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = MappingProxyType(
    {
        "preset": (str, str),
        "points": (link.write_points, link.read_points),
        "beta": (repr, float),
        "loss": (str, str),
        "depth": (str, int),
        "width": (str, int),
        "restarts": (str, int),
        "seed": (str, int),
        "biases": (str, str),
        "optimizer": (str, str),
        "polish": (_write_switch, _read_switch),
        "start": (str, str),
        "hidden": (_write_hidden, _read_hidden),
    }
)
"""How each setting is written into a link, and read from one."""
NAMES = tuple(_CODECS)
"""Of the settings, in links."""
