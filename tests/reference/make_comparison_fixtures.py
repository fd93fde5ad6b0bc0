"""Writes tests/data/comparison/cases.json: what scipy and numpy say of pairs of maps.

python3.11 -m venv v && v/bin/pip install -r tests/reference/requirements-comparison.txt && v/bin/python tests/reference/make_comparison_fixtures.py
Maps come from the formulas below, of float32 operations that every machine rounds alike; tests/it/comparison.rs has the same
ones, and checks a few values of each map that are kept here, so that the numbers are of the maps that it makes.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import pearsonr, rankdata, spearmanr

from murmur import noise

FILE = Path(__file__).resolve().parents[1] / "data" / "comparison" / "cases.json"
N_LARGE = 50**3
PERCENTS = [0.1, 1, 5, 12.5, 50, 100]
# Values that tie, a zero of each sign, both signs.
TINY = ([3, -1, 0, 3, -0.0, 0.5, -1, 7], [1, -2, -0.0, 4, 0, 4, -2, 4])


def make(name, n):
    a, b = noise(n, 1), noise(n, 2)
    half = np.float32(0.5)
    if name == "tiny":
        return tuple(np.array(values, dtype=np.float32) for values in TINY)
    if name == "noise":
        return a, a * half + b
    if name == "levels":  # sixteen values, so nearly all tie
        return np.floor(a * 16), np.floor((a + b) * 4)
    if name == "zeros":  # as rectified maps: three quarters are 0, most of them in both
        return np.where(a > 0.25, a, np.float32(0)), np.where(a + b * half > half * half, b, np.float32(0))
    if name == "cubes":  # the same order, another shape, turned round
        return a, -(a * a * a)
    if name == "offset":  # a mean that is large beside what varies
        return a + 1000, b + a - 2000
    if name == "faint":  # squares that float32 does not hold
        return a * np.float32(2.0**-80), b * np.float32(2.0**-90) - a * np.float32(2.0**-90)
    raise ValueError(name)


def overlap(a, b, percent):
    """The strongest ceil(n percent / 100) voxels by magnitude, with all that tie with the last; never zeros."""
    top = []
    for values in (a, b):
        magnitudes = np.abs(values)
        wanted = int(np.ceil(len(values) * percent / 100))
        top.append((magnitudes >= np.sort(magnitudes)[-wanted]) & (magnitudes > 0))
    n_top, n_both = [int(mask.sum()) for mask in top], int((top[0] & top[1]).sum())
    return {"percent": percent, "n_top": n_top, "n_both": n_both, "dice": 2 * n_both / sum(n_top)}


def case(name, n, voxels):
    a, b = make(name, n)
    assert a.dtype == b.dtype == np.float32
    sample = {str(index): [float(a[index]), float(b[index])] for index in (0, n // 3, n - 1)}
    largest = float(np.abs(a - b).max())
    if voxels == "either_non_zero":
        counts = (a != 0) | (b != 0)
        a, b = a[counts], b[counts]
    # In float64: scipy computes in the type that it is given.
    wide = a.astype(np.float64), b.astype(np.float64)
    return {
        "name": name,
        "n": n,
        "voxels": voxels,
        "sample": sample,
        "n_voxels": len(a),
        "pearson": pearsonr(*wide)[0],
        "spearman": spearmanr(*wide)[0],
        "n_tied": [int(len(values) - len(np.unique(values))) for values in (a, b)],
        "largest_rank": float(rankdata(a).max()),
        "largest_difference": largest,
        "overlap": [overlap(a, b, percent) for percent in PERCENTS],
    }


def main():
    cases = [case("tiny", 8, voxels) for voxels in ("all", "either_non_zero")]
    cases += [case("zeros", N_LARGE, "either_non_zero")]
    cases += [case(name, N_LARGE, "all") for name in ("noise", "levels", "zeros", "cubes", "offset", "faint")]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    versions = {"numpy": np.__version__, "scipy": scipy.__version__}
    FILE.write_text(json.dumps({"versions": versions, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
