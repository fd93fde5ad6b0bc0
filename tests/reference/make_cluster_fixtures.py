"""Writes tests/data/clusters/cases.json: what nilearn 0.9.2's get_clusters_table and threshold_img say of small maps.

python3.11 -m venv v && v/bin/pip install -r tests/reference/requirements-nilearn.txt && v/bin/python tests/reference/make_cluster_fixtures.py
The maps are those of the figures (make_nilearn_fixtures.py): upright, flipped, permuted and oblique grids, both signs. A case's
rows are the clusters' own, without the lesser peaks below them; `hidden` is the SHA-256 of the voxels, one bit each, that
exceed the threshold and that threshold_img takes away because their cluster is small.
"""

import hashlib
import json
import warnings
from pathlib import Path

import nibabel as nib
import nilearn
import numpy as np
import scipy
from nilearn.image import threshold_img
from nilearn.reporting import get_clusters_table

warnings.simplefilter("ignore")
DATA = Path(__file__).resolve().parents[1] / "data"
MAPS = ["map", "map_flipped", "map_permuted", "map_oblique", "map_positive"]
SHARES = [0.0, 0.35, 0.7, 1.5]
SIZES = [1, 12]


def case(name, share, min_voxels):
    image = nib.load(DATA / "figures" / f"{name}.nii.gz")
    values = image.get_fdata(dtype=np.float32)
    threshold = np.float32(share) * np.abs(values).max()
    # nilearn keeps what equals the threshold and lists what exceeds it; no voxel here tells the two apart but the zeros.
    assert share == 0 or not (np.abs(values) == threshold).any()
    options = {"cluster_threshold": min_voxels, "two_sided": True}
    table = get_clusters_table(image, float(threshold), **options)
    clusters = table[table["Cluster Size (mm3)"] != ""]
    kept = threshold_img(image, float(threshold), mask_img=None, copy=True, **options).get_fdata()
    above = np.abs(values) > threshold
    hidden = above & (kept == 0)
    rows = [
        {"mm": [row.X, row.Y, row.Z], "peak_value": row["Peak Stat"], "mm3": int(row["Cluster Size (mm3)"])}
        for _, row in clusters.iterrows()
    ]
    assert all(np.float32(row["peak_value"]) in values for row in rows)
    return {
        "map": name,
        "threshold": float(threshold),
        "min_voxels": min_voxels,
        "rows": rows,
        "n_voxels": int((above & ~hidden).sum()),
        "n_hidden": int(hidden.sum()),
        "hidden": hashlib.sha256(np.packbits(hidden.ravel(), bitorder="little").tobytes()).hexdigest(),
    }


def main():
    cases = [case(name, share, size) for name in MAPS for share in SHARES for size in SIZES]
    versions = {"nilearn": nilearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    folder = DATA / "clusters"
    folder.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(one) for one in cases)
    (folder / "cases.json").write_text(f'{{"versions": {json.dumps(versions)}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
