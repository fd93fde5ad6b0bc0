"""Writes tests/data/numbers/cases.json: what numpy and nibabel say of single maps.

python3.11 -m venv v && v/bin/pip install -r tests/reference/requirements-numbers.txt && v/bin/python tests/reference/make_number_fixtures.py
Maps come from the formulas below, of float32 operations that every machine rounds alike; tests/it/numbers.rs has the same ones,
and checks a few values of each map that are kept here, so that the numbers are of the maps that it makes.
"""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.orientations import io_orientation

from murmur import noise

FILE = Path(__file__).resolve().parents[1] / "data" / "numbers" / "cases.json"
N_BINS = 256
# Which magnitudes are looked up, as shares of the way from the weakest to the strongest voxel.
PLACES = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1]

UPRIGHT = [[2, 0, 0, -30], [0, 2, 0, -40], [0, 0, 2, -20]]
# i runs to the left, j up, k back.
TURNED = [[-1.5, 0, 0, 40], [0, 0, -1, 30], [0, 2, 0, -25]]
# i runs nearly back, j nearly to the right.
OBLIQUE = [[0.35, 1.4, 0.1, -28], [-1.3, 0.3, 0.62, 12], [0.6, -0.05, 1.35, -33]]


def make(name, n):
    a, b = noise(n, 5), noise(n, 6)
    zero = np.float32(0)
    if name == "noise":
        return a
    if name == "peaked":  # as gradients: most are small, few are large, both signs
        return a * a * a * (b * b)
    if name == "rectified":  # as Grad-CAM: three quarters are 0
        return np.where(a > 0.25, a - np.float32(0.25), zero)
    if name == "negative":
        return np.where(a > 0, -a, zero) * np.float32(2.0**-40)
    if name == "offset":  # all within a thousandth of each other
        return a + 1000
    if name == "levels":  # nine values
        return np.round(a * 8) / np.float32(4)
    if name == "zeros":
        return np.zeros(n, dtype=np.float32)
    if name == "constant":
        return np.full(n, np.float32(-0.1))
    raise ValueError(name)


def profiles(values, affine):
    """Per axis of the world, in ascending millimetres, the slices of the grid axis that nibabel pairs it with."""
    orientation = io_orientation(np.array(affine + [[0, 0, 0, 1]], dtype=float))
    found = []
    for world in range(3):
        axis = int(np.flatnonzero(orientation[:, 0] == world)[0])
        middle = (np.array(values.shape, dtype=float) - 1) / 2
        centres = np.repeat(middle[None], values.shape[axis], axis=0)
        centres[:, axis] = np.arange(values.shape[axis])
        position = nib.affines.apply_affine(np.array(affine + [[0, 0, 0, 1]], dtype=float), centres)[:, world]
        others = tuple(other for other in range(3) if other != axis)
        magnitude = np.abs(values.astype(np.float64))
        order = np.argsort(position)
        found.append({
            "voxel_axis": axis,
            "position_mm": position[order].tolist(),
            "sum": magnitude.sum(axis=others)[order].tolist(),
            "mean": magnitude.mean(axis=others)[order].tolist(),
            "largest": magnitude.max(axis=others)[order].tolist(),
        })
    return found


def histogram(values):
    wide = values.astype(np.float64).ravel()
    largest = np.abs(wide).max()
    low, high = (-largest if wide.min() < 0 else 0.0), (largest if wide.max() > 0 else 0.0)
    if low == high:
        return {"low": low, "high": high, "counts": [wide.size] + [0] * (N_BINS - 1)}
    counts, _ = np.histogram(wide, bins=N_BINS, range=(low, high))
    return {"low": low, "high": high, "counts": counts.tolist()}


def percents(values):
    """Magnitudes of the map, and one beyond, with the percentage of the values that are smaller in magnitude."""
    ascending = np.sort(np.abs(values).ravel())
    asked = [ascending[int(place * (len(ascending) - 1))] for place in PLACES] + [ascending[-1] * np.float32(2) + np.float32(1)]
    return [[float(value), float(100 * np.searchsorted(ascending, value, side="left") / len(ascending))] for value in asked]


def case(name, shape, affine):
    values = make(name, int(np.prod(shape)))
    assert values.dtype == np.float32
    n = len(values)
    grid = values.reshape(shape)
    return {
        "name": name,
        "shape": shape,
        "world_from_voxel": affine,
        "sample": {str(index): float(values[index]) for index in (0, n // 3, n - 1)},
        "extremes": [float(values.min()), float(values.max())],
        "profiles": profiles(grid, affine),
        "histogram": histogram(values),
        "percents": percents(values),
    }


def main():
    cases = [case(name, [30, 36, 24], UPRIGHT) for name in ("noise", "peaked", "rectified", "negative", "offset", "levels", "zeros")]
    cases += [case("peaked", [17, 20, 23], TURNED), case("rectified", [13, 9, 11], OBLIQUE)]
    cases += [case("noise", [12, 1, 10], TURNED), case("constant", [4, 5, 6], UPRIGHT), case("noise", [1, 1, 1], UPRIGHT)]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    versions = {"numpy": np.__version__, "nibabel": nib.__version__}
    FILE.write_text(json.dumps({"versions": versions, "cases": cases}, indent=None, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")


if __name__ == "__main__":
    main()
