// Asks Python, with the libraries that researchers use, what is in the files that the page wrote.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIXTURES, PYTHON, ROOT, scratch } from './inputs.mjs';

/** Largest difference allowed, as a share of the map's largest magnitude: float32 against PyTorch's float32. */
export const ON_CPU = 1e-5;
/** WebGPU lets drivers reorder and fuse operations. */
export const ON_WEBGPU = 1e-4;

/** Compares a downloaded map (.nii.gz or .pt) with a fixture's case; throws with Python's words. */
export function checkMap(download, caseId, tolerance, grid) {
  const manifest = join(FIXTURES, caseId.startsWith('demo__') ? 'demo/manifest.json' : 'manifest.json');
  const what = ['--manifest', manifest, '--case', caseId, '--tolerance', String(tolerance)];
  const where = grid ? ['--voxel-size', String(grid.voxelSize), '--origin', ...grid.origin.map(String)] : [];
  const script = join(ROOT, 'tests/reference/check_map.py');
  const { status, stdout, stderr } = spawnSync(PYTHON, [script, ...what, ...where, named(download)], { encoding: 'utf8' });
  assert.equal(status, 0, `${caseId}: ${(stderr ?? '').trim().split('\n').slice(-6).join('\n')}`);
  console.log(`# ${caseId}: ${stdout.trim()}`);
}

/** Checks a downloaded zip of a group run; `expected` are check_tree.py's options by name, `true` for a flag. Throws with Python's words. */
export function checkTree(download, expected) {
  const options = Object.entries(expected).flatMap(([name, value]) => [`--${name}`, ...(value === true ? [] : [value].flat().map(String))]);
  const script = join(ROOT, 'tests/reference/check_tree.py');
  const { status, stdout, stderr } = spawnSync(PYTHON, [script, named(download), ...options], { encoding: 'utf8' });
  assert.equal(status, 0, `${download.name}: ${(stderr ?? '').trim().split('\n').slice(-6).join('\n')}`);
  console.log(`# ${download.name}: ${stdout.trim().split('\n').join('; ')}`);
}

/** The download under its suggested name: Playwright stores it without an extension. */
function named(download) {
  const path = join(scratch, download.name);
  copyFileSync(download.path, path);
  return path;
}
