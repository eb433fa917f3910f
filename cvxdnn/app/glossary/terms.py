"""What the words on the pages mean, each in one sentence; nowhere else is one of them defined.

A reader has seen one lecture on neural networks. `where` says what proves it or defines it to the last case: a file of
``docs/``, or a page.
"""

from dataclasses import dataclass

__all__ = ["SYMBOLS", "TERMS", "Term"]


@dataclass(frozen=True)
class Term:
    """A word and its meaning.

    name : as the glossary lists it;  meaning : a sentence of at most 30 words
    where : file of ``docs/`` that has it in full, without its ending;  page : which shows it best, as in addresses
    others : the same in other words, of which plurals are understood
    """

    name: str
    meaning: str
    where: str
    page: str = ""
    others: tuple[str, ...] = ()


TERMS = (
    Term(
        "alignment",
        "How well the direction that one layer puts out most strongly fits the one that the next takes in most "
        "strongly: 1 if they agree, 0 at right angles.",
        "deep-linear",
        "rank_one",
    ),
    Term(
        "band",
        "The region that all optimal functions with the same values at the data fill together; where it has no "
        "height, all of them agree.",
        "spline",
        "",
        ("optimal band",),
    ),
    Term(
        "batch norm",
        "A step after a layer: the values of each neuron over all samples are centred and brought to one size, "
        "then multiplied by γ and shifted by α.",
        "batch-norm",
        "batch_norm",
        (
            "batch-normalised",
            "batch normalisation",
        ),
    ),
    Term(
        "beam",
        "The proof as mechanics: points pull at the best curve by springs, and it kinks only where its bending moment "
        "reaches its strength, the weight decay.",
        "beam",
    ),
    Term(
        "bend",
        "A change of a function's slope, at one of its knots; where bends are counted, neighbours that a single "
        "bend could replace count once.",
        "spline",
    ),
    Term(
        "bias",
        "A number that a neuron adds to its weighted inputs; on these pages weight decay does not charge for it.",
        "two-layers",
    ),
    Term(
        "breakpoint",
        "A weight decay at which a knot of the best function is born or dies, or its ends begin or cease to cost "
        "extra.",
        "two-layers",
        "path",
    ),
    Term(
        "certificate",
        "Numbers, one for each data point, from which anybody can compute a bound that no network's objective is "
        "below.",
        "certificate",
    ),
    Term(
        "certified",
        "Known with a proof: stated together with a bound that no network of this kind can beat, whatever its weights.",
        "certificate",
        "about",
    ),
    Term(
        "channel",
        "The neurons that fire for one class alone, layer after layer, with the weights between them.",
        "whitened",
        "whitened",
    ),
    Term(
        "charge",
        "What weight decay adds to the objective: β/2 times the sum of the squares of the weights that it acts on.",
        "two-layers",
    ),
    Term(
        "class mean",
        "The average of what the last hidden layer gives for the samples of one class.",
        "neural-collapse",
        "batch_norm",
        (
            "mean of a class",
            "means of the classes",
        ),
    ),
    Term(
        "closed form",
        "A formula that gives the optimum directly from the data and the settings, without training.",
        "deep-linear",
        "rank_one",
    ),
    Term(
        "convex set",
        "A set that holds, with any two of its points, the whole segment between them.",
        "extreme-points",
        "extreme_points",
    ),
    Term(
        "critical weight decay",
        "A weight decay at which the best network jumps from one function to another; with two weight layers there "
        "is none.",
        "depth",
        "depth",
    ),
    Term(
        "cross-validation",
        "Leaving out a part of the data, fitting the rest, and measuring the error on what was left out, for each "
        "part in turn.",
        "two-layers",
        "path",
    ),
    Term(
        "degrees of freedom",
        "The dimension of the space in which the fit moves when the data move: its knots plus two, or plus one "
        "while its end slopes are tied.",
        "two-layers",
        "path",
    ),
    Term(
        "depth",
        "The number L of weight layers; two of them make one hidden layer.",
        "depth",
        "depth",
        ("weight layer",),
    ),
    Term(
        "dual",
        "A second problem, to be maximised, in which every candidate that obeys the constraints proves a lower "
        "bound on the objective of all networks.",
        "certificate",
        "extreme_points",
    ),
    Term(
        "duality gap",
        "By how much the lowest objective of a network lies above the largest lower bound that the dual can prove; "
        "zero where training is equal to a convex problem.",
        "deep-linear",
        "beyond",
    ),
    Term(
        "effective weight decay",
        "The weight decay λ = β r^(2/L−1) with which two weight layers have the same best function as L layers "
        "with β; r is that function's path norm.",
        "depth",
        "depth",
        (
            "effective decay",
            "effective β",
        ),
    ),
    Term(
        "exact",
        "Known from a formula or a finite computation, correct up to rounding; nothing was trained or sampled.",
        "certificate",
        "about",
    ),
    Term(
        "extreme point",
        "A point of a convex set that lies on no segment between two other points of the set, as a corner of a "
        "polygon.",
        "extreme-points",
        "extreme_points",
    ),
    Term(
        "gap",
        "How far a network's objective is above a proven lower bound, as a share of the bound.",
        "certificate",
        "",
        ("relative gap",),
    ),
    Term(
        "held-out error",
        "The root of the mean squared miss, in the units of y, at points that nothing was trained on; they have "
        "noise, too.",
        "data-files",
    ),
    Term(
        "hinge",
        "What one neuron adds to a function of one input: zero on one side of its bend, a straight slope on the other.",
        "two-layers",
        "",
        ("ramp",),
    ),
    Term(
        "hull",
        "The smallest convex set that holds the given points: what a film of soap around them would enclose.",
        "extreme-points",
        "extreme_points",
    ),
    Term(
        "imbalance",
        "How far the squared weights into a hidden layer differ from those out of it; zero wherever training with "
        "weight decay comes to rest.",
        "deep-linear",
        "rank_one",
    ),
    Term(
        "knot",
        "An x at which two straight pieces of a linear spline meet and the slope changes.",
        "spline",
        "path",
    ),
    Term(
        "landscape",
        "The lowest objective of any network whose function has the path norm r, drawn over all r.",
        "depth",
        "depth",
    ),
    Term(
        "linear spline",
        "A function without jumps, made of straight pieces that meet at its knots; the grey one of the Explore "
        "page joins the data points.",
        "spline",
        "",
        ("spline",),
    ),
    Term(
        "local minimum",
        "Weights whose objective no small change lowers, although quite different weights may have a lower one.",
        "depth",
        "depth",
        ("local minima",),
    ),
    Term(
        "loss",
        "How far the outputs are from the targets, in one number; the squared loss is half the sum of the squared "
        "misses.",
        "losses",
        "",
        ("misfit",),
    ),
    Term(
        "lower bound",
        "A number that the objective of no network of this kind is below.",
        "certificate",
    ),
    Term(
        "measured",
        "What a training run happened to reach, or what was computed from its network: an observation, not a proof.",
        "training",
        "about",
    ),
    Term(
        "NC1",
        "First sign of neural collapse: the spread of samples within classes against that between class means; 0 "
        "when every class is a single point.",
        "neural-collapse",
        "batch_norm",
    ),
    Term(
        "NC2",
        "Second sign of neural collapse: class means, measured from their average, have equal lengths and equal "
        "angles; 0 when they form a simplex.",
        "neural-collapse",
        "batch_norm",
    ),
    Term(
        "NC3",
        "Third sign of neural collapse: the distance between the last layer's weights and the class means, each "
        "scaled to norm 1; 0 when they are proportional.",
        "neural-collapse",
        "batch_norm",
    ),
    Term(
        "NC4",
        "Fourth sign of neural collapse: the share of samples for which the network decides for the class with the "
        "nearest mean.",
        "neural-collapse",
        "batch_norm",
    ),
    Term(
        "neural collapse",
        "What the last hidden layer of a well trained classifier shows: samples of a class coincide, class means "
        "form a simplex, and the last layer's weights point along them.",
        "neural-collapse",
        "batch_norm",
    ),
    Term(
        "norm",
        "The length of a vector; of a layer, the root of the sum of its squared weights.",
        "deep-linear",
        "rank_one",
    ),
    Term(
        "normalised units",
        "The data moved and scaled so that x goes from 0 to 1 and y has range 1 and mean 0, which makes weight "
        "decays comparable.",
        "units",
        "about",
    ),
    Term(
        "objective",
        "The number that training makes small: the loss plus what weight decay charges for the weights.",
        "two-layers",
    ),
    Term(
        "one-hot",
        "Class labels written as vectors: 1 in the place of the class and 0 elsewhere.",
        "whitened",
        "whitened",
    ),
    Term(
        "optimum",
        "The lowest objective that a network of these layers can have, if they are wide enough; also a network "
        "that has it.",
        "two-layers",
        "",
        (
            "best network",
            "best possible network",
            "optimal network",
        ),
    ),
    Term(
        "parallel network",
        "A sum of separate chains of layers, each from the input to the output, which share no layer.",
        "deep-linear",
        "whitened",
    ),
    Term(
        "path norm",
        "The total R of all slope changes by size, or half of it plus half of |first slope + last slope|, if that "
        "is more.",
        "two-layers",
        "path",
    ),
    Term(
        "pull of the network",
        "What a new neuron with its bend at x would take off the loss for each unit that it adds to the path norm; "
        "above β it pays.",
        "certificate",
        "",
        ("network’s pull",),
    ),
    Term(
        "rank",
        "How many independent directions a layer passes on: the number of its singular values that are not zero.",
        "deep-linear",
        "rank_one",
        (
            "rank-one",
            "rank one",
            "rank two",
        ),
    ),
    Term(
        "ReLU",
        "The rule by which a neuron lets positive numbers pass and turns negative ones into 0.",
        "two-layers",
    ),
    Term(
        "residual",
        "What the function misses at a data point: its y minus the output of the network there.",
        "certificate",
    ),
    Term(
        "restart",
        "One of several trainings of the same network, each from first weights of its own.",
        "training",
    ),
    Term(
        "seed",
        "A number that fixes all random choices: the same seed gives the same first weights.",
        "training",
        "sweep",
    ),
    Term(
        "simplex",
        "Points that all have the same distance from each other: a pair, an equilateral triangle, a regular "
        "tetrahedron.",
        "neural-collapse",
        "batch_norm",
    ),
    Term(
        "singular value",
        "How much a matrix stretches in one of its main directions, which are at right angles to each other.",
        "deep-linear",
        "rank_one",
    ),
    Term(
        "soft threshold",
        "The rule that takes β off a number and gives 0 where the number is smaller than β.",
        "deep-linear",
        "beyond",
    ),
    Term(
        "span condition",
        "What the formula for batch norm needs: for each class, some weighted sum of the features before it is 1 "
        "on its samples and 0 elsewhere, up to a constant.",
        "batch-norm",
        "batch_norm",
    ),
    Term(
        "stable rank",
        "How many directions a layer really uses: its squared singular values added up and divided by the largest "
        "of them; 1 for a single direction.",
        "depth",
        "depth",
    ),
    Term(
        "standard network",
        "A network whose layers are shared: each takes in all outputs of the one before.",
        "deep-linear",
        "whitened",
    ),
    Term(
        "threshold",
        "The least size τ of a singular value, or √n of a class of n samples, that the best network does not set "
        "to zero.",
        "deep-linear",
        "whitened",
    ),
    Term(
        "tube",
        "Two walls between which the residuals, summed twice along x, stay at the optimum; a knot can only be "
        "where they touch a wall.",
        "certificate",
    ),
    Term(
        "upper bound",
        "A number that the lowest objective of this kind of network is not above, and may be below.",
        "depth",
        "beyond",
    ),
    Term(
        "valley",
        "A local minimum of the landscape: training that has come there rests, even where another valley is deeper.",
        "depth",
        "depth",
    ),
    Term(
        "weight decay",
        "A price on large weights: training adds β/2 times the sum of their squares to the loss.",
        "two-layers",
        "path",
    ),
    Term(
        "weight decay in PyTorch",
        "What torch.optim.SGD is given for the weights (0 for biases) to lower the same objective in normalised "
        "units: 2β/n for MSELoss, β/n for the mean of another loss.",
        "units",
    ),
    Term(
        "whitened",
        "Of data: made to have length 1 and right angles between them, either all samples (X Xᵀ = I) or all inputs "
        "(XᵀX = I).",
        "whitened",
        "whitened",
    ),
    Term(
        "width",
        "The number of neurons in a hidden layer.",
        "two-layers",
        "sweep",
    ),
    Term(
        "β in your units",
        "The weight decay for which solve(x, y, beta=...) gives the same function for x and y as you gave them.",
        "units",
    ),
)
"""In the order of the alphabet."""

SYMBOLS = {
    "β": "weight decay",
    "λ": "effective weight decay; on the page about extreme points the multipliers of the dual, one for each sample",
    "τ": "threshold below which a value is set to zero",
    "γ, α": "scale and shift of a neuron behind batch norm",
    "c": "in the tube, all residuals times their x, added up; for rank-one data, the number that a sample is",
    "f": "function that the network draws; f(x) is its output",
    "K": "number of classes, or of outputs",
    "L": "number of weight layers, the depth",
    "n": "number of samples, or of data points; nₖ those of class k",
    "d": "number of inputs",
    "q": "outputs of one neuron on all samples",
    "R, r": "path norm: R(f) of a function, r the value of it",
    "s": "singular value; of the data s₀",
    "t": "norm of an early layer; of a neuron, where it bends",
    "w": "weight; W all weights of a layer",
    "x, y": "input and target; X and Y those of all samples",
}
"""The letters of the pages, by what they stand for."""
