"""L1 logistic regression by liblinear: reads a file in its format, prints the weights and the seconds as JSON."""
import json
import sys
import time

from sklearn.datasets import load_svmlight_file
from sklearn.linear_model import LogisticRegression

path, penalty, features, tolerance = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
x, y = load_svmlight_file(path, n_features=features, zero_based=True)
model = LogisticRegression(
    penalty="l1", solver="liblinear", C=1 / penalty, fit_intercept=False, tol=tolerance, max_iter=200, random_state=1
)
start = time.perf_counter()
model.fit(x, y)
print(json.dumps({"weights": model.coef_[0].tolist(), "seconds": time.perf_counter() - start}))
