// TensorFlow.js on its WebGPU backend, differentiated by its own tape with respect to the image only.
//
// Arrays are channels-last there. Of operations on five axes only those are used that the backend computes rightly: a bias is
// added to two axes, as its sum with broadcasting on five gives zeros.
for (const path of ['tfjs/dist/tf.min.js', 'tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js']) {
  await script(`./node_modules/@tensorflow/${path}`);
}
const { tf } = globalThis;

const N_BLOCKS = 5;

export default class Tfjs {
  constructor({ shape }) {
    this.shape = shape;
  }

  async load() {
    if (!(await tf.setBackend('webgpu'))) throw new Error('no webgpu backend here');
    await tf.ready();
    this.layers = await layers();
    this.images = await Promise.all([0, 1].map(async (index) => tf.tensor5d(await floats(`input-${index}.f32`), [1, ...this.shape, 1])));
    this.gradient = tf.grad((image) => this.#logit(image));
  }

  async map(input) {
    const start = performance.now();
    const gradient = tf.tidy(() => this.gradient(this.images[input]));
    const map = await gradient.data();
    gradient.dispose();
    return { milliseconds: performance.now() - start, map };
  }

  #logit(image) {
    let features = image;
    for (let index = 0; index < N_BLOCKS; index++) {
      const [weight, bias] = this.layers.convolutions[index];
      features = maxPool(tf.relu(addBias(tf.conv3d(features, weight, 1, 'same'), bias)));
    }
    // The checkpoint's weights count channels slowest.
    let current = tf.reshape(tf.transpose(features, [0, 4, 1, 2, 3]), [1, -1]);
    this.layers.linear.forEach(([weight, bias], index) => {
      current = tf.add(tf.matMul(current, weight, false, true), bias);
      if (index < this.layers.linear.length - 1) current = tf.relu(current);
    });
    return tf.reshape(tf.slice(current, [0, 0], [1, 1]), []);
  }
}

function addBias(features, bias) {
  const channels = bias.size;
  return tf.reshape(tf.add(tf.reshape(features, [-1, channels]), bias), features.shape);
}

/** 2×2×2; an odd axis gets one zero in front first. Joined along one axis at a time with the axes behind it taken together. */
function maxPool(features) {
  let current = features;
  for (const axis of [1, 2, 3]) {
    const { shape } = current;
    if (shape[axis] % 2 === 0) continue;
    const before = shape.slice(0, axis).reduce((product, n) => product * n, 1);
    const behind = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
    const flat = tf.reshape(current, [before, shape[axis] * behind]);
    const padded = tf.concat([tf.zeros([before, behind]), flat], 1);
    current = tf.reshape(padded, shape.with(axis, shape[axis] + 1));
  }
  return tf.maxPool3d(current, 2, 2, 'valid');
}

async function layers() {
  const places = await (await fetch('/case/folded.json')).json();
  const values = await floats('folded.f32');
  const tensor = (key) => {
    const { offset, shape } = places[key];
    return tf.tensor(values.slice(offset, offset + shape.reduce((product, n) => product * n, 1)), shape);
  };
  const convolution = (index) => [tf.transpose(tensor(`conv${index}.weight`), [2, 3, 4, 1, 0]), tensor(`conv${index}.bias`)];
  const linear = (index) => [tensor(`fc${index}.weight`), tensor(`fc${index}.bias`)];
  return { convolutions: Array.from({ length: N_BLOCKS }, (_, index) => convolution(index)), linear: [0, 1, 2].map(linear) };
}

async function floats(name) {
  return new Float32Array(await (await fetch(`/case/${name}`)).arrayBuffer());
}

function script(path) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement('script'), { src: new URL(path, import.meta.url).href, onload: resolve });
    element.onerror = () => reject(new Error(`${path} could not be loaded`));
    document.head.append(element);
  });
}
