"""Checks a map that MapLens wrote with real nibabel: /usr/bin/python3 tests/reference/check_nifti.py MAP.nii.gz

Expects the volume of `write_the_reference_volume` in tests/it/export.rs.
"""

import sys

import nibabel as nib
import numpy as np

AFFINE = np.array([[2.5, 0.25, 0, -84.5], [-0.25, 2.5, 0, -119], [0, 0, 5, -78.125], [0, 0, 0, 1]])


def main(path):
    image = nib.load(path)
    expected = (np.arange(3 * 4 * 5, dtype=np.float32) - 30) / 8
    assert image.shape == (3, 4, 5), image.shape
    assert image.get_data_dtype() == np.float32
    assert np.array_equal(image.affine, AFFINE), image.affine
    assert np.array_equal(image.get_fdata(dtype="float32"), expected.reshape(3, 4, 5))
    head = image.header
    assert (int(head["sform_code"]), int(head["qform_code"])) == (2, 0)
    assert head.get_xyzt_units()[0] == "mm", head.get_xyzt_units()
    assert np.allclose(head.get_zooms(), np.linalg.norm(AFFINE[:3, :3], axis=0), rtol=1e-7)
    reports = nib.Nifti1Header.diagnose_binaryblock(head.binaryblock)
    assert not reports, reports
    print(f"{path}: shape, affine, values and header as expected")


if __name__ == "__main__":
    main(*sys.argv[1:])
