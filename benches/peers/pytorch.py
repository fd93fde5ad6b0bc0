"""PyTorch on the CPU as an engine of the benches (protocol: benches/README.md).

    python pytorch.py as-clinicadl|inputs-only THREADS
"""

import json
import os
import resource
import sys
import time

import numpy as np
import torch

from network import METHODS, open_network


class Engine:
    def __init__(self, inputs_only):
        self.inputs_only = inputs_only

    def load(self, request):
        case = self.case = request["case"]
        self.work = request["work"]
        self.network = open_network(case, self.inputs_only)
        shape = (1, 1, *case["shape"])
        self.images = [torch.from_numpy(np.fromfile(path, np.float32).reshape(shape)) for path in case["inputs"]]
        return {}

    def run(self, request):
        if self.work == "read":
            self.network = None
            self.network = open_network(self.case, self.inputs_only)
            return {}
        for index in range(request["repeat"]):
            self.map = METHODS[self.work](self.network, self.images[(request["input"] + index) % len(self.images)])
        return {}

    def values(self, request):
        method = "gradcam" if self.work == "read" else self.work
        values = METHODS[method](self.network, self.images[request["input"]]).numpy()
        values.tofile(request["path"])
        return {}


def measured(job, request):
    reset_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    result = job(request)
    result.update(wall_s=time.perf_counter() - wall, cpu_s=time.process_time() - cpu, peak_mib=peak_mib())
    return result


def reset_peak():
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass  # The peak is then that of the whole process.


def peak_mib():
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(kind, threads):
    torch.set_num_threads(threads)
    engine = Engine(inputs_only=kind == "inputs-only")
    # What libraries print to standard output must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = measured(getattr(engine, request["do"]), request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"version": f"torch {torch.__version__}", **answer}), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
