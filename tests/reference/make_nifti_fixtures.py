"""Writes tests/data/nifti/: small NIfTI images and what nibabel reads from them (cases.json).

Run with Debian's python3-nibabel (5.0.0, numpy 1.24): /usr/bin/python3 tests/reference/make_nifti_fixtures.py
The values are those of get_fdata(dtype="float32"), as ClinicaDL calls it, listed with the last axis fastest.
"""

import gzip
import json
from pathlib import Path

import nibabel as nib
import numpy as np

FOLDER = Path(__file__).resolve().parents[1] / "data" / "nifti"
SHAPE = (3, 4, 5)
SFORM = np.array([[0.9, -0.2, 0.1, -84.5], [0.3, 1.1, 0.0, -119.25], [-0.1, 0.05, 1.2, -78.0], [0, 0, 0, 1]])


def header(dtype, big_endian=False, slope=None, inter=None, shape=SHAPE):
    head = nib.Nifti1Header(endianness=">" if big_endian else "<")
    head.set_data_dtype(np.dtype(dtype).newbyteorder(">" if big_endian else "<"))
    head.set_data_shape(shape)
    head["magic"] = b"n+1"
    head["vox_offset"] = 352
    if slope is not None:
        head["scl_slope"], head["scl_inter"] = slope, inter
    return head


def save(name, head, raw, extension=b"\0\0\0\0"):
    """Header and raw voxels, first axis fastest, exactly as given."""
    raw = np.asarray(raw, dtype=head.get_data_dtype())
    content = head.binaryblock + extension + raw.tobytes(order="F")
    path = FOLDER / name
    path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)


def ramp(dtype, shape=SHAPE):
    """Distinct values that use much of the type's range."""
    n = int(np.prod(shape))
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        values = np.random.default_rng(7).normal(0, 1000, n)
    else:
        info = np.iinfo(dtype)
        values = [info.min + (info.max - info.min) * index // (n - 1) for index in range(n)]
    return np.array(values, dtype=dtype).reshape(shape)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()

    for dtype in ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]:
        head = header(dtype)
        head.set_sform(SFORM, code=1)
        save(f"little_{dtype}.nii", head, ramp(dtype))
    for dtype in ["i2", "i4", "f4", "f8"]:
        head = header(dtype, big_endian=True)
        head.set_sform(SFORM, code=4)
        save(f"big_{dtype}.nii.gz", head, ramp(dtype))
    for dtype in ["u1", "i2", "i4", "u8", "f4", "f8"]:
        head = header(dtype, slope=0.0123, inter=-7.3)
        head.set_sform(SFORM, code=1)
        save(f"scaled_{dtype}.nii.gz", head, ramp(dtype))
    for name, slope, inter in [("zero", 0, 5), ("nan", np.nan, 5), ("one", 1, 0), ("only_intercept", 1, 2.5)]:
        head = header("i2", slope=slope, inter=inter)
        save(f"slope_{name}.nii", head, ramp("i2"))

    rotation = nib.quaternions.quat2mat(np.array([0.8, 0.3, -0.4, 0.33166248]))
    qform = np.eye(4)
    qform[:3, :3] = rotation @ np.diag([1.5, 0.8, 2.0])
    qform[:3, 3] = [10.5, -20.25, 30]
    left_handed = qform.copy()
    left_handed[:3, 2] *= -1
    for name, affine in [("qform", qform), ("qform_negative_qfac", left_handed)]:
        head = header("u1")
        head.set_qform(affine, code=1)
        save(f"{name}.nii.gz", head, ramp("u1"))
    head = header("u1")
    head.set_qform(qform, code=1)
    head.set_sform(SFORM, code=2)
    save("sform_before_qform.nii", head, ramp("u1"))
    head = header("u1")
    head.set_qform(qform, code=1)
    head["pixdim"][0] = 0
    save("qfac_zero.nii", head, ramp("u1"))
    head = header("u1")
    head["qform_code"], head["quatern_b"] = 2, 1
    save("half_turn.nii", head, ramp("u1"))
    head = header("u1")
    head["pixdim"][1:4] = [2, 3, 4]
    save("neither_form.nii", head, ramp("u1"))
    head = header("u1")
    head["pixdim"][1:4] = [0, -3, 4]
    head["qform_code"] = 1
    save("bad_pixdim.nii", head, ramp("u1"))

    head = header("i2", shape=SHAPE + (1,))
    head.set_sform(SFORM, code=1)
    save("trailing_singleton_4d.nii.gz", head, ramp("i2", SHAPE + (1,)))
    head = header("i2", shape=SHAPE + (1, 1, 1))
    save("trailing_singletons_6d.nii", head, ramp("i2", SHAPE + (1, 1, 1)))
    head = header("i2")
    head["vox_offset"] = 368
    save("extension.nii.gz", head, ramp("i2"), b"\1\0\0\0" + np.array([16, 6], "<i4").tobytes() + b"maplens\0")
    head = header("u1", shape=(19, 2, 35))
    save("odd_shape.nii.gz", head, (np.arange(19 * 2 * 35) % 251).reshape(19, 2, 35))
    packed = FOLDER / "two_gzip_members.nii.gz"
    plain = (FOLDER / "little_i2.nii").read_bytes()
    packed.write_bytes(gzip.compress(plain[:360], mtime=0) + gzip.compress(plain[360:], mtime=0))

    for endian, order in [("<", "little"), (">", "big")]:
        head = nib.Nifti2Header(endianness=endian)
        head.set_data_dtype(np.dtype("i2").newbyteorder(endian))
        head.set_data_shape(SHAPE)
        head.set_sform(SFORM, code=1)
        head["magic"], head["vox_offset"] = b"n+2\0\r\n\x1a\n", 544
        save(f"nifti2_{order}.nii", head, ramp("i2"))
        save(f"nifti2_{order}_packed.nii.gz", head, ramp("i2"))
        for dtype in ["i2", "f8"]:
            head.set_data_dtype(np.dtype(dtype).newbyteorder(endian))
            head["scl_slope"], head["scl_inter"] = 0.0123, -7.3
            save(f"nifti2_{order}_scaled_{dtype}.nii.gz", head, ramp(dtype))
    head = nib.Nifti2Header()
    head.set_data_dtype("u1")
    head.set_data_shape(SHAPE)
    head.set_qform(qform, code=1)
    head["magic"], head["vox_offset"] = b"n+2\0\r\n\x1a\n", 560
    save("nifti2_qform_extension.nii", head, ramp("u1"), b"\1\0\0\0" + np.array([16, 6], "<i4").tobytes() + b"maplens\0")
    nib.save(nib.Nifti1Pair(ramp("i2"), SFORM), FOLDER / "pair.hdr")
    nib.save(nib.Nifti2Pair(ramp("f4"), SFORM), FOLDER / "pair2.hdr")

    cases = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix == ".img":
            continue
        image = nib.load(path)
        data = image.get_fdata(dtype="float32")
        data = data.reshape(data.shape[:3])
        cases[path.name] = {
            "shape": list(data.shape),
            "affine": image.affine[:3].tolist(),
            "bits": np.ascontiguousarray(data).view(np.uint32).ravel().tolist(),
        }
    (FOLDER / "cases.json").write_text(json.dumps(cases, separators=(",", ":")).replace('"bits"', '\n"bits"') + "\n")

    # nibabel would take the header's own bytes for voxels here; other readers start behind the header.
    head = header("i2")
    head["vox_offset"] = 0
    save("offset_zero.nii", head, ramp("i2"))

    # Images that must be refused; what is wrong with them stands in tests/it/volume.rs.
    head = header("i2", shape=SHAPE + (2,))
    save("refused_4d.nii.gz", head, ramp("i2", SHAPE + (2,)))
    head = header("c8")
    save("refused_complex.nii", head, np.zeros(SHAPE, "c8"))
    head = header("u1", shape=(1, 3, 4, 5))
    save("refused_clinicadl_map.nii.gz", head, ramp("u1", (1, 3, 4, 5)))
    pair = header("i2")
    pair["magic"] = b"ni1"
    save("refused_pair.hdr", pair, ramp("i2"))


if __name__ == "__main__":
    main()
