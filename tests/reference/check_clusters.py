"""Checks a table of clusters that the page wrote against the map that it saved: check_clusters.py MAP.nii.gz TABLE.tsv

Each cluster is filled from its peak by a loop that shares nothing with the page's way of finding it.
"""

import csv
import sys

import nibabel as nib
import numpy as np


def fill(inside, peak):
    """Voxels that hang together with the peak across faces."""
    seen, waiting = {peak}, [peak]
    while waiting:
        voxel = waiting.pop()
        for axis in range(3):
            for step in (-1, 1):
                other = tuple(at + step * (axis == own) for own, at in enumerate(voxel))
                within = all(0 <= at < n for at, n in zip(other, inside.shape))
                if within and inside[other] and other not in seen:
                    seen.add(other)
                    waiting.append(other)
    return seen


def check(row, image, values):
    peak = tuple(int(row[axis]) for axis in "IJK")
    value, threshold = np.float32(row["Peak Stat"]), np.float32(row["Threshold"])
    assert values[peak] == value, f"{values[peak]} at {peak}, not {value}"
    assert np.allclose(image.affine @ [*peak, 1], [*(float(row[axis]) for axis in "XYZ"), 1], atol=2e-3), row
    sign = np.sign(value)
    voxels = fill(values * sign > threshold, peak)
    assert len(voxels) == int(row["Cluster Size (voxels)"]), f"{len(voxels)} voxels around {peak}: {row}"
    assert len(voxels) >= int(row["Minimum Size (voxels)"]), row
    mm3 = len(voxels) * abs(np.linalg.det(image.affine[:3, :3]))
    assert abs(mm3 - float(row["Cluster Size (mm3)"])) < 1e-3 * len(voxels), f"{mm3} mm³: {row}"
    assert abs(value) == max(abs(values[voxel]) for voxel in voxels), f"{peak} is not the strongest of its cluster"
    return voxels


def main(map_file, table_file):
    image = nib.load(map_file)
    values = np.asarray(image.dataobj, dtype=np.float32)
    with open(table_file, newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    strength = [abs(float(row["Peak Stat"])) for row in rows]
    assert rows and strength == sorted(strength, reverse=True), "the strongest is not the first"
    assert np.float32(strength[0]) == np.abs(values).max() or int(rows[0]["Minimum Size (voxels)"]) > 1, "the strongest voxel is in no cluster"
    found = [check(row, image, values) for row in rows]
    assert sum(map(len, found)) == len(set().union(*found)), "a cluster is listed twice"
    print(f"{len(rows)} clusters of {sum(map(len, found))} voxels above {rows[0]['Threshold']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
