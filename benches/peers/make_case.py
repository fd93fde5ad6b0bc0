"""Makes one case of the benches: a MAPS with random weights, images, PyTorch's maps of them, and the same network for each peer.

    python make_case.py FOLDER NETWORK D H W [--peers]

With `--peers` the network is written for the browser's peers, too: as ONNX graphs and as plain arrays.
Weights and images depend on the arguments only. Batch normalisation is fitted to the first image, as training would have done,
so that signals neither vanish nor grow. Images hold no voxels on which float32 cannot decide (decided.py). They are not normalised by the network, so that every engine computes on the same bits.
"""

import json
import os
import sys

import nibabel
import numpy as np
import torch

import onnx_graphs
from decided import decided
from network import CHANNELS, METHODS, ConvFc3

SEED = 20261123
N_IMAGES = 2


def main(folder, name, shape, for_peers):
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(SEED)
    images = [torch.rand(1, 1, *shape) for _ in range(N_IMAGES)]
    network = ConvFc3(name, shape)
    fit_batch_norm(network, images[0])
    images = [decided(network, image) for image in images]
    write_maps(os.path.join(folder, "maps"), network, name, shape)
    write_images(folder, images)
    write_expected(folder, network, images)
    if for_peers:
        folded = fold(network)
        write_folded(folder, folded)
        for method in METHODS:
            onnx_graphs.write(os.path.join(folder, f"{method}.onnx"), folded, shape, method)
    # Last, since its presence says that all the rest is there.
    write_json(os.path.join(folder, "case.json"), {"network": name, "shape": shape})


def fit_batch_norm(network, image):
    norms = [module for module in network.modules() if isinstance(module, torch.nn.BatchNorm3d)]
    for norm in norms:
        norm.momentum = 1.0
        torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
        torch.nn.init.uniform_(norm.bias, -0.2, 0.2)
    with torch.no_grad():
        network.train()(image)
    network.eval()


def write_maps(folder, network, name, shape):
    split = os.path.join(folder, "split-0", "best-loss")
    os.makedirs(split, exist_ok=True)
    checkpoint = {"model": network.state_dict(), "epoch": 1, "name": name}
    torch.save(checkpoint, os.path.join(split, "model.pth.tar"))
    write_json(os.path.join(folder, "maps.json"), maps_json(name, shape))
    os.makedirs(os.path.join(folder, "groups"), exist_ok=True)
    with open(os.path.join(folder, "groups", "train+validation.tsv"), "w") as table:
        table.write("participant_id\tsession_id\nsub-OTHER\tses-M000\n")


def maps_json(name, shape):
    return {
        "architecture": name,
        "network_task": "classification",
        "dropout": 0.0,
        "multi_network": False,
        "selection_metrics": ["loss"],
        "label": "diagnosis",
        "label_code": {"AD": 0, "CN": 1},
        "diagnoses": ["AD", "CN"],
        "normalize": False,
        "size_reduction": False,
        "size_reduction_factor": 2,
        "mode": "image",
        "preprocessing_dict": {
            "preprocessing": "t1-linear",
            "mode": "image",
            "use_uncropped_image": False,
            "prepare_dl": False,
            "extract_json": "t1_image.json",
            "file_type": {
                "pattern": "*space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz",
                "description": "T1w image",
                "needed_pipeline": "t1-linear",
            },
        },
        "caps_directory": "caps",
        "tsv_path": "tsv",
        "output_size": 2,
        "input_size": [1, *shape],
    }


def write_images(folder, images):
    os.makedirs(os.path.join(folder, "images"), exist_ok=True)
    for index, image in enumerate(images):
        voxels = image[0, 0].numpy()
        voxels.tofile(os.path.join(folder, f"input-{index}.f32"))
        nifti = nibabel.Nifti1Image(voxels, np.eye(4, dtype=np.float32))
        nifti.to_filename(os.path.join(folder, "images", f"sub-BENCH{index}_ses-M000_T1w.nii"))


def write_expected(folder, network, images):
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    for name, method in METHODS.items():
        for index, image in enumerate(images):
            method(network, image).numpy().tofile(os.path.join(folder, f"{name}-{index}.f32"))


def fold(network):
    """The network with batch normalisation folded into the convolutions, which is the form that serves the peers best."""
    layers = {}
    for index in range(len(CHANNELS)):
        convolution, norm = network.convolutions[4 * index], network.convolutions[4 * index + 1]
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        layers[f"conv{index}.weight"] = convolution.weight * scale.reshape(-1, 1, 1, 1, 1)
        layers[f"conv{index}.bias"] = (convolution.bias - norm.running_mean) * scale + norm.bias
    for index, layer in enumerate([network.fc[2], network.fc[4], network.fc[6]]):
        layers[f"fc{index}.weight"], layers[f"fc{index}.bias"] = layer.weight, layer.bias
    return {key: value.detach().numpy().astype(np.float32) for key, value in layers.items()}


def write_folded(folder, layers):
    """One file of float32, and where in it each array lies (in values)."""
    offset, places = 0, {}
    with open(os.path.join(folder, "folded.f32"), "wb") as file:
        for key, value in layers.items():
            places[key] = {"offset": offset, "shape": list(value.shape)}
            file.write(np.ascontiguousarray(value).tobytes())
            offset += value.size
    write_json(os.path.join(folder, "folded.json"), places)


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, indent=1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], [int(n) for n in sys.argv[3:6]], "--peers" in sys.argv[6:])
