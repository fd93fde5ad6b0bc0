"""Checks the numbers that the page read off a map: numpy and nibabel on the files that it saved.

Takes the map as NIfTI, the tables of its slices and of its values, and what stands below the crosshair. Ends with a sentence and
status 1 if anything is wrong.
"""

import argparse
import csv
import sys

import nibabel as nib
import numpy as np
from nibabel.orientations import io_orientation

# float64 sums of some ten thousand magnitudes, in two orders; a number may lose its last bit on the way to the page.
ROUNDING = 1e-12
# What the page says of a percentile, to one digit, is off by less than 0.1.
PERCENT = 0.15
# The page's tenths of a millimetre.
PLACE_MM = 1e-3
PLANES = ["sagittal", "coronal", "axial"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("map")
    arguments.add_argument("profiles")
    arguments.add_argument("histogram")
    arguments.add_argument("--channel", type=int, default=0)
    arguments.add_argument("--at", help="millimetres x,y,z of the crosshair")
    arguments.add_argument("--percentile", type=float)
    said = arguments.parse_args()
    image = nib.load(said.map)
    values = np.asarray(image.dataobj, dtype=np.float32)
    values = values[..., said.channel] if values.ndim == 4 else values
    n_slices = check_profiles(values, image.affine, rows_of(said.profiles))
    check_histogram(values, rows_of(said.histogram))
    if said.at:
        check_percentile(values, image.affine, [float(mm) for mm in said.at.split(",")], said.percentile)
    print(f"{n_slices} slices, {values.size} voxels, {(values != 0).sum()} of them not 0")


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def check_profiles(values, affine, rows):
    orientation = io_orientation(affine)
    magnitude = np.abs(values.astype(np.float64))
    for world, plane in enumerate(PLANES):
        own = [row for row in rows if row["plane"] == plane]
        axis = int(np.flatnonzero(orientation[:, 0] == world)[0])
        if len(own) != values.shape[axis]:
            sys.exit(f"{len(own)} {plane} slices, and the map has {values.shape[axis]}")
        others = tuple(other for other in range(3) if other != axis)
        index = np.array([int(row["voxel_index"]) for row in own])
        for column, reduced in (("sum_abs", magnitude.sum(axis=others)), ("mean_abs", magnitude.mean(axis=others)), ("max_abs", magnitude.max(axis=others))):
            found = np.array([float(row[column]) for row in own])
            if not np.allclose(found, reduced[index], rtol=ROUNDING if column != "max_abs" else 1e-6, atol=0):
                sys.exit(f"{column} of {plane} slices differs by up to {np.abs(found - reduced[index]).max()}")
        middle = np.tile((np.array(values.shape) - 1) / 2, (len(own), 1))
        middle[:, axis] = index
        place = nib.affines.apply_affine(affine, middle)[:, world]
        found = np.array([float(row["position_mm"]) for row in own])
        if not np.allclose(found, place, rtol=0, atol=PLACE_MM) or (np.diff(found) <= 0).any():
            sys.exit(f"{plane} slices do not lie at {place} in this order, but at {found}")
    return len(rows)


def check_histogram(values, rows):
    edges = np.array([float(row["from"]) for row in rows] + [float(rows[-1]["to"])])
    counts, _ = np.histogram(values.astype(np.float64).ravel(), bins=len(rows), range=(edges[0], edges[-1]))
    found = np.array([int(row["n_voxels"]) for row in rows])
    if edges[0] != edges[-1] and (counts != found).any():
        sys.exit(f"{np.abs(counts - found).sum()} voxels are counted elsewhere")
    if found.sum() != values.size:
        sys.exit(f"{found.sum()} voxels of {values.size} are counted")


def check_percentile(values, affine, point, said):
    voxel = tuple(np.floor(nib.affines.apply_affine(np.linalg.inv(affine), point) + 0.5).astype(int))
    expected = 100 * (np.abs(values) < np.abs(values[voxel])).mean()
    if abs(expected - said) > PERCENT:
        sys.exit(f"{expected} % of the voxels are weaker than {voxel}, and the page says {said}")


if __name__ == "__main__":
    main()
