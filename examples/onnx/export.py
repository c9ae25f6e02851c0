"""Trains a forest on the flowers of examples/iris, and exports it to forest.onnx beside this file."""

import csv
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier

here = Path(__file__).parent
with open(here / "../iris/iris.csv") as file:
    _, *rows = csv.reader(file)
features = np.array([row[:4] for row in rows], dtype=np.float32)
species = np.array([row[4] for row in rows])

forest = RandomForestClassifier(50, random_state=1).fit(features, species)
onnx = to_onnx(forest, features[:1], options={"zipmap": False})
(here / "forest.onnx").write_bytes(onnx.SerializeToString())
