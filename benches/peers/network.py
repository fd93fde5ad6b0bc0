"""ClinicaDL's Conv5_FC3 and Conv4_FC3 (both have five blocks) as PyTorch modules, and the two maps of `clinicadl interpret`."""

import torch
from torch import nn
from torch.nn import functional

CHANNELS = [8, 16, 32, 64, 128]
# Outputs of the fully connected layers.
FEATURES = {"Conv5_FC3": [1300, 50, 2], "Conv4_FC3": [50, 40, 2]}


class PadMaxPool3d(nn.Module):
    """Maximum over 2x2x2 voxels; an odd axis gets one zero in front first."""

    def forward(self, x):
        pads = [value for n in reversed(x.shape[2:]) for value in (n % 2, 0)]
        return functional.max_pool3d(functional.pad(x, pads), 2)


class ConvFc3(nn.Module):
    """Keys of the state dict are those of ClinicaDL."""

    def __init__(self, name, shape):
        super().__init__()
        blocks = zip([1, *CHANNELS], CHANNELS)
        self.convolutions = nn.Sequential(*(module for n_in, n_out in blocks for module in block(n_in, n_out)))
        for _ in CHANNELS:
            shape = [(n + 1) // 2 for n in shape]
        first, second, last = FEATURES[name]
        n_in = CHANNELS[-1] * shape[0] * shape[1] * shape[2]
        self.fc = nn.Sequential(
            nn.Flatten(), nn.Dropout(0.0), nn.Linear(n_in, first), nn.ReLU(), nn.Linear(first, second), nn.ReLU(), nn.Linear(second, last)
        )

    def forward(self, x):
        return self.fc(self.convolutions(x))


def block(n_in, n_out):
    return nn.Conv3d(n_in, n_out, 3, padding=1), nn.BatchNorm3d(n_out), nn.ReLU(), PadMaxPool3d()


def one_hot(logits, target):
    grad = torch.zeros_like(logits)
    grad[:, target] = 1
    return grad


def gradients(network, x, target=0):
    """The derivative of one logit by the input. Gradients of the weights are computed too unless they are switched off."""
    x = x.clone().requires_grad_(True)
    network.zero_grad()
    logits = network(x)
    logits.backward(gradient=one_hot(logits, target))
    return x.grad


def grad_cam(network, x, target=0):
    """Grad-CAM in the arithmetic of ClinicaDL 1.6.1: weights keep the last axis, the mean over channels is not rectified."""
    with torch.no_grad():
        features = network.convolutions(x)
    features.requires_grad_(True)
    network.zero_grad()
    logits = network.fc(features)
    logits.backward(gradient=one_hot(logits, target))
    weights = features.grad.mean(dim=(2, 3), keepdim=True)
    cam = (features.detach() * weights).mean(dim=1, keepdim=True)
    return functional.interpolate(cam, size=x.shape[2:], mode="trilinear", align_corners=True)


METHODS = {"gradients": gradients, "gradcam": grad_cam}


def open_network(case, inputs_only):
    """The network of a case as ClinicaDL loads it."""
    network = ConvFc3(case["network"], case["shape"])
    network.load_state_dict(read_checkpoint(case)["model"])
    network.eval()
    # ClinicaDL lets PyTorch compute gradients of the weights, too, and throws them away.
    network.requires_grad_(not inputs_only)
    return network


def read_checkpoint(case):
    return torch.load(case["checkpoint"], map_location="cpu", weights_only=True)
