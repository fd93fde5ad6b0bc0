"""ClinicaDL 1.6.1's networks in plain torch, in double precision, from a MAPS: its maps.json and its checkpoint.

Layers are named as in the checkpoint, which is loaded strictly; numbers of channels and widths are those of its weights.
"""

import io
import json
import tarfile
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

# Of the widest layer's unfolded input, which torch's convolution in double precision writes out.
MAX_UNFOLDED = 2**27
LEAKY_SLOPE = 0.01


class Maps:
    """A MAPS, as a folder or as a .tar.gz of one."""

    def __init__(self, path):
        self.path = Path(path)
        self.config = json.loads(self._read("maps.json"))

    def network(self, split, selection):
        checkpoint = torch.load(io.BytesIO(self._read(f"split-{split}/best-{selection}/model.pth.tar")), map_location="cpu")
        network = build(self.config, checkpoint["model"]).double()
        network.load_state_dict({key: value for key, value in checkpoint["model"].items()})
        return network.eval().requires_grad_(False)

    def _read(self, name):
        if self.path.is_dir():
            return (self.path / name).read_bytes()
        with tarfile.open(self.path) as archive:
            top = archive.getnames()[0].split("/")[0]
            return archive.extractfile(f"{top}/{name}").read()


def build(config, weights):
    architecture = config["architecture"]
    network = nn.Module()
    if architecture in ("Conv5_FC3", "Conv4_FC3"):
        network.convolutions = nn.Sequential(*five_blocks(weights, pools=True))
        network.fc = head(weights, {2: "fc.2", 4: "fc.4", 6: "fc.6"}, nn.ReLU())
    elif architecture == "Stride_Conv5_FC3":
        network.convolutions = nn.Sequential(*five_blocks(weights, pools=False))
        network.fc = head(weights, {2: "fc.2", 4: "fc.4", 6: "fc.6"}, nn.ReLU())
    elif architecture == "RandomArchitecture":
        blocks = config["convolutions_dict"].items()
        network.convolutions = named({name: random_block(weights, name, block, config["network_normalization"]) for name, block in blocks})
        network.fc = random_head(weights, config["n_fcblocks"])
    elif architecture == "ResNet3D":
        network.convolutions = nn.Sequential(*(residual_module(weights, i, nn.ELU()) for i in range(5)))
        network.fc = head(weights, {1: "fc.1", 4: "fc.4"}, nn.ELU())
    elif architecture == "SqueezeExcitationCNN":
        network.convolutions = nn.Sequential(*(residual_module(weights, i, nn.ReLU()) for i in range(5)))
        network.fc = head(weights, {2: "fc.2", 4: "fc.4"}, nn.ReLU())
    elif architecture == "resnet18":
        network.convolutions = resnet18(weights)
        network.fc = named({"0": nn.Flatten(), "1": linear(weights, "fc.1"), "fc_out": linear(weights, "fc.fc_out")})
    else:
        raise NotImplementedError(architecture)
    network.forward = lambda x: network.fc(network.convolutions(x))
    return network


def five_blocks(weights, pools):
    step = 4 if pools else 3
    for first in range(0, 5 * step, step):
        yield convolution(weights, f"convolutions.{first}", stride=1 if pools else 2)
        yield batch_norm(weights, f"convolutions.{first + 1}")
        yield nn.ReLU()
        if pools:
            yield PadMaxPool()


def random_block(weights, name, block, normalization):
    layers = []
    for number in range(block["n_conv"]):
        halves = number == block["n_conv"] - 1 and block["d_reduction"] == "stride"
        layers.append(convolution(weights, f"convolutions.{name}.{len(layers)}", stride=2 if halves else 1))
        if normalization == "BatchNorm":
            layers.append(batch_norm(weights, f"convolutions.{name}.{len(layers)}"))
        elif normalization == "InstanceNorm":
            layers.append(InstanceNorm())
        layers.append(nn.LeakyReLU(LEAKY_SLOPE))
    if block["d_reduction"] == "MaxPooling":
        layers.append(PadMaxPool())
    return nn.Sequential(*layers)


def random_head(weights, n_layers):
    def layer(index):
        activation = [nn.LeakyReLU(LEAKY_SLOPE)] if index < n_layers - 1 else []
        return nn.Sequential(linear(weights, f"fc.FC{index}.0"), *activation)

    return named({"0": nn.Flatten(), **{f"FC{index}": layer(index) for index in range(n_layers)}})


def residual_module(weights, index, activation):
    return nn.Sequential(Residual3d(weights, f"convolutions.{index}.0", activation), nn.MaxPool3d(3, 2))


def resnet18(weights):
    def block(index, number):
        return BasicBlock(weights, f"convolutions.{index}.{number}", 2 if index > 4 and number == 0 else 1)

    return nn.Sequential(
        convolution(weights, "convolutions.0", stride=2),
        batch_norm(weights, "convolutions.1"),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, padding=1),
        *(nn.Sequential(block(index, 0), block(index, 1)) for index in range(4, 8)),
        nn.AdaptiveAvgPool2d(1),
    )


class PadMaxPool(nn.Module):
    """Zeros in front of odd axes, then the maximum of blocks of two voxels per axis; the first of equal ones."""

    def forward(self, x):
        for axis in range(2, x.dim()):
            if x.shape[axis] % 2:
                x = functional.pad(x, [0, 0] * (x.dim() - 1 - axis) + [1, 0])
        return (functional.max_pool3d if x.dim() == 5 else functional.max_pool2d)(x, 2, 2)


class InstanceNorm(nn.Module):
    def forward(self, x):
        return functional.instance_norm(x)


class Residual3d(nn.Module):
    """Of ResNet3D, and with squeeze-excitation of SqueezeExcitationCNN."""

    def __init__(self, weights, key, activation):
        super().__init__()
        self.conv1, self.bn1 = convolution(weights, f"{key}.conv1"), batch_norm(weights, f"{key}.bn1")
        self.conv2, self.bn2 = convolution(weights, f"{key}.conv2"), batch_norm(weights, f"{key}.bn2")
        self.shortcut = nn.Sequential(convolution(weights, f"{key}.shortcut.0"))
        self.activation = activation
        if f"{key}.se_block.fc1.weight" in weights:
            self.se_block = SqueezeExcitation(weights, f"{key}.se_block")

    def forward(self, x):
        y = self.bn2(self.conv2(self.activation(self.bn1(self.conv1(x)))))
        if hasattr(self, "se_block"):
            y = self.se_block(y)
        return self.activation(y + self.shortcut(x))


class SqueezeExcitation(nn.Module):
    def __init__(self, weights, key):
        super().__init__()
        self.fc1, self.fc2 = linear(weights, f"{key}.fc1"), linear(weights, f"{key}.fc2")

    def forward(self, x):
        share = torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean(dim=(2, 3, 4))))))
        return x * share[:, :, None, None, None]


class BasicBlock(nn.Module):
    """Of torchvision's ResNet-18."""

    def __init__(self, weights, key, stride):
        super().__init__()
        self.conv1, self.bn1 = convolution(weights, f"{key}.conv1", stride), batch_norm(weights, f"{key}.bn1")
        self.conv2, self.bn2 = convolution(weights, f"{key}.conv2"), batch_norm(weights, f"{key}.bn2")
        if stride > 1:
            shortcut = convolution(weights, f"{key}.downsample.0", stride), batch_norm(weights, f"{key}.downsample.1")
            self.downsample = nn.Sequential(*shortcut)

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


class Slabs(nn.Conv3d):
    """A convolution, some planes at a time: unfolded in double precision the whole image takes over 10 GB."""

    def forward(self, x):
        stride, width, pad = self.stride[0], self.kernel_size[0], self.padding[0]
        padded = functional.pad(x, [pad] * 6)
        n_planes = (padded.shape[2] - width) // stride + 1
        per_plane = x.shape[1] * width**3 * x.shape[3] * x.shape[4]
        step = max(1, MAX_UNFOLDED // per_plane)
        starts = range(0, n_planes, step)
        slabs = [padded[:, :, n * stride : (min(n + step, n_planes) - 1) * stride + width] for n in starts]
        return torch.cat([functional.conv3d(slab, self.weight, self.bias, stride) for slab in slabs], dim=2)


def convolution(weights, key, stride=1):
    """All of ClinicaDL's are padded so that stride 1 keeps the size."""
    n_out, n_in, width, *others = weights[f"{key}.weight"].shape
    kind = Slabs if len(others) == 2 else nn.Conv2d
    return kind(n_in, n_out, width, stride=stride, padding=width // 2, bias=f"{key}.bias" in weights)


def batch_norm(weights, key):
    following = len(weights[f"{key}.weight"])
    return BatchNorm(following)


class BatchNorm(nn.modules.batchnorm._BatchNorm):
    """Of either number of axes, with torch's ε of 1e-5."""

    def _check_input_dim(self, x):
        pass


def head(weights, layers, activation):
    """Flatten, then layers at their places in the sequence, with the activation between each two."""
    modules = {"0": nn.Flatten()}
    for place, key in layers.items():
        modules[str(place)] = linear(weights, key)
        if place != max(layers):
            modules[f"{place + 1}"] = activation
    return named(modules)


def linear(weights, key):
    n_out, n_in = weights[f"{key}.weight"].shape
    return nn.Linear(n_in, n_out)


def named(modules):
    sequence = nn.Sequential()
    for name, module in modules.items():
        sequence.add_module(name, module)
    return sequence
