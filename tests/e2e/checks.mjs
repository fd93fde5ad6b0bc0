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

/**
 * Compares downloads of one map (.nii.gz, .pt) with a fixture's case; `expected` are check_map.py's other options by name.
 * Throws with Python's words.
 */
export function checkMap(downloads, caseId, tolerance, expected = {}) {
  const manifest = join(FIXTURES, caseId.startsWith('demo__') ? 'demo/manifest.json' : 'manifest.json');
  const files = [downloads].flat().map(named);
  const stdout = python('check_map.py', [...files, ...asOptions({ manifest, case: caseId, tolerance, ...expected })], caseId);
  console.log(`# ${caseId}: ${stdout.trim().split('\n').join('; ')}`);
}

/** Checks that a tensor is exactly the difference of two others. Throws with Python's words. */
export function checkDifference(exact, corrected, difference) {
  console.log(`# ${python('check_difference.py', [exact, corrected, difference].map(({ path }) => path), difference.name).trim()}`);
}

/** Checks what the page says two downloaded maps have in common; `said` are check_comparison.py's options by name. Throws with Python's words. */
export function checkComparison(downloads, said) {
  // Both have the same suggested name.
  const copies = downloads.map((download, index) => named({ ...download, name: `${index}-${download.name}` }));
  console.log(`# ${python('check_comparison.py', [...copies, ...asOptions(said, '=')], Object.values(said).join(' ')).trim()}`);
}

/** Checks a downloaded table of clusters against the downloaded map. Throws with Python's words. */
export function checkClusters(map, table) {
  console.log(`# ${python('check_clusters.py', [map, table].map(named), table.name).trim()}`);
}

/** Checks the numbers of a downloaded map in its downloaded tables; `said` are check_numbers.py's options by name. Throws with Python's words. */
export function checkNumbers(map, profiles, histogram, said) {
  console.log(`# ${python('check_numbers.py', [...[map, profiles, histogram].map(named), ...asOptions(said, '=')], map.name).trim()}`);
}

/** Checks a downloaded zip of a group run; `expected` are check_tree.py's options by name, `true` for a flag. Throws with Python's words. */
export function checkTree(download, expected) {
  const stdout = python('check_tree.py', [named(download), ...asOptions(expected)], download.name);
  console.log(`# ${download.name}: ${stdout.trim().split('\n').join('; ')}`);
}

/** With `=` a value may begin with a minus sign. */
function asOptions(expected, joint) {
  if (joint) return Object.entries(expected).map(([name, value]) => `--${name}${joint}${value}`);
  return Object.entries(expected).flatMap(([name, value]) => [`--${name}`, ...(value === true ? [] : [value].flat().map(String))]);
}

/** What one of the Python scripts prints. */
function python(script, args, about) {
  const { status, stdout, stderr } = spawnSync(PYTHON, [join(ROOT, 'tests/reference', script), ...args], { encoding: 'utf8' });
  assert.equal(status, 0, `${about}: ${(stderr ?? '').trim().split('\n').slice(-6).join('\n')}`);
  return stdout;
}

/** The download under its suggested name: Playwright stores it without an extension. */
function named(download) {
  const path = join(scratch, download.name);
  copyFileSync(download.path, path);
  return path;
}
