"""Writes nist.json from the files of NIST's Statistical Reference Datasets for nonlinear regression (public domain).

    python nist.py FOLDER     FOLDER holds Misra1a.dat and its 26 kin, as https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml has them
"""

import json
import pathlib
import re
import sys

sets = {}
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.dat")):
    lines = file.read_text().splitlines()
    rows = [[float(word) for word in line.split("=")[1].split()] for line in lines if re.match(r"\s*b\d+\s*=", line)]
    start = max(i for i, line in enumerate(lines) if re.match(r"Data:\s+y", line)) + 1
    total = next(float(line.split(":")[1]) for line in lines if "Residual Sum of Squares" in line)
    columns = list(zip(*[[float(word) for word in line.split()] for line in lines[start:] if line.strip()]))
    sets[file.stem] = {
        "starts": [[row[0] for row in rows], [row[1] for row in rows]],
        "parameters": [row[2] for row in rows],
        "errors": [row[3] for row in rows],
        "sumOfSquares": total,
        "y": columns[0],
        "x": columns[1] if len(columns) == 2 else list(zip(*columns[1:])),
    }
(pathlib.Path(__file__).parent / "nist.json").write_text("{\n" + ",\n".join(f' "{k}": {json.dumps(v)}' for k, v in sets.items()) + "\n}\n")
print(len(sets), "sets")
