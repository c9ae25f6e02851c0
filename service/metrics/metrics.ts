import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Identifies what answered: the labels that every prediction metric carries. */
export interface PredictionLabels {
  readonly model: string;
  readonly revision: number;
  readonly protocol: string;
}

/** Counts of one (model, revision, protocol), resolved once so that a prediction does not look labels up. */
export interface PredictionMetrics {
  /** One request answered, with its time from parsed to handed over, in seconds. */
  answered(seconds: number): void;
  failed(): void;
  nonFinite(): void;
}

/** The metrics of one request process; the instance adds its processes up. */
export class Metrics {
  readonly registry = new Registry();
  readonly #version: string;
  readonly #predictions: Counter<'model' | 'version' | 'revision' | 'protocol'>;
  readonly #errors: Counter<'model' | 'version' | 'revision' | 'protocol'>;
  readonly #nonFinite: Counter<'model' | 'version' | 'revision' | 'protocol'>;
  readonly #seconds: Histogram<'model' | 'version' | 'revision' | 'protocol'>;
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #bound = new Map<string, PredictionMetrics>();

  constructor(version: string) {
    this.#version = version;
    const registers = [this.registry];
    const labelNames = ['model', 'version', 'revision', 'protocol'] as const;
    this.#predictions = new Counter({
      name: 'modelapp_predictions_total',
      help: 'Predictions answered.',
      labelNames,
      registers,
    });
    this.#errors = new Counter({
      name: 'modelapp_prediction_errors_total',
      help: 'Predictions that failed in the model or could not be recorded.',
      labelNames,
      registers,
    });
    this.#nonFinite = new Counter({
      name: 'modelapp_prediction_nonfinite_total',
      help: 'Outputs that were NaN or infinite.',
      labelNames,
      registers,
    });
    this.#seconds = new Histogram({
      name: 'modelapp_prediction_seconds',
      help: 'Time from the parsed request to the answer, in seconds.',
      labelNames,
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    });
    this.#requests = new Counter({
      name: 'modelapp_requests_total',
      help: 'HTTP requests by route and status.',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    collectDefaultMetrics({ register: this.registry });
  }

  request(method: string, route: string, status: number): void {
    this.#requests.inc({ method, route, status }, 1);
  }

  forPrediction({ model, revision, protocol }: PredictionLabels): PredictionMetrics {
    const key = `${model}\n${revision}\n${protocol}`;
    const bound = this.#bound.get(key);
    if (bound) return bound;
    const labels = { model, version: this.#version, revision: String(revision), protocol };
    const predictions = this.#predictions.labels(labels);
    const errors = this.#errors.labels(labels);
    const nonFinite = this.#nonFinite.labels(labels);
    const seconds = this.#seconds.labels(labels);
    const metrics: PredictionMetrics = {
      answered: (time) => {
        predictions.inc();
        seconds.observe(time);
      },
      failed: () => errors.inc(),
      nonFinite: () => nonFinite.inc(),
    };
    this.#bound.set(key, metrics);
    return metrics;
  }
}
