"""Forward pass and gradient of one logit written out as ONNX nodes, since ONNX Runtime Web cannot differentiate.

What helps the peer is done for it: batch normalisation is folded, the rectifier's mask is taken after pooling, where an eighth of
the values is left, gradients go through the maxima by index, and the gradient of a convolution is a convolution with flipped weights:
ConvTranspose, which says the same, takes ONNX Runtime Web more than twice as long.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

N_BLOCKS = 5
TARGET = 0


class Graph:
    """Nodes and constants as they are added."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        if all(existing.name != name for existing in self.constants):
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind, inputs, outputs, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]


def write(path, layers, shape, method):
    """Writes the graph from `input` (1x1xDxHxW) to `map` (the same) for one of the methods."""
    graph = Graph()
    features, shapes, masks = convolutions(graph, layers, list(shape))
    logit_gradient = fully_connected(graph, layers, features, shapes[-1])
    if method == "gradients":
        backwards(graph, layers, logit_gradient, shapes, masks)
    else:
        grad_cam(graph, features, logit_gradient, shape)
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, *shape])
    body = helper.make_graph(graph.nodes, method, [value("input")], [value("map")], graph.constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def convolutions(graph, layers, shape):
    """The five blocks; gives the features, the spatial shape before each block and after the last, and each block's names."""
    current, shapes, kept = "input", [shape], []
    for index in range(N_BLOCKS):
        weight = graph.constant(f"conv{index}.weight", layers[f"conv{index}.weight"])
        bias = graph.constant(f"conv{index}.bias", layers[f"conv{index}.bias"])
        current = graph.add("Conv", [current, weight, bias], [f"z{index}"], kernel_shape=[3] * 3, pads=[1] * 6)
        current = graph.add("Relu", [current], [f"a{index}"])
        front = [n % 2 for n in shapes[-1]]
        if any(front):
            pads = graph.constant(f"pads{index}", np.array([0, 0, *front, 0, 0, 0, 0, 0], np.int64))
            current = graph.add("Pad", [current, pads], [f"padded{index}"])
        pooled, winners = f"pooled{index}", f"winners{index}"
        current = graph.add("MaxPool", [current], [pooled, winners], kernel_shape=[2] * 3, strides=[2] * 3)
        kept.append((pooled, winners, front))
        shapes.append([(n + 1) // 2 for n in shapes[-1]])
    return current, shapes, kept


def fully_connected(graph, layers, features, shape):
    """Forwards to the logits and back from one of them; gives its gradient by the features."""
    zero = graph.constant("zero", np.array(0, np.float32))
    current, masks = graph.add("Flatten", [features], ["flat"]), []
    for index in range(2):
        current = linear(graph, layers, index, current)
        current = graph.add("Relu", [current], [f"hidden{index}"])
        mask = graph.add("Greater", [current, zero], [f"open{index}"])
        masks.append(graph.add("Cast", [mask], [f"mask{index}"], to=TensorProto.FLOAT))
    # The logits themselves are not asked for: nothing of the last layer but its weights is needed.
    gradient = graph.constant("seed", layers["fc2.weight"][TARGET : TARGET + 1])
    for index in (1, 0):
        gradient = graph.add("Mul", [gradient, masks[index]], [f"masked{index}"])
        gradient = graph.add("MatMul", [gradient, f"fc{index}.weight"], [f"gradient{index}"])
    target_shape = graph.constant("feature_shape", np.array([1, -1, *shape], np.int64))
    return graph.add("Reshape", [gradient, target_shape], ["feature_gradient"])


def linear(graph, layers, index, current):
    weight = graph.constant(f"fc{index}.weight", layers[f"fc{index}.weight"])
    bias = graph.constant(f"fc{index}.bias", layers[f"fc{index}.bias"])
    return graph.add("Gemm", [current, weight, bias], [f"sum{index}"], transB=1)


def backwards(graph, layers, gradient, shapes, kept):
    for index in reversed(range(N_BLOCKS)):
        pooled, winners, front = kept[index]
        # A maximum of rectified values is positive where the winner's rectifier is open.
        mask = graph.add("Greater", [pooled, "zero"], [f"winner_open{index}"])
        mask = graph.add("Cast", [mask], [f"winner_mask{index}"], to=TensorProto.FLOAT)
        gradient = graph.add("Mul", [gradient, mask], [f"pooled_gradient{index}"])
        channels = len(layers[f"conv{index}.bias"])
        padded = [n + pad for n, pad in zip(shapes[index], front)]
        size = graph.constant(f"unpooled_shape{index}", np.array([1, channels, *padded], np.int64))
        gradient = graph.add("MaxUnpool", [gradient, winners, size], [f"unpooled{index}"], kernel_shape=[2] * 3, strides=[2] * 3)
        if any(front):
            starts = graph.constant(f"starts{index}", np.array(front, np.int64))
            ends = graph.constant(f"ends{index}", np.array(padded, np.int64))
            axes = graph.constant("spatial_axes", np.array([2, 3, 4], np.int64))
            gradient = graph.add("Slice", [gradient, starts, ends, axes], [f"cropped{index}"])
        output = "map" if index == 0 else f"input_gradient{index}"
        weight = graph.constant(f"conv{index}.backward", flipped(layers[f"conv{index}.weight"]))
        gradient = graph.add("Conv", [gradient, weight], [output], kernel_shape=[3] * 3, pads=[1] * 6)


def flipped(weight):
    """The weights by which a convolution of stride 1 computes the gradient of another one's input."""
    return np.flip(weight.transpose(1, 0, 2, 3, 4), (2, 3, 4))


def grad_cam(graph, features, gradient, shape):
    weights = graph.add("ReduceMean", [gradient], ["channel_weights"], axes=[2, 3], keepdims=1)
    weighted = graph.add("Mul", [features, weights], ["weighted"])
    cam = graph.add("ReduceMean", [weighted], ["cam"], axes=[1], keepdims=1)
    sizes = graph.constant("map_shape", np.array([1, 1, *shape], np.int64))
    graph.add("Resize", [cam, "", "", sizes], ["map"], mode="linear", coordinate_transformation_mode="align_corners")
