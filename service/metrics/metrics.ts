import { collectDefaultMetrics, Registry } from 'prom-client';
import { type Tally, TallyCounter } from './tally-counter';
import { TallyHistogram } from './tally-histogram';

/** Identifies what answered: the labels that every prediction metric carries. */
export interface PredictionLabels {
  readonly model: string;
  readonly revision: number;
  readonly protocol: string;
}

/** Counts of one (model, revision, protocol). */
export interface PredictionMetrics {
  /** One request answered, with its time from parsed to handed over, in seconds. */
  answered(seconds: number): void;
  failed(): void;
  nonFinite(): void;
}

const predictionLabels = ['model', 'version', 'revision', 'protocol'] as const;

/** The metrics of one request process; the instance adds its processes up. */
export class Metrics {
  readonly registry = new Registry();
  readonly #predictions = this.#counter('modelapp_predictions_total', 'Predictions answered.', predictionLabels);
  readonly #errors = this.#counter(
    'modelapp_prediction_errors_total',
    'Predictions that failed in the model or could not be recorded.',
    predictionLabels,
  );
  readonly #nonFinite = this.#counter(
    'modelapp_prediction_nonfinite_total',
    'Outputs that were NaN or infinite.',
    predictionLabels,
  );
  readonly #requests = this.#counter('modelapp_requests_total', 'HTTP requests by route and status.', [
    'method',
    'route',
    'status',
  ]);
  readonly #seconds = new TallyHistogram({
    name: 'modelapp_prediction_seconds',
    help: 'Time from the parsed request to the answer, in seconds.',
    labelNames: predictionLabels,
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [this.registry],
  });
  // One map in the other: a key of several parts would have to be put together for each request.
  readonly #ofPredictions = new Map<string, Map<number, Map<string, PredictionMetrics>>>();
  readonly #ofRequests = new Map<string, Map<string, Map<number, Tally>>>();

  constructor(private readonly version: string) {
    collectDefaultMetrics({ register: this.registry });
  }

  request(method: string, route: string, status: number): void {
    const byStatus = inner(inner(this.#ofRequests, route), method);
    let tally = byStatus.get(status);
    if (!tally) {
      tally = this.#requests.tally({ method, route, status: String(status) });
      byStatus.set(status, tally);
    }
    tally.pending += 1;
  }

  forPrediction({ model, revision, protocol }: PredictionLabels): PredictionMetrics {
    const byProtocol = inner(inner(this.#ofPredictions, model), revision);
    let metrics = byProtocol.get(protocol);
    if (!metrics) {
      metrics = this.#newPredictionMetrics({ model, version: this.version, revision: String(revision), protocol });
      byProtocol.set(protocol, metrics);
    }
    return metrics;
  }

  #newPredictionMetrics(labels: Record<(typeof predictionLabels)[number], string>): PredictionMetrics {
    const predictions = this.#predictions.tally(labels);
    const errors = this.#errors.tally(labels);
    const nonFinite = this.#nonFinite.tally(labels);
    const seconds = this.#seconds.tally(labels);
    return {
      answered: (time) => {
        predictions.pending += 1;
        seconds.observe(time);
      },
      failed: () => {
        errors.pending += 1;
      },
      nonFinite: () => {
        nonFinite.pending += 1;
      },
    };
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): TallyCounter<Label> {
    return new TallyCounter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}

/** The map under a key of a map of maps, made if it is not there. */
function inner<Outer, Inner, Value>(maps: Map<Outer, Map<Inner, Value>>, key: Outer): Map<Inner, Value> {
  let map = maps.get(key);
  if (!map) {
    map = new Map();
    maps.set(key, map);
  }
  return map;
}
