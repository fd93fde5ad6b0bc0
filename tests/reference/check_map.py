"""Compares a saliency map that MapLens wrote (.nii.gz or .pt) with the one that ClinicaDL computed.

Reads the file with nibabel or torch, as a researcher would; ends with a sentence and status 1 if anything differs.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np


def main():
    args = arguments()
    case = find_case(args.manifest, args.case)
    if args.file.name.endswith(".pt"):
        got = read_tensor(args.file)
    else:
        got = read_nifti(args.file, args.voxel_size, args.origin)
    compare(got, case, args.manifest.parent, args.tolerance)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--case", required=True, help="id in the manifest")
    parser.add_argument("--tolerance", type=float, required=True, help="allowed max|got - expected| / max|expected|")
    parser.add_argument("--voxel-size", type=float, help="expected size of the map's voxels in mm")
    parser.add_argument("--origin", type=float, nargs=3, help="expected world position of the first voxel's centre in mm")
    return parser.parse_args()


def find_case(manifest, case_id):
    cases = json.loads(manifest.read_text())["cases"]
    return next((case for case in cases if case["id"] == case_id), None) or fail(f"{manifest} has no case {case_id}")


def read_nifti(path, voxel_size, origin):
    """The map with shape (1, x, y, z), after its grid has been checked."""
    import nibabel

    image = nibabel.load(path)
    if image.get_data_dtype() != np.float32:
        fail(f"{path.name} stores {image.get_data_dtype()}, not float32")
    if voxel_size is not None:
        check_affine(image.affine, voxel_size, origin)
    return np.asarray(image.dataobj, dtype=np.float32)[np.newaxis]


def check_affine(affine, voxel_size, origin):
    expected = np.diag([voxel_size, voxel_size, voxel_size, 1.0])
    expected[:3, 3] = origin
    # float32 header fields; a micrometre is nothing in millimetres.
    if not np.allclose(affine, expected, atol=1e-3):
        fail(f"the affine is\n{affine}\nbut should be\n{expected}")


def read_tensor(path):
    import torch

    tensor = torch.load(path, weights_only=True)
    if tensor.dtype != torch.float32 or tensor.dim() != 4 or tensor.shape[0] != 1:
        fail(f"{path.name} holds {tensor.dtype} of shape {tuple(tensor.shape)}, not float32 of shape 1×D×H×W")
    return tensor.numpy()


def compare(got, case, folder, tolerance):
    stats = case["expected_map_stats"]
    if list(got.shape) != stats["shape"]:
        fail(f"the shape is {list(got.shape)}, but should be {stats['shape']}")
    if not np.isfinite(got).all():
        fail("there are values that are not finite")
    expected = np.load(folder / case["expected"])
    sampled = got[sampling(case)]
    largest = max(abs(stats["min"]), abs(stats["max"]))
    difference = float(np.abs(sampled - expected).max()) / largest
    extremes = max(abs(float(got.min()) - stats["min"]), abs(float(got.max()) - stats["max"])) / largest
    sentence = f"max|difference| / max|map| = {difference:.2e}, of the extremes {extremes:.2e}, tolerance {tolerance:g}"
    if max(difference, extremes) > tolerance:
        fail(sentence)
    print(sentence)


def sampling(case):
    """`map[:, 1::4, 1::4, 1::4]` → slices; the whole map where nothing is stated."""
    text = case.get("expected_sampling")
    if text is None:
        return ...
    axes = text.removeprefix("map[").removesuffix("]").split(", ")
    return tuple(slice(*(int(part) if part else None for part in axis.split(":"))) for axis in axes)


def fail(sentence):
    print(sentence, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
