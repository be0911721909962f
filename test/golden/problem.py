"""The fixed problem every golden trajectory is made from.

Two tensors (a matrix and a vector), 25 gradients for each and 25 loss values. Every number is rounded to float32 first, so
that a float32 implementation starts from exactly the bits that the float64 libraries here started from.

    python problem.py        writes optimizers/problem.json
"""

import json
from pathlib import Path

import numpy as np

STEPS = 25
ZERO_STEP = 10  # 1-based: every gradient of this step is zero, which is where `x / sqrt(0)` mistakes show
SHAPES = {"matrix": (4, 3), "vector": (5,)}
OUTPUT = Path(__file__).parent / "optimizers"


def float32(values):
    """Values that survive a round trip through float32, held as float64."""
    return np.asarray(values).astype(np.float32).astype(np.float64)


def make():
    random = np.random.default_rng(20261121)

    def signs(shape):
        return random.choice([-1.0, 1.0], size=shape)

    start = {name: float32(signs(shape) * random.uniform(0.1, 1.0, shape)) for name, shape in SHAPES.items()}

    # The size of a gradient is 10^(step part + element part), together from 1e-3 to 1e2. Signs persist for some steps (each
    # flips with probability 0.3), so that momentum both builds up and is turned round.
    gradients = []
    sign = {name: signs(shape) for name, shape in SHAPES.items()}
    for step in range(1, STEPS + 1):
        step_part = random.uniform(-2.0, 1.0)
        gradient = {}
        for name, shape in SHAPES.items():
            sign[name] = sign[name] * np.where(random.uniform(size=shape) < 0.3, -1.0, 1.0)
            gradient[name] = float32(sign[name] * 10.0 ** (step_part + random.uniform(-1.0, 1.0, shape)))
        if step == ZERO_STEP:
            gradient = {name: np.zeros(shape) for name, shape in SHAPES.items()}
        gradients.append(gradient)

    # Losses fall on the whole, and not every time.
    losses = float32(3.0 * np.exp(-0.1 * np.arange(STEPS)) * random.uniform(0.6, 1.4, STEPS))
    return start, gradients, [float(loss) for loss in losses]


START, GRADIENTS, LOSSES = make()


def flatten(tensors):
    """matrix row by row, then vector: 17 numbers."""
    return [float(x) for name in SHAPES for x in np.asarray(tensors[name], dtype=np.float64).reshape(-1)]


def to_json(value, indent=0):
    """JSON with a list of plain numbers on one line, so that a row of a trajectory is a row of the file."""
    pad, end = " " * (indent + 1), " " * indent
    if isinstance(value, dict) and value:
        rows = [f"{pad}{json.dumps(key)}: {to_json(item, indent + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + end + "}"
    if isinstance(value, list) and any(isinstance(item, (list, dict)) for item in value):
        return "[\n" + ",\n".join(pad + to_json(item, indent + 1) for item in value) + "\n" + end + "]"
    return json.dumps(value, allow_nan=False)


def write(path, value):
    path.parent.mkdir(exist_ok=True)
    path.write_text(to_json(value) + "\n")


if __name__ == "__main__":
    write(OUTPUT / "problem.json", {
        "shapes": {name: list(shape) for name, shape in SHAPES.items()},
        "start": flatten(START),
        "gradients": [flatten(gradient) for gradient in GRADIENTS],
        "losses": LOSSES,
    })
