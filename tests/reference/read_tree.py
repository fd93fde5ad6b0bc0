"""Reads every map of a folder that `maplens interpret` wrote, with torch (plain data only) and nibabel, and prints JSON of what it found.

One entry per file, by its path within the folder: type, shape and sum of a tensor; shape, affine, type, sum of an image.
"""

import json
import sys
from pathlib import Path

import nibabel
import numpy as np
import torch


def main(folder):
    readers = {".pt": read_tensor, ".nii.gz": read_image}
    found = {}
    for path in sorted(folder.rglob("*_map.*")):
        for ending, read in readers.items():
            if path.name.endswith(ending):
                found[path.relative_to(folder).as_posix()] = read(path)
    json.dump(found, sys.stdout)


def read_tensor(path):
    tensor = torch.load(path, weights_only=True)
    if not tensor.is_contiguous() or tensor.requires_grad:
        sys.exit(f"{path} is not contiguous, or wants a gradient")
    return {"type": str(tensor.dtype), "shape": list(tensor.shape), "sum": total(tensor.numpy())}


def read_image(path):
    image = nibabel.load(path)
    values = np.asarray(image.dataobj)
    return {"type": str(values.dtype), "shape": list(values.shape), "affine": image.affine.tolist(), "sum": total(values)}


def total(values):
    return float(values.astype(np.float64).sum())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
