"""Images whose maps do not hang on the last bits of float32.

The gradient of a maximum goes to one voxel. Where the two largest values of a pooling block differ by less than float32 resolves, the
order of summation decides which, and in a deep layer one such block changes the map over half the image. An image of random voxels has
some blocks like that in every layer; here it is changed, by about a hundred-thousandth, until the last two layers have none.
"""

import copy

import torch
from torch.nn import functional

# Smallest margin of a block, as a share of its layer's largest value: three times the largest error seen in PyTorch's own float32
# (3.2e-6, fifth convolution at full size).
MARGIN = 1e-5
# Only these layers: a block of an earlier one reaches few voxels, which the comparison of maps allows for.
N_LAYERS = 2
MAX_STEPS = 60
# How far beyond what is missing a step goes, one after the other: a block may take its margin from another one, and with equal steps the
# two would take turns for ever.
FACTORS = (2, 3, 1.5, 5)


def decided(network, image):
    """The image, changed so little that no block of the last layers is undecided; the values are float32."""
    exact = copy.deepcopy(network).double().eval().requires_grad_(False)
    for index in range(MAX_STEPS):
        wide = image.double().requires_grad_(True)
        undecided = torch.cat([missing(before_pooling) for before_pooling in last_layers(exact, wide)])
        if len(undecided) == 0:
            return image
        # Along this direction every margin grows; by more than what is missing, since others are moved, too.
        (direction,) = torch.autograd.grad(undecided.sum(), wide)
        step = FACTORS[index % len(FACTORS)] * undecided.detach().max() * len(undecided) / (direction * direction).sum()
        image = (wide - step * direction).detach().float()
    raise SystemExit(f"after {MAX_STEPS} steps {len(undecided)} pooling blocks are still undecided")


def last_layers(network, x):
    """What the last layers' pooling is given, in units of its largest value."""
    layers = []
    for block in split(network.convolutions):
        rectified = block[:3](x)
        layers.append(rectified)
        x = block[3](rectified)
    return [layer / layer.detach().max() for layer in layers[-N_LAYERS:]]


def split(convolutions):
    return [convolutions[start : start + 4] for start in range(0, len(convolutions), 4)]


def missing(rectified):
    """How much each undecided block lacks. A block is undecided where its largest value is positive and the second too close to it."""
    pads = [value for n in reversed(rectified.shape[2:]) for value in (n % 2, 0)]
    padded = functional.pad(rectified, pads)
    blocks = padded.unfold(2, 2, 2).unfold(3, 2, 2).unfold(4, 2, 2).reshape(-1, 8)
    largest, second = blocks.topk(2, dim=1).values.unbind(1)
    lack = MARGIN - (largest - second)
    return lack[(lack > 0) & (largest > 0)]
