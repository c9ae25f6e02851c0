"""L1 logistic regression by liblinear: reads a file in its format, prints weights and processor seconds as JSON."""
import json
import sys
import time

from sklearn.datasets import load_svmlight_file
from sklearn.linear_model import LogisticRegression

path, penalty, features, *tolerances = sys.argv[1], *map(float, sys.argv[2:])
x, y = load_svmlight_file(path, n_features=int(features), zero_based=True)
fits = []
for tolerance in tolerances:
    model = LogisticRegression(
        penalty="l1", solver="liblinear", C=1 / penalty, fit_intercept=False, tol=tolerance, max_iter=100, random_state=1
    )
    start = time.process_time()
    model.fit(x, y)
    fits.append({"weights": model.coef_[0].tolist(), "seconds": time.process_time() - start})
print(json.dumps(fits))
