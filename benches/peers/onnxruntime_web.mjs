// ONNX Runtime Web on its WebAssembly backend, one thread: the graph of onnx_graphs.py, backward pass included.
import * as ort from './node_modules/onnxruntime-web/dist/ort.wasm.min.mjs';

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = new URL('./node_modules/onnxruntime-web/dist/', import.meta.url).href;

export default class OnnxRuntimeWeb {
  constructor({ work, shape }) {
    Object.assign(this, { work, shape });
  }

  async load() {
    this.session = await ort.InferenceSession.create(`/case/${this.work}.onnx`, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
    this.inputs = await Promise.all([0, 1].map(floats));
  }

  async map(input) {
    const start = performance.now();
    const tensor = new ort.Tensor('float32', this.inputs[input], [1, 1, ...this.shape]);
    const { map } = await this.session.run({ input: tensor });
    return { milliseconds: performance.now() - start, map: map.data };
  }
}

async function floats(index) {
  return new Float32Array(await (await fetch(`/case/input-${index}.f32`)).arrayBuffer());
}
