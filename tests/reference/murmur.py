"""Noise that every machine makes alike; tests/it/murmur.rs has the same."""

import numpy as np


def noise(n, seed):
    """float32 in −0.5..0.5, multiples of 2⁻²⁴: murmur3's finaliser of the index."""
    x = np.arange(n, dtype=np.uint64) + np.uint64(seed * 0x9E3779B9)
    mask = np.uint64(0xFFFFFFFF)
    x &= mask
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x85EBCA6B)) & mask
    x ^= x >> np.uint64(13)
    x = (x * np.uint64(0xC2B2AE35)) & mask
    x ^= x >> np.uint64(16)
    return (x >> np.uint64(8)).astype(np.float32) / np.float32(1 << 24) - np.float32(0.5)
