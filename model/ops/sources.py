"""What the op table's explanations rest on: papers, books, lectures and documentation, each written down once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """Where it can be read up. `place` is the chapter or section that says it."""

    title: str
    authors: str
    year: int
    url: str
    place: str = ""


_DEEP_LEARNING = ("Deep Learning", "Goodfellow, Bengio, Courville", 2016)

NEURAL_LANGUAGE_MODEL = Source(
    "A Neural Probabilistic Language Model",
    "Bengio, Ducharme, Vincent, Jauvin",
    2003,
    "https://www.jmlr.org/papers/v3/bengio03a.html",
    "section 2",
)
BACKPROP_NINJA = Source(
    "Building makemore, part 4: Becoming a Backprop Ninja",
    "Karpathy",
    2022,
    "https://www.youtube.com/watch?v=q8SA3rM6ckI",
)
ACTIVATIONS_AND_GRADIENTS = Source(
    "Building makemore, part 3: Activations & Gradients, BatchNorm",
    "Karpathy",
    2022,
    "https://www.youtube.com/watch?v=P6sfmUTpUmc",
)
BATCH_NORMALIZATION = Source(
    "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift",
    "Ioffe, Szegedy",
    2015,
    "https://arxiv.org/abs/1502.03167",
    "section 3",
)
BIAS_BEFORE_NORM = Source(
    BATCH_NORMALIZATION.title,
    BATCH_NORMALIZATION.authors,
    BATCH_NORMALIZATION.year,
    BATCH_NORMALIZATION.url,
    "section 3.2",
)
VARIANCE_OF_A_BATCH = Source(
    BATCH_NORMALIZATION.title,
    BATCH_NORMALIZATION.authors,
    BATCH_NORMALIZATION.year,
    BATCH_NORMALIZATION.url,
    "section 3.1",
)
TRAINING_DEEP_NETWORKS = Source(
    "Understanding the Difficulty of Training Deep Feedforward Neural Networks",
    "Glorot, Bengio",
    2010,
    "https://proceedings.mlr.press/v9/glorot10a.html",
)
DELVING_DEEP = Source(
    "Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification",
    "He, Zhang, Ren, Sun",
    2015,
    "https://arxiv.org/abs/1502.01852",
    "section 2.2",
)
OVERFLOW = Source(*_DEEP_LEARNING, "https://www.deeplearningbook.org/contents/numerical.html", "section 4.1")
BACK_PROPAGATION = Source(*_DEEP_LEARNING, "https://www.deeplearningbook.org/contents/mlp.html", "section 6.5")
SOFTMAX_UNITS = Source(*_DEEP_LEARNING, "https://www.deeplearningbook.org/contents/mlp.html", "section 6.2.2.3")
LOG_SUM_EXP = Source(
    "Accurately Computing the Log-Sum-Exp and Softmax Functions",
    "Blanchard, Higham, Higham",
    2021,
    "https://doi.org/10.1093/imanum/draa038",
)
CANCELLATION = Source(
    "Algorithms for Computing the Sample Variance: Analysis and Recommendations",
    "Chan, Golub, LeVeque",
    1983,
    "https://doi.org/10.1080/00031305.1983.10483115",
)
MATRIX_GRADIENTS = Source(
    "Backpropagation, Intuitions: gradients for vectorized operations",
    "Stanford CS231n course notes",
    2016,
    "https://cs231n.github.io/optimization-2/",
)
BROADCASTING = Source(
    "PyTorch: Broadcasting semantics",
    "PyTorch contributors",
    2025,
    "https://docs.pytorch.org/docs/stable/notes/broadcasting.html",
)
TENSOR_VIEWS = Source(
    "PyTorch: Tensor Views", "PyTorch contributors", 2025, "https://docs.pytorch.org/docs/stable/tensor_view.html"
)
TORCH_MAX = Source(
    "PyTorch: torch.max", "PyTorch contributors", 2025, "https://docs.pytorch.org/docs/stable/generated/torch.max.html"
)
INIT_GAINS = Source(
    "PyTorch: torch.nn.init", "PyTorch contributors", 2025, "https://docs.pytorch.org/docs/stable/nn.init.html"
)
