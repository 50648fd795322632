import pytest
import torch
from jaxtyping import TypeCheckError

from model.dataset import Examples


def test_a_tensor_of_another_shape_than_the_signature_says_is_refused_while_the_models_tests_run() -> None:
    Examples(contexts=torch.zeros(5, 3, dtype=torch.int64), targets=torch.zeros(5, dtype=torch.int64))
    with pytest.raises(TypeCheckError):
        Examples(contexts=torch.zeros(5, 3, dtype=torch.int64), targets=torch.zeros(4, dtype=torch.int64))
