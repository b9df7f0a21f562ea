import torch

from orphan_disease.domain.torch_threads import single_torch_thread


def test_threads_are_one_inside_and_as_before_after() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with single_torch_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
