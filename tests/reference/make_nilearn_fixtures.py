"""Writes tests/data/figures/: small maps and backgrounds, and what nilearn 0.9.2's plot_stat_map shows of them.

python3.11 -m venv v && v/bin/pip install -r tests/reference/requirements-nilearn.txt && v/bin/python tests/reference/make_nilearn_fixtures.py
For each case: figure size, for each panel its rectangle (figure fractions, bottom left), the millimetres of its axes, and for the
background and the map the slice's values, which of them are opaque, and the colours of matplotlib; the figure without letters
and with them as PNG at 100 dpi. Arrays lie one after the other in cases.bin.gz, and cases.json says where.
"""

import gzip
import io
import json
import warnings
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import nibabel as nib
import numpy as np
from nilearn import plotting
from nilearn.plotting import cm as nilearn_cm
from nilearn.plotting.find_cuts import find_cut_slices, find_xyz_cut_coords
from scipy.ndimage import gaussian_filter

warnings.simplefilter("ignore")
FOLDER = Path(__file__).resolve().parents[1] / "data" / "figures"
COLORMAPS = "cold_hot RdBu_r inferno hot viridis magma gray bwr seismic coolwarm cold_white_hot".split()
BLOB = bytearray()


def keep(array, dtype):
    """Where the array lies in the file of all arrays."""
    raw = np.ascontiguousarray(array, dtype=dtype).tobytes()
    start = len(BLOB)
    BLOB.extend(raw)
    return {"start": start, "shape": list(np.shape(array))}


def rotation(degrees, axis):
    angle = np.deg2rad(degrees)
    turn = np.eye(3)
    first, second = [other for other in range(3) if other != axis]
    turn[first, first] = turn[second, second] = np.cos(angle)
    turn[first, second], turn[second, first] = -np.sin(angle), np.sin(angle)
    return turn


def affine(linear, shape, centre=(0.0, -18.0, 12.0)):
    """Puts the middle of the grid at `centre`."""
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    matrix[:3, 3] = np.array(centre) - linear @ ((np.array(shape) - 1) / 2)
    return matrix


def noise(shape, seed, smooth=1.6):
    values = gaussian_filter(np.random.default_rng(seed).standard_normal(shape), smooth)
    return values / np.abs(values).max()


def saliency(shape, seed):
    values = noise(shape, seed)
    values[np.abs(values) < 0.15] = 0
    return (values * 0.037).astype(np.float32)


def head(shape, seed):
    """Bright inside an ellipsoid, 0 outside."""
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij"))
    inside = (grid**2 / np.array([0.8, 0.9, 0.85]).reshape(3, 1, 1, 1) ** 2).sum(0) < 1
    return (inside * (120 + 80 * noise(shape, seed, 2))).astype(np.float32)


def save(name, data, matrix):
    image = nib.Nifti1Image(data, matrix)
    image.header["descrip"] = b""
    (FOLDER / f"{name}.nii.gz").write_bytes(gzip.compress(image.to_bytes(), 9, mtime=0))
    return nib.load(FOLDER / f"{name}.nii.gz")


def images():
    shape = (26, 31, 24)
    turn = rotation(12, 2) @ rotation(-8, 0)
    return {
        "map": save("map", saliency(shape, 1), affine(np.diag([5.0, 5.0, 5.0]), shape)),
        "map_flipped": save("map_flipped", saliency(shape, 2), affine(np.diag([-5.0, -5.0, 5.0]), shape)),
        "map_permuted": save("map_permuted", saliency(shape, 3), affine(np.array([[0, 0, -5.0], [4.5, 0, 0], [0, 6.0, 0]]), shape)),
        "map_oblique": save("map_oblique", saliency(shape, 4), affine(turn @ np.diag([5.0, 4.5, 6.0]), shape)),
        "map_positive": save("map_positive", np.abs(saliency(shape, 5)), affine(np.diag([4.0, 4.0, 4.0]), shape, (10, -30, 5))),
        "mask_oblique": save("mask_oblique", (noise(shape, 6) > 0.3).astype(np.uint8), affine(turn @ np.diag([-5.0, 5.0, 5.0]), shape)),
        "bg": save("bg", head((38, 44, 36), 7), affine(np.diag([4.0, 4.0, 4.0]), (38, 44, 36))),
        "bg_flipped": save("bg_flipped", head((38, 44, 36), 8), affine(np.diag([-4.0, 4.0, -4.0]), (38, 44, 36))),
        "bg_oblique": save("bg_oblique", head((34, 40, 32), 9), affine(rotation(-9, 1) @ np.diag([4.5, 4.5, 4.5]), (34, 40, 32))),
        "bg_white": save("bg_white", 255 - head((30, 34, 30), 10), affine(np.diag([5.0, 5.0, 5.0]), (30, 34, 30))),
    }


CASES = [
    dict(name="handbook", map="map", bg="template", mode="yz", cuts=[-50, 14], threshold=1e-3, title="Handbook"),
    dict(name="ortho_same_grid", map="map", bg="bg", mode="ortho"),
    dict(name="flipped_on_head", map="map_flipped", bg="bg", mode="xz", cuts=[-12, 20], threshold=0.004),
    dict(name="permuted_on_flipped", map="map_permuted", bg="bg_flipped", mode="yx"),
    dict(name="oblique_on_head", map="map_oblique", bg="bg", mode="ortho", cuts=[8, -25, 17], threshold=0.003, colormap="RdBu_r"),
    dict(name="head_oblique", map="map_positive", bg="bg_oblique", mode="yz", threshold=0.005, dim=False),
    dict(name="both_oblique_tiled", map="map_oblique", bg="bg_oblique", mode="tiled", vmax=0.03),
    dict(name="mask_oblique", map="mask_oblique", bg="bg", mode="z", cuts=[-10, 12.4, 30]),
    dict(name="slices_x", map="map_permuted", bg="bg", mode="x", cuts=4, threshold=0.002, title="x"),
    dict(name="slices_y_white", map="map_flipped", bg="bg_white", mode="y", threshold=0.006),
    dict(name="mosaic", map="map", bg="bg_oblique", mode="mosaic", cuts=3, threshold=0.01),
    dict(name="no_background", map="map_positive", bg="none", mode="ortho", threshold=None, colormap="inferno"),
    dict(name="black_template", map="map_flipped", bg="template", mode="yz", cuts=[-20, 8], threshold=0.005, black=True),
]


def slices_of(image, display, threshold):
    """Per panel the slice that nilearn shows of an image, cut again through its own axes."""
    from nilearn._utils.niimg import _is_binary_niimg, _safe_get_data
    from nilearn.image import reorder_img

    upright = reorder_img(image, resample="nearest" if _is_binary_niimg(image) else "continuous")
    data = np.asanyarray(_safe_get_data(upright, ensure_finite=True))
    if threshold is not None:
        inside = data == 0 if threshold == 0 else (data >= -threshold) & (data <= threshold)
        data = np.ma.masked_where(inside, data)
    for panel in display.axes.values():
        try:
            yield panel.transform_to_2d(data, upright.affine)
        except IndexError:
            yield None


def picture(figure, facecolor, name):
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=100, facecolor=facecolor, format="png", pil_kwargs={"optimize": True}, metadata={"Software": None})
    (FOLDER / f"{name}.png").write_bytes(buffer.getvalue())


def colors(drawn, values):
    rgba = drawn.cmap(drawn.norm(values), bytes=True)
    return np.where(np.ma.getmaskarray(values)[..., None], 0, rgba)


def describe(case, loaded):
    options = dict(display_mode=case["mode"], threshold=case.get("threshold", 1e-6), draw_cross=True)
    if "cuts" in case:
        options["cut_coords"] = case["cuts"]
    options["cmap"] = case.get("colormap", "cold_hot")
    if case["bg"] != "template":
        options["bg_img"] = None if case["bg"] == "none" else loaded[case["bg"]]
    options.update({option: case[word] for option, word in [("dim", "dim"), ("vmax", "vmax"), ("black_bg", "black")] if word in case})
    image = loaded[case["map"]]
    display = plotting.plot_stat_map(image, title=case.get("title"), **options)
    figure = display.frame_axes.figure
    facecolor = "k" if display.black_bg else "w"
    picture(figure, facecolor, case["name"])
    from nilearn.plotting.img_plotting import MNI152TEMPLATE

    background = MNI152TEMPLATE if case["bg"] == "template" else options.get("bg_img")
    found = dict(case, inches=figure.get_size_inches().tolist(), is_black=bool(display.black_bg), panels=[])
    of_map = list(slices_of(image, display, options["threshold"]))
    of_bg = [None] * len(of_map) if background is None else list(slices_of(background, display, None if case["bg"] == "template" else 1e-6))
    for panel, on_map, on_bg in zip(display.axes.values(), of_map, of_bg):
        box = panel.ax.get_position()
        entry = dict(plane=panel.direction, position=float(panel.coord), rect=[box.x0, box.y0, box.x1, box.y1])
        entry["limits"] = [*panel.ax.get_xlim(), *panel.ax.get_ylim()]
        drawn = [shown for shown in panel.ax.get_images() if shown.get_array().shape[:2] != (2, 2)]
        for key, values in [("background", on_bg), ("map", on_map)]:
            if values is None or np.ma.getmaskarray(values).all():
                continue
            shown = drawn.pop(0)
            assert np.array_equal(shown.get_array().filled(7), np.ma.filled(values, 7)), case["name"]
            entry[key] = dict(values=keep(np.ma.filled(values, 0), np.float32), rgba=keep(colors(shown, shown.get_array()), np.uint8))
            entry[key]["extent"] = [float(side) for side in shown.get_extent()]
        found["panels"].append(entry)
    if getattr(display, "_cbar", None) is not None:
        box = display._colorbar_ax.get_position()
        ticks = [tick.get_text() for tick in display._colorbar_ax.get_yticklabels()]
        found["bar"] = dict(rect=[box.x0, box.y0, box.x1, box.y1], ticks=ticks)
    plt.close(figure)
    return found


def cut_coordinates(loaded):
    found = []
    for name in ["map", "map_flipped", "map_permuted", "map_oblique", "map_positive", "mask_oblique"]:
        for threshold in [None, 1e-6, 0.01]:
            found.append(dict(map=name, threshold=threshold, point=find_xyz_cut_coords(loaded[name], activation_threshold=threshold)))
        for direction in "xyz":
            for n_cuts in [1, 5, 7, 20, 40]:
                cuts = find_cut_slices(loaded[name], direction, n_cuts)
                found.append(dict(map=name, direction=direction, n_cuts=n_cuts, cuts=[float(cut) for cut in cuts]))
    return found


def colormap_table(name):
    colormap = getattr(nilearn_cm, name, None) or plt.get_cmap(name)
    return keep(colormap(np.arange(256), bytes=True)[:, :3], np.uint8)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    loaded = images()
    cases = [describe(case, loaded) for case in CASES]
    tables = {name: colormap_table(name) for name in COLORMAPS}
    content = dict(cases=cases, cuts=cut_coordinates(loaded), colormaps=tables)
    (FOLDER / "cases.json").write_text(json.dumps(content, indent=1) + "\n")
    (FOLDER / "cases.bin.gz").write_bytes(gzip.compress(bytes(BLOB), 9, mtime=0))


main()
