"""Checks what the page says two maps have in common: numpy on the files that it saved of them.

Takes two NIfTI files and the page's numbers. Ends with a sentence and status 1 if anything is wrong.
"""

import argparse
import math
import sys

import nibabel as nib
import numpy as np

# float64 sums of some millions of products, in two orders.
ROUNDING = 1e-9


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("maps", nargs=2)
    arguments.add_argument("--voxels", choices=["all", "either-non-zero"], required=True)
    arguments.add_argument("--top", type=float, required=True)
    for name in ("pearson", "spearman", "dice", "n"):
        arguments.add_argument(f"--{name}", type=float, required=True)
    said = arguments.parse_args()
    a, b = (np.asarray(nib.load(path).dataobj, dtype=np.float32).ravel() for path in said.maps)
    if said.voxels == "either-non-zero":
        counts = (a != 0) | (b != 0)
        a, b = a[counts], b[counts]
    expected = {"n": len(a), "pearson": pearson(a, b), "spearman": pearson(ranks(a), ranks(b)), "dice": dice(a, b, said.top)}
    for name, value in expected.items():
        if not math.isclose(value, getattr(said, name), rel_tol=0, abs_tol=ROUNDING):
            sys.exit(f"{name} is {value}, and the page says {getattr(said, name)}")
    print(f"{len(a)} voxels: " + ", ".join(f"{name} {value:.6f}" for name, value in expected.items() if name != "n"))


def pearson(a, b):
    return np.corrcoef(a.astype(np.float64), b.astype(np.float64))[0, 1]


def ranks(values):
    """From 1; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[place]


def dice(a, b, percent):
    """Of the ceil(n percent / 100) strongest voxels, with all that tie with the last; zeros are never among them."""
    wanted = math.ceil(len(a) * percent / 100)
    tops = [(np.abs(v) >= np.sort(np.abs(v))[-wanted]) & (v != 0) for v in (a, b)]
    return 2 * (tops[0] & tops[1]).sum() / (tops[0].sum() + tops[1].sum())


if __name__ == "__main__":
    main()
