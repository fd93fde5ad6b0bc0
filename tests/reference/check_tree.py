"""Checks the zip of a group run that MapLens wrote: names, tensors, means, NIfTI grids, the group's definition, the side-car.

Reads the files with torch and nibabel, as a researcher would; ends with a sentence and status 1 if anything is wrong.
"""

import argparse
import csv
import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

import check_map

SIDE_CAR = "maplens.json"


def main():
    args = arguments()
    with zipfile.ZipFile(args.zip) as archive:
        if archive.testzip() is not None:
            sys.exit(f"{archive.testzip()} is damaged")
        tree = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    folder = f"split-{args.split}/best-{args.metric}/{args.group}/interpret-{args.name}/"
    sessions = check_group(tree, args.group)
    stems = expected_stems(sessions, args)
    check_names(tree, folder, stems, args.nifti)
    maps = {stem: read_tensor(tree, f"{folder}{stem}.pt") for stem in stems}
    if args.individual:
        check_means(maps, sessions, args)
    if args.nifti != "none":
        check_niftis(tree, folder, maps, args)
    check_side_car(tree, folder, args)
    if args.case:
        check_against_clinicadl(maps, args)
    if args.same_as:
        check_same(tree, folder, stems, args)
    print(f"{len(maps)} maps of {len(sessions)} sessions, {len(tree)} files")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zip", type=Path)
    parser.add_argument("--group", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--split", type=int, default=0)
    parser.add_argument("--metric", default="loss")
    parser.add_argument("--mode", default="image")
    parser.add_argument("--numbers", type=int, nargs="+", default=[0], help="numbers of the elements in names of files")
    parser.add_argument("--sessions", type=int, required=True, help="how many the group must have")
    parser.add_argument("--method", required=True)
    parser.add_argument("--individual", action="store_true", help="each session's maps must be there, else none")
    parser.add_argument("--convention", choices=["clinicadl-1.6.1", "corrected"], default="clinicadl-1.6.1")
    parser.add_argument("--nifti", choices=["none", "placed", "whole-image", "clinicadl"], default="none")
    parser.add_argument("--voxel-size", type=float, help="expected size of a placed map's voxels in mm")
    parser.add_argument("--origin", type=float, nargs=3, help="expected world position of the first voxel's centre in mm")
    parser.add_argument("--manifest", type=Path, help="of the fixtures")
    parser.add_argument("--case", help="id in the manifest: one of the individual maps")
    parser.add_argument("--tolerance", type=float, help="allowed max|got - expected| / max|expected|")
    parser.add_argument("--same-as", type=Path, help="another run's zip, whose tensors must be the same bytes")
    parser.add_argument("--same-name", help="name of that run")
    return parser.parse_args()


def check_group(tree, group):
    """Participants and sessions of the group, in the table's order."""
    table, where = f"groups/{group}/data.tsv", f"groups/{group}/maps.json"
    rows = list(csv.DictReader(io.StringIO(member(tree, table).decode()), delimiter="\t"))
    for column in ("participant_id", "session_id", "cohort"):
        if not rows or column not in rows[0]:
            sys.exit(f"{table} has no column {column}, or no rows")
    definition = json.loads(member(tree, where))
    if set(definition) != {"caps_directory", "multi_cohort"} or definition["multi_cohort"] is not False:
        sys.exit(f"{where} says {definition}")
    return [(row["participant_id"], row["session_id"]) for row in rows]


def expected_stems(sessions, args):
    if len(sessions) != args.sessions:
        sys.exit(f"the group has {len(sessions)} sessions, not {args.sessions}")
    means = [f"mean_{args.mode}-{index}_map" for index in range(len(args.numbers))]
    individual = [individual_stem(session, number, args) for session in sessions for number in args.numbers]
    return means + (individual if args.individual else [])


def individual_stem(session, number, args):
    return f"{session[0]}_{session[1]}_{args.mode}-{number}_map"


def check_names(tree, folder, stems, nifti):
    endings = [".pt"] if nifti == "none" else [".pt", ".nii.gz"]
    expected = {f"{folder}{stem}{ending}" for stem in stems for ending in endings}
    found = {name for name in tree if name.startswith(folder) and name.endswith((".pt", ".nii.gz"))}
    if found != expected:
        sys.exit(f"missing: {sorted(expected - found)}; not expected: {sorted(found - expected)}")


def read_tensor(tree, name):
    import torch

    tensor = torch.load(io.BytesIO(member(tree, name)), weights_only=True)
    if tensor.dtype != torch.float32 or tensor.dim() not in (3, 4):
        sys.exit(f"{name} holds {tensor.dtype} of shape {tuple(tensor.shape)}, not float32 of shape C×spatial")
    values = tensor.numpy()
    if not np.isfinite(values).all() or not values.any():
        sys.exit(f"{name} holds values that are not finite, or nothing but zeros")
    return values


def check_means(maps, sessions, args):
    """ClinicaDL adds in table order from zero, in float32, and divides by sessions × elements; corrected: by sessions."""
    n_items = len(sessions) * (len(args.numbers) if args.convention == "clinicadl-1.6.1" else 1)
    for index, number in enumerate(args.numbers):
        mean = maps[f"mean_{args.mode}-{index}_map"]
        total = np.zeros_like(mean)
        for session in sessions:
            total += maps[individual_stem(session, number, args)]
        expected = total / np.float32(n_items)
        n_different = int((expected.view(np.uint32) != mean.view(np.uint32)).sum())
        if n_different:
            sys.exit(f"the mean of {args.mode} {number} differs from the sum / {n_items} in {n_different} of {mean.size} values")


def check_niftis(tree, folder, maps, args):
    import nibabel

    for stem, values in maps.items():
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, f"{stem}.nii.gz")
            path.write_bytes(member(tree, f"{folder}{stem}.nii.gz"))
            image = nibabel.load(path)
            got = np.asarray(image.dataobj, dtype=np.float32)
        if args.nifti == "clinicadl":
            check_same_values(stem, got, values)
            if not np.array_equal(image.affine, np.eye(4)):
                sys.exit(f"{stem}.nii.gz has the affine\n{image.affine}\nbut ClinicaDL writes the identity")
        elif args.nifti == "placed":
            # Channels are the fourth axis of a placed map; a slice is one voxel thick there.
            channels_first = np.moveaxis(got, 3, 0) if got.ndim == 4 else got
            check_same_values(stem, channels_first.squeeze(), values.squeeze())
        if args.nifti != "clinicadl" and args.voxel_size is not None:
            check_map.check_affine(image.affine, args.voxel_size, args.origin)


def check_same_values(stem, got, values):
    if got.shape != values.shape or not np.array_equal(got, values):
        sys.exit(f"{stem}.nii.gz of shape {got.shape} does not hold the tensor's values of shape {values.shape}")


def check_side_car(tree, folder, args):
    name = f"{folder}{SIDE_CAR}"
    text = member(tree, name).decode()
    json.loads(text)
    for word in (args.method, args.convention):
        if word not in text:
            sys.exit(f"{name} does not say {word}")


def check_against_clinicadl(maps, args):
    case = check_map.find_case(args.manifest, args.case)
    session = (case["participant_id"], case["session_id"])
    check_map.compare(maps[individual_stem(session, args.numbers[0], args)], case, args.manifest.parent, args.tolerance)


def check_same(tree, folder, stems, args):
    other_folder = f"split-{args.split}/best-{args.metric}/{args.group}/interpret-{args.same_name}/"
    with zipfile.ZipFile(args.same_as) as other:
        different = [stem for stem in stems if other.read(f"{other_folder}{stem}.pt") != tree[f"{folder}{stem}.pt"]]
    if different:
        sys.exit(f"not the same as in {args.same_name}: {different}")


def member(tree, name):
    return tree[name] if name in tree else sys.exit(f"{name} is not in the zip, which holds {sorted(tree)}")


if __name__ == "__main__":
    main()
