"""Writes what torch says in double precision of the maps in tests/fixtures, and images whose pooling blocks tie exactly.

    python3 tests/reference/make_float64_maps.py

Needs torch, numpy and nibabel (requirements.txt), some GB of memory and about ten minutes. Networks are built from the MAPS
(networks.py); the input is ClinicaDL's float32, converted. Where a float32 map that ClinicaDL wrote departs from float64 by
more than LARGEST_DEPARTURE, the float64 map, rounded to float32, is kept beside it: the manifest's `float64`, with
`float32_departure`. tests/fixtures/ties gets images of equal windows with their float64 maps: the manifest's `ties`.
Ends with an assertion if a network's logits are not ClinicaDL's or a rebuilt input is not the one that ClinicaDL gave.
"""

import json
from pathlib import Path

import nibabel
import numpy as np
import torch
from check_map import sampling
from networks import Maps, Slabs
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
# In units of the map's largest magnitude. Rounding alone stays below 3e-6 in all cases.
LARGEST_DEPARTURE = 5e-6
LOGITS = 2e-6
# First, last and step of the voxels that ClinicaDL keeps when it reduces an image.
KEPT = {2: [(4, 164), (8, 200), (8, 168)], 3: [(0, 168), (8, 200), (4, 172)], 4: [(4, 164), (8, 200), (8, 168)], 5: [(4, 164), (0, 200), (8, 168)]}
SMALL, REDUCED, REGION, CORONAL, SAGITTAL = (20, 24, 18), (32, 40, 32), (50, 50, 50), (169, 179), (208, 179)
# Image, shape, MAPS, target, and every how many voxels are kept.
TIES = [
    *((name, SMALL, "maps/image_random_small", number % 2, 1) for number, name in enumerate(
        ["binary", "labels", "nan_and_inf", "constant", "one_voxel", "masked", "stripes", "cells_of_2", "cells_of_3", "quantised", "halves"]
    )),
    ("binary", REDUCED, "maps/image_sr5_conv5", 0, 1),
    ("labels", REDUCED, "maps/image_sr5_conv5", 1, 2),
    ("quantised", REDUCED, "maps/image_sr5_conv5", 0, 1),
    ("binary", REDUCED, "maps/image_sr5_random_bn", 1, 2),
    ("labels", REDUCED, "maps/image_sr5_random_bn", 0, 2),
    ("quantised", REDUCED, "maps/image_sr5_random_bn", 0, 2),
    ("labels", REDUCED, "maps/image_sr5_random_in", 0, 2),
    ("masked", REGION, "maps/roi_conv4", 0, 2),
    ("cells_of_3", CORONAL, "maps/slice_cor_all", 0, 1),
    ("cells_of_3", CORONAL, "maps/slice_random_bn2d.tar.gz", 1, 2),
    ("labels", SAGITTAL, "maps/slice_sag_resnet18.tar.gz", 0, 2),
]


def main():
    departures(FIXTURES / "manifest.json")
    departures(FIXTURES / "demo" / "manifest.json")
    ties(FIXTURES / "manifest.json")


def departures(manifest_file):
    """Compares every map of a manifest with its float64 map, and keeps those that depart."""
    manifest, folder = json.loads(manifest_file.read_text()), manifest_file.parent
    for case in manifest["cases"]:
        if case.get("kind"):
            continue
        maps = Maps(folder / case["maps"])
        network = maps.network(case["split"], case["selection_metric"])
        values, logits = explain(network, network_input(case, maps, folder).double(), case)
        recorded = np.array(case.get("logits", logits))
        assert np.abs(logits - recorded).max() <= LOGITS * np.abs(recorded).max(), case["id"]
        float64 = values[sampling(case)]
        departure = departure_of(np.load(folder / case["expected"]), float64)
        for key in ("float64", "float32_departure"):
            case.pop(key, None)
        if departure["max_rel"] > LARGEST_DEPARTURE:
            case["float64"] = kept_at(case)
            case["float32_departure"] = departure
            save(folder / case["float64"], float64)
        print(case["id"], departure, "kept" if "float64" in case else "", flush=True)
    manifest["float64_made_with"] = versions()
    write(manifest_file, manifest)


def kept_at(case):
    """Beside the folder of ClinicaDL's map; that of a full-size network where the browser tests do not take it along."""
    at = case["expected"].replace("expected/", "float64/")
    is_full_size = not case.get("input") and "caps" not in case
    return f"../fixtures_full/{at}" if is_full_size and not at.startswith("../") else at


def versions():
    return {"torch": torch.__version__, "numpy": np.__version__}


def network_input(case, maps, folder):
    """Float32, (1, C, …): what ClinicaDL gave; rebuilt from the NIfTI where it is not kept, and compared where it is."""
    kept = torch.from_numpy(np.load(folder / case["input"])) if case.get("input") else None
    nifti = demo_nifti(case) if "caps" in case else case.get("source_nifti")
    if case["mode"] == "image" and nifti:
        rebuilt = transformed(torch.from_numpy(nibabel.load(folder / nifti).get_fdata(dtype=np.float32))[None], maps.config)
        assert kept is None or torch.equal(kept, rebuilt), case["id"]
        return rebuilt[None]
    return kept[None]


def demo_nifti(case):
    participant, session = case["participant_id"], case["session_id"]
    name = f"{participant}_{session}_space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz"
    return f"{case['caps']}/subjects/{participant}/{session}/t1_linear/{name}"


def transformed(image, config):
    """ClinicaDL's NaN removal, min–max and size reduction, in float32."""
    if torch.isnan(image).any():
        image = torch.nan_to_num(image)
    if config["normalize"]:
        image = (image - image.min()) / (image.max() - image.min())
    if config["size_reduction"]:
        step = config["size_reduction_factor"]
        image = image[(slice(None), *(slice(first, end, step) for first, end in KEPT[step]))]
    return image


def explain(network, x, case):
    """Map (C, …) and logits, in the precision of network and input."""
    if case["method"] == "gradients":
        x = x.clone().requires_grad_()
        logits = network(x)
        logits[0, case["target_node"]].backward()
        return x.grad[0].numpy(), logits[0].detach().numpy()
    modules = list(network.convolutions)
    level = min(case["level"] or len(modules), len(modules))
    with torch.no_grad():
        features = torch.nn.Sequential(*modules[:level])(x)
    features.requires_grad_()
    # What follows a cut may begin with a ReLU; none of these writes into its input.
    logits = network.fc(torch.nn.Sequential(*modules[level:])(features))
    (gradient,) = torch.autograd.grad(logits[0, case["target_node"]], features)
    # ClinicaDL averages over the first two axes only, and over channels.
    cam = (features.detach() * gradient.mean(dim=(2, 3), keepdim=True)).mean(dim=1, keepdim=True)
    mode = "trilinear" if x.dim() == 5 else "bilinear"
    return functional.interpolate(cam, x.shape[2:], mode=mode, align_corners=True)[0].numpy(), logits[0].detach().numpy()


def departure_of(float32, float64):
    """How far a float32 map is from float64, in units of the largest magnitude, and in how large a share of the voxels."""
    relative = np.abs(float32.astype(np.float64) - float64) / np.abs(float64).max()
    return {"max_rel": float(relative.max()), "share_beyond_1e-5": float((relative > 1e-5).mean())}


def ties(manifest_file):
    manifest = json.loads(manifest_file.read_text())
    reported = [case for case in manifest.get("ties", []) if case["made_by"] == "clinicadl interpret"]
    for case in reported:
        print(case["id"], tie_case(case)[1], flush=True)
    manifest["ties"] = reported + [made_tie(*row) for row in TIES]
    write(manifest_file, manifest)


def made_tie(name, shape, maps, target, step):
    config = Maps(FIXTURES / maps).config
    axes = "".join(f", ::{step}" for _ in shape)
    case = {
        "id": f"ties_{name}__{maps.removeprefix('maps/').removesuffix('.tar.gz')}__gd_n{target}",
        "maps": maps,
        "split": 0,
        "selection_metric": "loss",
        "network": config["architecture"],
        "mode": config["mode"],
        "input": f"ties/inputs/{name}_{'x'.join(map(str, shape))}.npy",
        "method": "gradients",
        "target_node": target,
        "level": None,
        "made_by": "tests/reference/make_float64_maps.py",
        **({"expected_sampling": f"map[:{axes}]"} if step > 1 else {}),
    }
    case["expected"] = f"ties/expected/{case['id']}.npy"
    # Channels of a slice are copies of each other.
    save(FIXTURES / case["input"], np.repeat(image_of_ties(name, shape)[None], config["input_size"][0], axis=0))
    (values, logits), departure = tie_case(case)
    save(FIXTURES / case["expected"], values[sampling(case)])
    print(case["id"], departure, flush=True)
    return {**case, "logits": logits.tolist(), "float32_departure": departure}


def tie_case(case):
    """Float64 map and logits of a case, and how far torch's own float32 is from them on the machine that makes them."""
    x = torch.from_numpy(np.load(FIXTURES / case["input"]))[None]
    network = Maps(FIXTURES / case["maps"]).network(case["split"], case["selection_metric"])
    values, logits = explain(network, x.double(), case)
    check_sums(network, x.double(), case, values)
    float32, _ = explain(network.float(), x, case)
    return (values, logits), departure_of(float32[sampling(case)], values[sampling(case)])


def check_sums(network, x, case, expected):
    """
    Equal windows must have given equal sums. A matrix product may sum at its edges in another order; here each tap is added
    for all voxels alike.
    """
    convolutions = [module for module in network.modules() if isinstance(module, (Slabs, torch.nn.Conv2d))]
    for module in convolutions:
        module.forward = lambda x, module=module: tap_by_tap(module, x)
    values, _ = explain(network, x, case)
    for module in convolutions:
        del module.forward
    departure = departure_of(values, expected)
    assert departure["max_rel"] < 1e-9, (case["id"], departure)


def tap_by_tap(module, x):
    pad, stride = module.padding[0], module.stride[0]
    axes = x.dim() - 2
    padded = functional.pad(x, [pad] * (2 * axes))
    sizes = [(n + 2 * pad - width) // stride + 1 for n, width in zip(x.shape[2:], module.kernel_size)]
    as_column = (1, -1) + (1,) * axes
    total = torch.zeros(1, 1, *sizes, dtype=x.dtype) + (0 if module.bias is None else module.bias.view(as_column))
    for channel in range(x.shape[1]):
        for tap in np.ndindex(*module.kernel_size):
            shifted = tuple(slice(at, at + stride * (n - 1) + 1, stride) for at, n in zip(tap, sizes))
            weight = module.weight[(slice(None), channel, *tap)].view(as_column)
            total = total + weight * padded[(slice(None), slice(channel, channel + 1), *shifted)]
    return total


def image_of_ties(name, shape):
    """Float32, as a network gets it: 0 to 1."""
    places = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"))
    size = np.array(shape).reshape(-1, *[1] * len(shape))
    random = np.random.default_rng(19)
    smooth = sum(np.sin((axis + 2) * 2.3 * at / n + axis) for axis, (at, n) in enumerate(zip(places, shape)))
    # Edges of ball and cube fall on odd and on even voxels.
    ball = ((places - size * 0.4 + 0.5) ** 2).sum(axis=0) <= (min(shape) * 0.3) ** 2
    cube = ((places >= size // 2 + 1) & (places < size - 2)).all(axis=0)
    noise = random.normal(100, 30, shape)
    if name == "binary":
        image = ball | cube
    elif name == "labels":
        seeds = random.uniform(0, 1, (14, len(shape))) * shape
        nearest = np.argmin([((places - seed.reshape(size.shape)) ** 2).sum(axis=0) for seed in seeds], axis=0)
        image = nearest % 6
    elif name == "nan_and_inf":
        image = np.where(cube, np.nan, noise)
        image[tuple(n // 3 for n in shape)] = np.inf
        image[tuple(n - 2 for n in shape)] = np.inf
    elif name == "constant":
        return np.full(shape, 0.5, dtype=np.float32)
    elif name == "one_voxel":
        image = np.zeros(shape)
        image[tuple(n // 2 - 1 for n in shape)] = 7
    elif name == "masked":
        inside = (((places - size / 2 + 0.5) / (size * 0.38)) ** 2).sum(axis=0) <= 1
        image = np.where(inside, np.round(100 + 40 * smooth), 0)
    elif name == "stripes":
        image = np.isin(places[-1] % 5, (0, 1))
    elif name in ("cells_of_2", "cells_of_3"):
        image = (places // int(name[-1])).sum(axis=0) % 2
    elif name == "quantised":
        image = np.round(smooth * 40)
    elif name == "halves":
        half = noise[: shape[0] // 2]
        image = np.concatenate([half, half])
    image = torch.from_numpy(image.astype(np.float32))
    return transformed(image, {"normalize": True, "size_reduction": False}).numpy()


def save(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.ascontiguousarray(values, dtype=np.float32))


def write(path, manifest):
    path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
