"""Checks that a map is, bit for bit, ClinicaDL's Grad-CAM less the corrected one, and that the corrected one has no negative values.

Takes three tensor files: exact, corrected, difference. Ends with a sentence and status 1 if anything is wrong.
"""

import sys

import torch


def main():
    exact, corrected, difference = (torch.load(path, weights_only=True) for path in sys.argv[1:4])
    if corrected.min() < 0:
        sys.exit(f"the corrected map goes down to {corrected.min():g}")
    n_wrong = int((difference != exact - corrected).sum())
    if n_wrong:
        sys.exit(f"{n_wrong} of {difference.numel()} values are not exact − corrected")
    if not difference.any():
        sys.exit("the two maps are the same")
    print(f"exact − corrected in all {difference.numel()} values, {difference.min():.3g} to {difference.max():.3g}")


if __name__ == "__main__":
    main()
