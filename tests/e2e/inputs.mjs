// Input files, good and bad, made from the fixtures when a test wants them.
import { execFileSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const FIXTURES = join(ROOT, 'tests/fixtures');
export const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';

const T1W = 'space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz';
/** A region of 50³ voxels. */
const REGION = 'leftHippocampusBox';
const CHECKPOINT = 'split-0/best-loss/model.pth.tar';

/** A folder for one test file's inputs, removed at exit. */
export const scratch = mkdtempSync(join(tmpdir(), 'maplens-e2e-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** The NIfTI of a demo participant, as a researcher would have it on disk. */
export function scan(participant) {
  const folder = join(ROOT, 'www/demo/caps/subjects', participant, 'ses-M000/t1_linear');
  return join(folder, `${participant}_ses-M000_${T1W}`);
}

export function mapsFolder(name) {
  return join(FIXTURES, 'maps', name);
}

export function asTarGz(folder) {
  const archive = join(scratch, `${basename(folder)}.tar.gz`);
  execFileSync('tar', ['-czf', archive, '-C', dirname(folder), basename(folder)]);
  return archive;
}

export function asZip(folder) {
  const archive = join(scratch, `${basename(folder)}.zip`);
  execFileSync(PYTHON, ['-m', 'zipfile', '-c', archive, folder]);
  return archive;
}

/** A copy of a MAPS fixture that `change(folder)` may spoil, as .tar.gz. */
function spoiled(name, fixture, change) {
  const folder = join(scratch, name);
  cpSync(mapsFolder(fixture), folder, { recursive: true });
  change(folder);
  return asTarGz(folder);
}

/** A MAPS with a second split and a second selection metric, as a folder. */
export function mapsWithMoreCheckpoints() {
  const folder = join(scratch, 'maps_more');
  cpSync(mapsFolder('image_sr5_conv5'), folder, { recursive: true });
  const trained = join(folder, 'split-0/best-loss');
  cpSync(trained, join(folder, 'split-0/best-BA'), { recursive: true });
  cpSync(trained, join(folder, 'split-1/best-loss'), { recursive: true });
  return folder;
}

/** A copy of a MAPS fixture in which ClinicaDL's own prediction of a data group `test` says `row`. */
export function mapsWithPrediction(fixture, row) {
  const folder = join(scratch, `${fixture}_predicted`);
  cpSync(mapsFolder(fixture), folder, { recursive: true });
  const group = join(folder, 'split-0/best-loss/test');
  mkdirSync(group);
  const table = [Object.keys(row), Object.values(row)].map((cells) => cells.join('\t')).join('\n');
  writeFileSync(join(group, 'test_image_level_prediction.tsv'), `${table}\n`);
  return folder;
}

/** A CAPS folder with one participant's scan and the masks of regions. */
export function capsWithMasks(participant) {
  const caps = join(scratch, 'caps_masks');
  cpSync(join(ROOT, 'www/demo/caps/subjects', participant), join(caps, 'subjects', participant), { recursive: true });
  cpSync(join(FIXTURES, 'caps_masks'), join(caps, 'masks'), { recursive: true });
  return caps;
}

/** A copy of `roi_conv4` that was trained on prepared tensors of its first region alone. */
export function mapsOfPreparedRegion() {
  const folder = join(scratch, 'roi_prepared');
  cpSync(mapsFolder('roi_conv4'), folder, { recursive: true });
  const file = join(folder, 'maps.json');
  const maps = JSON.parse(readFileSync(file, 'utf8'));
  maps.preprocessing_dict = { ...maps.preprocessing_dict, prepare_dl: true, roi_list: [REGION] };
  writeFileSync(file, JSON.stringify({ ...maps, num_networks: 1 }));
  return folder;
}

/**
 * A CAPS of `size` participants with nothing but the prepared tensor of one region each, which is the same for all (one
 * file under many names), the masks and the participants' table. Files are named as `clinicadl prepare-data` names them.
 */
export function cohortOfPreparedRegions(size) {
  const caps = join(scratch, `caps_${size}`);
  const tensor = join(scratch, `region_${size}.pt`);
  const save = 'import sys, numpy, torch; torch.save(torch.from_numpy(numpy.load(sys.argv[1])), sys.argv[2])';
  execFileSync(PYTHON, ['-c', save, join(FIXTURES, 'inputs/roi_conv4_sub-TRIV24_roi-0.npy'), tensor]);
  const participants = Array.from({ length: size }, (_, index) => `sub-${String(index + 1).padStart(3, '0')}`);
  for (const participant of participants) {
    const folder = join(caps, 'subjects', participant, 'ses-M000/deeplearning_prepare_data/roi_based/t1_linear');
    mkdirSync(folder, { recursive: true });
    linkSync(tensor, join(folder, `${participant}_ses-M000_space-MNI152NLin2009cSym_desc-CropRoi_res-1x1x1_roi-${REGION}_T1w.pt`));
  }
  cpSync(join(FIXTURES, 'caps_masks'), join(caps, 'masks'), { recursive: true });
  const rows = participants.map((participant, index) => `${participant}\tses-M000\t${index % 2 ? 'CN' : 'AD'}`);
  writeFileSync(join(caps, 'participants.tsv'), ['participant_id\tsession_id\tdiagnosis', ...rows, ''].join('\n'));
  return caps;
}

export const badModels = {
  withoutCheckpoint: () => spoiled('maps_no_checkpoint', 'image_sr5_conv5', (folder) => rmSync(join(folder, CHECKPOINT))),
  unsupported: () =>
    spoiled('maps_unsupported', 'image_sr5_conv5', (folder) => {
      const file = join(folder, 'maps.json');
      const maps = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...maps, architecture: 'VAE_X7' }));
    }),
  truncated: () => spoiled('maps_truncated', 'image_sr5_conv5', (folder) => truncateSync(join(folder, CHECKPOINT), 100_000)),
  noMaps: () => {
    const file = join(scratch, 'maps_holiday.zip');
    const text = join(scratch, 'holiday.txt');
    writeFileSync(text, 'no network in here');
    execFileSync(PYTHON, ['-m', 'zipfile', '-c', file, text]);
    return file;
  },
  nonsense: () => nonsense('maps_nonsense.tar.gz'),
};

export const badImages = {
  wrongShape: () => nifti('sub-SMALL_ses-M000_T1w.nii.gz', [10, 12, 14], (index) => index % 7),
  constant: () => nifti('sub-FLAT_ses-M000_T1w.nii.gz', [169, 208, 179], () => 5),
  nan: () => nifti('sub-NAN_ses-M000_T1w.nii.gz', [169, 208, 179], () => NaN),
  nonsense: () => nonsense('sub-JUNK_ses-M000_T1w.nii.gz'),
};

function nonsense(name) {
  const path = join(scratch, name);
  writeFileSync(path, Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251)));
  return path;
}

/** Writes a float32 NIfTI-1, with 1 mm voxels unless an affine's 12 numbers say otherwise; `value(index)` with the first axis fastest. */
export function nifti(name, shape, value, { affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], sformCode = 1 } = {}) {
  const nVoxels = shape.reduce((product, size) => product * size);
  const bytes = Buffer.alloc(352 + 4 * nVoxels);
  bytes.writeInt32LE(348, 0);
  [shape.length, ...shape, ...Array(7 - shape.length).fill(1)].forEach((size, index) => bytes.writeInt16LE(size, 40 + 2 * index));
  bytes.writeInt16LE(16, 70); // datatype float32
  bytes.writeInt16LE(32, 72); // bits per voxel
  [1, 1, 1, 1].forEach((size, index) => bytes.writeFloatLE(size, 76 + 4 * index));
  bytes.writeFloatLE(352, 108); // vox_offset
  bytes.writeFloatLE(1, 112); // scl_slope
  bytes.writeInt16LE(sformCode, 254);
  affine.forEach((number, index) => bytes.writeFloatLE(number, 280 + 4 * index));
  bytes.write('n+1\0', 344, 'latin1');
  for (let index = 0; index < nVoxels; index += 1) bytes.writeFloatLE(value(index), 352 + 4 * index);
  const path = join(scratch, name);
  writeFileSync(path, gzipSync(bytes, { level: 1 }));
  return path;
}
