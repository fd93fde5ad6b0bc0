"""Compares files of a saliency map that MapLens wrote (.nii.gz, .pt) with the one that ClinicaDL computed,
or with its float64 map where the manifest has one.

The element's number must stand in the file's name. A NIfTI may lie on the whole image's grid: then it must hold the map from
its first voxel on, and 0 elsewhere. Reads the file with nibabel or torch, as a researcher would; ends with a sentence and status 1 if anything differs.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np


def main():
    args = arguments()
    case = find_case(args.manifest, args.case)
    for file in args.files:
        check_name(file.name, case["mode"], args.number)
        got = read_tensor(file) if file.name.endswith(".pt") else read_nifti(file, grid_shape(case, args.slice_axis), args)
        compare(got, case, args.manifest.parent, args.tolerance)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--case", required=True, help="id in the manifest")
    parser.add_argument("--tolerance", type=float, required=True, help="allowed max|got - expected| / max|expected|")
    parser.add_argument("--voxel-size", type=float, help="expected size of the map's voxels in mm")
    parser.add_argument("--origin", type=float, nargs=3, help="expected world position of the first voxel's centre in mm")
    parser.add_argument("--number", type=int, help="of the element, as it stands in names of files")
    parser.add_argument("--slice-axis", type=int, choices=[0, 1, 2], help="of the image: the one along which a slice is cut")
    parser.add_argument("--whole-image", type=int, nargs=3, help="expected shape of a NIfTI on the whole image's grid")
    parser.add_argument("--first-voxel", type=int, nargs=3, help="of the element in the whole image")
    return parser.parse_args()


def find_case(manifest, case_id):
    cases = json.loads(manifest.read_text())["cases"]
    return next((case for case in cases if case["id"] == case_id), None) or sys.exit(f"{manifest} has no case {case_id}")


def check_name(name, mode, number):
    if number is not None and f"_{mode}-{number}_map." not in name:
        sys.exit(f"{name} is not named after {mode} {number}")


def grid_shape(case, slice_axis):
    """Voxels of a case's map along the image's three axes: one along a slice's direction."""
    axes = case["expected_map_stats"]["shape"][1:]
    return axes if slice_axis is None else axes[:slice_axis] + [1] + axes[slice_axis:]


def read_nifti(path, shape, args):
    """The map with shape (C, …) as in a tensor file, after its grid has been checked."""
    import nibabel

    image = nibabel.load(path)
    if image.get_data_dtype() != np.float32:
        sys.exit(f"{path.name} stores {image.get_data_dtype()}, not float32")
    if args.voxel_size is not None:
        check_affine(image.affine, args.voxel_size, args.origin)
    values = np.asarray(image.dataobj, dtype=np.float32)
    # Channels, where there are several, are the fourth axis.
    channels = np.moveaxis(values, 3, 0) if values.ndim == 4 else values[np.newaxis]
    if args.whole_image:
        channels = cut_out(channels, args.whole_image, args.first_voxel, shape)
    if list(channels.shape[1:]) != shape:
        sys.exit(f"the grid has {list(channels.shape[1:])} voxels, but should have {shape}")
    return channels if args.slice_axis is None else channels.squeeze(1 + args.slice_axis)


def cut_out(channels, whole, first, shape):
    """The element's block; everything around it must be 0."""
    if list(channels.shape[1:]) != whole:
        sys.exit(f"the whole image has {list(channels.shape[1:])} voxels, but should have {whole}")
    block = (slice(None), *(slice(start, start + length) for start, length in zip(first, shape)))
    own = channels[block].copy()
    around = channels.copy()
    around[block] = 0
    if around.any():
        sys.exit(f"{int((around != 0).sum())} voxels outside the element are not 0")
    return own


def check_affine(affine, voxel_size, origin):
    expected = np.diag([voxel_size, voxel_size, voxel_size, 1.0])
    expected[:3, 3] = origin
    # float32 header fields; a micrometre is nothing in millimetres.
    if not np.allclose(affine, expected, atol=1e-3):
        sys.exit(f"the affine is\n{affine}\nbut should be\n{expected}")


def read_tensor(path):
    import torch

    tensor = torch.load(path, weights_only=True)
    if tensor.dtype != torch.float32 or tensor.dim() not in (3, 4):
        sys.exit(f"{path.name} holds {tensor.dtype} of shape {tuple(tensor.shape)}, not float32 of shape C×D×H×W, or C×H×W for a slice")
    return tensor.numpy()


def compare(got, case, folder, tolerance):
    stats = case["expected_map_stats"]
    if list(got.shape) != stats["shape"]:
        sys.exit(f"the shape is {list(got.shape)}, but should be {stats['shape']}")
    if not np.isfinite(got).all():
        sys.exit("there are values that are not finite")
    # Where PyTorch's float32 itself departs from float64, the map of float64 is right.
    expected = np.load(folder / case.get("float64", case["expected"]))
    sampled = got[sampling(case)]
    largest = max(abs(stats["min"]), abs(stats["max"]))
    difference = float(np.abs(sampled - expected).max()) / largest
    extremes = max(abs(float(got.min()) - stats["min"]), abs(float(got.max()) - stats["max"])) / largest
    sentence = f"max|difference| / max|map| = {difference:.2e}, of the extremes {extremes:.2e}, tolerance {tolerance:g}"
    if max(difference, extremes) > tolerance:
        sys.exit(sentence)
    print(sentence)


def sampling(case):
    """`map[:, 1::4, 1::4, 1::4]` → slices; the whole map where nothing is stated."""
    text = case.get("expected_sampling")
    if text is None:
        return ...
    axes = text.removeprefix("map[").removesuffix("]").split(", ")
    return tuple(slice(*(int(part) if part else None for part in axis.split(":"))) for axis in axes)


if __name__ == "__main__":
    main()
