"""Golden trajectories of the real libraries over the problem of problem.py.

    python optimizers.py             writes optimizers/<kind>.json for every kind
    python optimizers.py adam sgd    only these

The tables are in kinds_*.py, the options in our names; README.md says what they mean and has the formulas.
"""

import sys

import kinds_catalogue
import kinds_optax  # noqa: F401  (each registers its kinds)
import kinds_records  # noqa: F401
import kinds_torch
import kinds_tuning_free  # noqa: F401
import kinds_wrappers  # noqa: F401
from problem import OUTPUT, write
from registry import KINDS, golden

kinds_catalogue.more_muon(kinds_torch.MUON)

if __name__ == "__main__":
    for name in sys.argv[1:] or KINDS:
        write(OUTPUT / f"{name}.json", golden(name))
        print(name, len(KINDS[name]["cases"]))
