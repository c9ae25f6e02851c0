import { Random } from '../../learning/random';
import { Catalogue } from '../../learning/recommender/catalogue';
import { FactorModel } from '../../learning/recommender/factor-model';
import { rankCandidates, recommend, similarItems } from '../../learning/recommender/recommend';
import { amount } from '../options';
import { type Column, table, whole } from '../table';

/* How long a ranking takes. The baseline scores all items, one after the other, and sorts them. */

const size = amount(100_000, 1_000);
const width = 50;
const requests = amount(1_000, 20);
/** The baseline takes long. */
const baselineRequests = amount(100, 5);

const columns: readonly Column[] = [
  { heading: 'best 10 of', align: 'left' },
  { heading: 'p50', align: 'right' },
  { heading: 'p99', align: 'right' },
  { heading: 'mean of the processor', align: 'right' },
];

export async function measureTop(): Promise<void> {
  const random = new Random(1);
  const vectors = (count: number) => Float64Array.from({ length: count * width }, () => random.normal());
  const ids = Array.from({ length: size }, (_, item) => String(item).padStart(6, '0'));
  const model = new FactorModel({
    catalogue: new Catalogue({ ids, features: vectors(size), width, rank: width, popularity: new Float64Array(size) }),
    users: { ids: [], weights: new Float64Array() },
    averageUser: new Float64Array(width),
    unknownItem: new Float64Array(width),
    range: undefined,
    params: {},
  });
  const candidates = Array.from({ length: 1_000 }, () => random.below(size));

  const setups: readonly (readonly [name: string, rank: (weights: Float64Array) => unknown, count?: number])[] = [
    [`${whole(size)} items`, (weights) => recommend(model, weights, 10)],
    [
      `${whole(size)} items, a tenth admitted`,
      (weights) => recommend(model, weights, 10, { admits: (n) => n % 10 === 0 }),
    ],
    [`${whole(size)} items, like 3 others`, () => similarItems(model.catalogue, candidates.slice(0, 3), 10)],
    [
      '1,000 candidates',
      (weights) =>
        rankCandidates(
          model,
          weights,
          candidates.map((item) => model.catalogue.featuresOf(item)),
          10,
        ),
    ],
    [`${whole(size)} items, all sorted`, (weights) => sortAll(model, weights).slice(0, 10), baselineRequests],
  ];
  const lines = setups.map(([name, rank, count = requests]) => {
    const before = process.cpuUsage();
    const milliseconds = Array.from({ length: count }, () => {
      const weights = vectors(1);
      const startedAt = performance.now();
      rank(weights);
      return performance.now() - startedAt;
    }).sort((a, b) => a - b);
    const { user, system } = process.cpuUsage(before);
    const processorMs = (user + system) / 1000;
    const at = (share: number) => `${milliseconds[Math.ceil(share * count) - 1]!.toFixed(2)} ms`;
    return [name, at(0.5), at(0.99), `${(processorMs / count).toFixed(2)} ms`];
  });
  console.log(
    `Rankings with ${width} features, one after the other in one thread, ${whole(requests)} requests each, ${whole(baselineRequests)} that sort\n`,
  );
  console.log(table(columns, lines));
}

const sortAll = (model: FactorModel, weights: Float64Array) =>
  model.catalogue.ids
    .map((id) => ({ id, score: model.score(weights, model.featuresOf(id)) }))
    .sort((a, b) => b.score - a.score);
