// FTRL-Proximal in one thread, as one would write it for this one job: binary features with small ids, logistic loss,
// the text parsed in each pass.
// Usage: ftrl FILE PASSES MINIBATCH LAMBDA1 ALPHA BETA; prints the mean loss over all passes and the non-zero weights.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

static std::vector<double> z, n, weight, gradient;
static std::vector<char> touched;

struct Row {
  double label;
  size_t begin, end;
};

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  const int passes = atoi(argv[2]);
  const size_t minibatch = atoi(argv[3]);
  const double lambda = atof(argv[4]), alpha = atof(argv[5]), beta = atof(argv[6]);
  std::vector<Row> rows;
  std::vector<size_t> ids, distinct;
  double loss = 0, examples = 0;

  auto weightOf = [&](size_t i) {
    if (std::fabs(z[i]) <= lambda) return 0.0;
    return -(z[i] - std::copysign(lambda, z[i])) / ((beta + std::sqrt(n[i])) / alpha);
  };
  auto step = [&] {
    for (size_t i : distinct) weight[i] = weightOf(i), gradient[i] = 0;
    for (const Row& row : rows) {
      double margin = 0;
      for (size_t k = row.begin; k < row.end; k++) margin += weight[ids[k]];
      const double ym = row.label * margin;
      loss += std::fmax(0, -ym) + std::log1p(std::exp(-std::fabs(ym)));
      const double factor = -row.label / (1 + std::exp(ym));
      for (size_t k = row.begin; k < row.end; k++) gradient[ids[k]] += factor;
    }
    for (size_t i : distinct) {
      const double g = gradient[i];
      z[i] += g - (std::sqrt(n[i] + g * g) - std::sqrt(n[i])) / alpha * weight[i];
      n[i] += g * g;
      touched[i] = 0;
    }
    examples += rows.size();
    rows.clear(), ids.clear(), distinct.clear();
  };

  char* line = nullptr;
  size_t room = 0;
  for (int pass = 0; pass < passes; pass++) {
    FILE* file = fopen(argv[1], "r");
    if (!file) return 3;
    while (getline(&line, &room, file) > 0) {
      char* at = line;
      Row row{strtod(at, &at), ids.size(), 0};
      for (;;) {
        char* after;
        const size_t id = strtoul(at, &after, 10);
        if (after == at) break;
        at = after + 2;  // behind `:1`
        if (id >= z.size()) {
          for (auto* sums : {&z, &n, &weight, &gradient}) sums->resize(id + 1);
          touched.resize(id + 1);
        }
        if (!touched[id]) touched[id] = 1, distinct.push_back(id);
        ids.push_back(id);
      }
      row.end = ids.size();
      rows.push_back(row);
      if (rows.size() == minibatch) step();
    }
    step();
    fclose(file);
  }
  size_t nonzeros = 0;
  for (size_t i = 0; i < z.size(); i++) nonzeros += weightOf(i) != 0;
  printf("%.9e %zu\n", loss / examples, nonzeros);
}
