"""Trains models, exports each to ONNX, and writes what each predicts itself.

Usage: export.py FOLDER. For each model, FOLDER gets NAME.onnx; and predictions.json by name: the rows that were asked
about, and the label or number, and the class probabilities, that the library answers for each.
"""

import json
import sys
from pathlib import Path

import lightgbm
import numpy as np
import xgboost
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as FloatInput
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from torch_graph import Network

folder = Path(sys.argv[1])
predictions = {}

iris = load_iris()
flowers = iris.data.astype(np.float32)
species = np.array(iris.target_names)[iris.target]
diabetes = load_diabetes()
patients = diabetes.data[:, :4].astype(np.float32)
no_maps = {"zipmap": False}


def write(name, model, file, rows, given=None):
    """Writes a file, and what its model says about some rows; `given` are the rows as the model takes them."""
    (folder / f"{name}.onnx").write_bytes(file.SerializeToString())
    asked = rows if given is None else given
    predictions[name] = {
        "rows": rows.tolist() if isinstance(rows, np.ndarray) else rows,
        "outputs": model.predict(asked).ravel().tolist(),
        "probabilities": model.predict_proba(asked).tolist() if hasattr(model, "predict_proba") else None,
    }


def write_sklearn(name, model, rows, target, options=None):
    model.fit(rows, target)
    write(name, model, to_onnx(model, rows[:1], options=options), rows)


write_sklearn("logistic", make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)), flowers, species, no_maps)
write_sklearn("forest", RandomForestClassifier(20, random_state=1), flowers, species, no_maps)
write_sklearn("maps", LogisticRegression(max_iter=1000), flowers, species)
write_sklearn("linear", LinearRegression(), patients, diabetes.target)
write_sklearn("boosted", GradientBoostingRegressor(n_estimators=20, random_state=1), patients, diabetes.target)

# Columns of several types, each an input of its own.
random = np.random.default_rng(1)
visitors = [
    [float(age), int(visits), str(country)]
    for age, visits, country in zip(
        random.normal(40, 10, 100).astype(np.float32), random.integers(0, 9, 100), random.choice(["de", "fr", "it"], 100)
    )
]
table = np.array(visitors, dtype=object)
bought = np.array([int(visits > 4 or country == "it") for _, visits, country in visitors])
columns = ColumnTransformer([("numbers", StandardScaler(), [0, 1]), ("texts", OneHotEncoder(), [2])])
model = make_pipeline(columns, LogisticRegression()).fit(table, bought)
types = [("age", FloatTensorType([None, 1])), ("visits", Int64TensorType([None, 1])), ("country", StringTensorType([None, 1]))]
write("columns", model, to_onnx(model, initial_types=types, options=no_maps), visitors, table)

inputs = [("x", FloatInput([None, 4]))]
model = xgboost.XGBClassifier(n_estimators=10).fit(flowers, iris.target)
write("xgboost", model, convert_xgboost(model, initial_types=inputs), flowers)
model = xgboost.XGBRegressor(n_estimators=10).fit(patients, diabetes.target)
write("xgboost-number", model, convert_xgboost(model, initial_types=inputs), patients)
model = lightgbm.LGBMClassifier(n_estimators=10, verbose=-1).fit(flowers, species)
write("lightgbm", model, convert_lightgbm(model, initial_types=inputs, zipmap=False), flowers)
model = lightgbm.LGBMRegressor(n_estimators=10, verbose=-1).fit(patients, diabetes.target)
write("lightgbm-number", model, convert_lightgbm(model, initial_types=inputs), patients)

# Seeds whose networks answer all three classes.
for name, model in {
    "torch": Network(4, 8, "softmax", iris.target_names, seed=178),
    "torch-logits": Network(4, 8, "logits", iris.target_names, seed=371),
    "torch-number": Network(4, 8, "number", seed=1),
}.items():
    write(name, model, model.graph(), flowers)

(folder / "predictions.json").write_text(json.dumps(predictions))
