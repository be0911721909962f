"""Reads an event file with TensorBoard's own reader and prints its scalars as JSON: test/training/logs.test.ts has what it printed.

    python test/golden/events.py test/golden/events.out.tfevents.golden
"""

import json
import sys

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

events = []
for event in EventFileLoader(sys.argv[1]).Load():
    scalars = {v.tag: v.simple_value if v.HasField("simple_value") else v.tensor.float_val[0] for v in event.summary.value}
    events.append({"step": event.step, "time": event.wall_time, "version": event.file_version, "scalars": scalars})
print(json.dumps(events))
