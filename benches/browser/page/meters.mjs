// Counts what a page or worker takes: WebAssembly memory, which never shrinks, and buffers on the graphics device.
// It must be imported before what it is to measure.

const memories = new Set();
const gpu = { now: 0, peak: 0, binding: 0 };

export function read() {
  const wasm = [...memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
  return { wasm, buffers: gpu.peak, binding: gpu.binding };
}

const { Memory, instantiate, instantiateStreaming } = WebAssembly;
WebAssembly.Memory = class extends Memory {
  constructor(descriptor) {
    super(descriptor);
    memories.add(this);
  }
};
const keep = (result) => {
  const { exports } = result.instance ?? result;
  Object.values(exports).filter((value) => value instanceof Memory).forEach((memory) => memories.add(memory));
  return result;
};
WebAssembly.instantiate = (...args) => instantiate.apply(WebAssembly, args).then(keep);
WebAssembly.instantiateStreaming = (...args) => instantiateStreaming.apply(WebAssembly, args).then(keep);

if (globalThis.GPUDevice) {
  const { createBuffer, createBindGroup } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  const sizes = new WeakMap();
  const forget = (entry) => {
    gpu.now -= entry.size;
    entry.size = 0;
  };
  // A buffer goes when it is destroyed, or when nothing refers to it any more.
  const collected = new FinalizationRegistry(forget);
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    const entry = { size: descriptor.size };
    sizes.set(buffer, entry);
    collected.register(buffer, entry);
    gpu.now += entry.size;
    gpu.peak = Math.max(gpu.peak, gpu.now);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    if (sizes.has(this)) forget(sizes.get(this));
    return destroy.call(this);
  };
  GPUDevice.prototype.createBindGroup = function (descriptor) {
    for (const { resource } of descriptor.entries) {
      if (resource.buffer) gpu.binding = Math.max(gpu.binding, resource.size ?? resource.buffer.size - (resource.offset ?? 0));
    }
    return createBindGroup.call(this, descriptor);
  };
}
