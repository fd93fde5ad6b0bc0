"""Writes the small files in tests/data/torch with real torch, and expected.json beside them.

    python3 tests/reference/make_torch_fixtures.py

Needs torch (1.13 or later; the files in the repository were written by torch 1.13.1) and nothing else. For each file
expected.json holds the tensors by path within the object ("" for a bare tensor): dtype, shape and values in C order.
Every tensor is saved in the ZIP container and in the legacy one. tests/malformed/torch gets what people hand in by mistake.
"""

import argparse
import collections
import datetime
import decimal
import io
import json
import pathlib
import pickle
import tarfile
import zipfile

import torch

TESTS = pathlib.Path(__file__).resolve().parent.parent
OUT = TESTS / "data" / "torch"
MALFORMED = TESTS / "malformed" / "torch"


def objects():
    ramp = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 8 - 1
    yield "f32", ramp
    for name in ("float64", "float16", "bfloat16"):
        yield name, (ramp * 3).to(getattr(torch, name))
    for name in ("int64", "int32", "int16", "int8"):
        yield name, torch.tensor([[0, 1, -1], [100, -128, 127]], dtype=getattr(torch, name))
    yield "uint8", torch.tensor([0, 1, 255], dtype=torch.uint8)
    yield "bool", torch.tensor([True, False, True])
    # As nibabel's arrays come to torch: first axis fastest, strides (D, 1, D, D·H).
    yield "fortran", torch.arange(24, dtype=torch.float32).reshape(4, 3, 2).permute(2, 1, 0).unsqueeze(0)
    yield "transposed", ramp.transpose(0, 2)
    yield "offset_view", ramp[1:, 1:, ::2]
    yield "expanded", torch.tensor([[1.5], [2.5]]).expand(2, 3)
    yield "scalar", torch.tensor(2.75)
    yield "empty", torch.zeros(0, 3)
    yield "parameter", torch.nn.Parameter(ramp[0].clone())
    shared = torch.arange(6, dtype=torch.float32)
    yield "shared_storage", {"whole": shared, "part": shared[2:5], "again": shared}
    network = torch.nn.Sequential(torch.nn.Conv3d(1, 2, 3, padding=1), torch.nn.BatchNorm3d(2))
    torch.manual_seed(7)
    for parameter in network.parameters():
        torch.nn.init.uniform_(parameter)
    weights = network.state_dict()
    assert weights._metadata
    yield "state_dict", weights
    yield "clinicadl", {"model": weights, "epoch": 12, "name": "Conv5_FC3"}
    yield "data_parallel", {"state_dict": collections.OrderedDict(("module." + k, v) for k, v in weights.items())}
    yield "plain_values", {
        "tensor": shared, "none": None, "yes": True, "no": False, "small": 7, "negative": -3, "big": 2**40, "lowest": -(2**63),
        "float": 0.1, "text": "é", "bytes_are_absent": [], "size": ramp.shape, "device": torch.device("cuda", 1),
        "dtype": torch.float32, "list": [1, [2, ()], {"k": (3,)}],
    }


    named = ramp.clone()
    named.source = {"scanner": "3T", "when": datetime.date(2020, 2, 29)}
    yield "attributes", named
    yield "subclass", ramp[0].clone().as_subclass(Named)
    yield "parameter_with_state", WithState(ramp[0].clone())
    yield "beside_weights", {
        "model": weights, "epoch": 12, "name": "Conv5_FC3", "args": argparse.Namespace(lr=1e-4, mode="image"), "set": {1, 2},
        "frozen": frozenset([3]), "path": pathlib.PurePosixPath("/data/caps"), "date": datetime.datetime(2020, 2, 29),
        "number": decimal.Decimal("0.1"), "bytes": b"\xff", "wide": 2**100, "deque": collections.deque([1, 2]),
        "counter": collections.Counter("abca"), "default": collections.defaultdict(list, a=[1]), "function": torch.nn.functional.relu,
        "network": torch.nn.Linear(1, 1),
    }


class Named(torch.Tensor):
    """A subclass, as MONAI's MetaTensor is one."""


class WithState:
    """A parameter with attributes as torch 2 saves it; torch 1.13 drops them."""

    def __init__(self, data):
        self.data = data

    def __reduce__(self):
        return _rebuild_parameter_with_state, (self.data, True, collections.OrderedDict(), {"tag": "x"})


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    return torch.nn.Parameter(data, requires_grad)


_rebuild_parameter_with_state.__module__ = "torch._utils"
torch._utils._rebuild_parameter_with_state = _rebuild_parameter_with_state


def tensors(value, path=""):
    if isinstance(value, WithState):
        value = value.data
    if isinstance(value, torch.Tensor):
        values = value.detach().double() if value.dtype.is_floating_point else value.long()
        dtype = str(value.dtype).removeprefix("torch.")
        yield path, {"dtype": dtype, "shape": list(value.shape), "values": values.reshape(-1).tolist()}
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from tensors(member, f"{path}/{key}")


def mistakes():
    """What is no plain torch file, by file name."""
    tensor = torch.arange(64, dtype=torch.float32)
    good = io.BytesIO()
    torch.save(tensor, good)
    yield "truncated.pt", good.getvalue()[:-200]
    legacy = io.BytesIO()
    torch.save(tensor, legacy, _use_new_zipfile_serialization=False)
    yield "truncated_legacy.pt", legacy.getvalue()[:-1]
    yield "whole_network.pt", saved(torch.nn.Linear(1, 1))
    yield "whole_network_legacy.pt", saved(torch.nn.Linear(1, 1), _use_new_zipfile_serialization=False)
    yield "complex.pt", saved(torch.zeros(2, dtype=torch.complex64))
    yield "plain_pickle.pt", pickle.dumps({"a": [1, 2, 3]})
    yield "bzip2.pt", repacked(good.getvalue(), zipfile.ZIP_BZIP2)
    yield "old_tar.pth.tar", tar_of({"sys_info": b"", "pickle": b"", "tensors": b"", "storages": b""})
    yield "lfs_pointer.pth.tar", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1254486\n"
    yield "empty.pt", b""


def saved(value, **options):
    out = io.BytesIO()
    torch.save(value, out, **options)
    return out.getvalue()


class Pipe(io.BytesIO):
    """Cannot be rewound, so that sizes and checksums stand in descriptors behind the data."""

    def seekable(self):
        return False

    def seek(self, *_):
        raise io.UnsupportedOperation

    tell = seek


def repacked(container, method=zipfile.ZIP_DEFLATED, out=None, zip64=False):
    """The container as `unzip` and `zip` leave it."""
    out = out or io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as source, zipfile.ZipFile(out, "w", method) as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with target.open(info, "w", force_zip64=zip64) as member:
                member.write(source.read(name))
    return out.getvalue()


def tar_of(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def main():
    MALFORMED.mkdir(parents=True, exist_ok=True)
    for file, content in mistakes():
        (MALFORMED / file).write_bytes(content)
    OUT.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, value in objects():
        for kind, zipped in (("zip", True), ("legacy", False)):
            file = f"{name}.{kind}.pt"
            torch.save(value, OUT / file, _use_new_zipfile_serialization=zipped)
            expected[file] = dict(tensors(value))
    for protocol in (3, 4, 5):
        weights = {"model": collections.OrderedDict(weight=torch.arange(4.0)), "epoch": 300, "name": "n" * 300}
        for kind, zipped in (("zip", True), ("legacy", False)):
            file = f"protocol{protocol}.{kind}.pt"
            torch.save(weights, OUT / file, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
            expected[file] = dict(tensors(weights))
    weights = {"model": dict(objects())["state_dict"], "epoch": 12, "name": "Conv5_FC3"}
    for name, options in (("deflated", {}), ("deflated_pipe", {"out": Pipe()}), ("deflated_zip64", {"zip64": True})):
        (OUT / f"{name}.zip.pt").write_bytes(repacked(saved(weights), **options))
        expected[f"{name}.zip.pt"] = dict(tensors(weights))
    complex_beside = {"model": weights["model"], "complex": torch.zeros(2, dtype=torch.complex64)}
    torch.save(complex_beside, OUT / "complex_beside.zip.pt")
    expected["complex_beside.zip.pt"] = dict(tensors({"model": weights["model"]}))
    lines = ",\n".join(f"{json.dumps(file)}: {json.dumps(value)}" for file, value in sorted(expected.items()))
    (OUT / "expected.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
