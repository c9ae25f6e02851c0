"""The service as it was built before: Flask and scikit-learn. It records nothing, which the old one did."""

import json
import os
from datetime import datetime

import numpy
from flask import Flask, jsonify, request
from sklearn.linear_model import LogisticRegression

with open(os.environ["MODEL"]) as file:
    parameters = json.load(file)

features = parameters["features"]
model = LogisticRegression(multi_class="multinomial")
model.classes_ = numpy.array(parameters["classes"])
model.coef_ = numpy.array(parameters["weights"]).T
model.intercept_ = numpy.array(parameters["intercepts"])
model.n_features_in_ = len(features)

app = Flask(__name__)


@app.get("/readyz")
def ready():
    return jsonify(status="ready")


@app.post("/run/")
def run():
    body = request.get_json()
    datetime.strptime(body["request_time"], "%Y-%m-%d %H:%M:%S")
    sample = [[float(body["inputs"][feature]) for feature in features]]
    probabilities = model.predict_proba(sample)[0]
    return jsonify(
        status=201,
        id=body["id"],
        output=str(model.classes_[probabilities.argmax()]),
        probabilities=dict(zip(parameters["classes"], probabilities.tolist())),
    )
