"""Loads a file that MapLens wrote, with real torch and nothing but plain data allowed, and prints what is in it.

    MAPLENS_WRITE_TENSOR=map.pt cargo test --no-default-features written_file_for_torch
    python3 tests/reference/check_torch_writer.py map.pt

The test writes a 1×2×3 tensor of 0.5, 1.5, … 5.5; this script fails if torch reads anything else.
"""

import sys

import torch


def main(path):
    tensor = torch.load(path, weights_only=True)
    assert tensor.dtype == torch.float32, tensor.dtype
    assert tensor.shape == (1, 2, 3), tensor.shape
    assert tensor.is_contiguous() and not tensor.requires_grad
    assert tensor.flatten().tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5], tensor
    print(f"torch {torch.__version__} reads {path}: {tensor}")


if __name__ == "__main__":
    main(sys.argv[1])
