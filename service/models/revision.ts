/** How well a revision did on the rows it was trained on and on those held out; null where there are no such rows. */
export interface Scores {
  readonly train: number | null;
  readonly test: number | null;
}

/** More scores by name, on the test rows if there are any: `auc`, `accuracy`, `logloss`. */
export type Metrics = Readonly<Record<string, number>>;

/** How a revision came to be. */
export type Origin = 'train' | 'fit' | 'retrain' | 'import';

/** What the database knows of a revision. */
export interface Revision {
  readonly model: string;
  readonly revision: number;
  readonly createdAt: Date;
  readonly origin: Origin;
  /** Null if it was imported. */
  readonly scores: Scores | null;
  /** Null if the scores say all. */
  readonly metrics: Metrics | null;
  /** Whether it was once given up by a rollback. */
  readonly rolledBack: boolean;
  /** Key of its file in the model store. */
  readonly location: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

/** A row of the table of revisions. */
export interface RevisionRow {
  readonly model: string;
  readonly revision: number;
  readonly created_at: Date;
  readonly origin: Origin;
  readonly score_train: number | null;
  readonly score_test: number | null;
  readonly metrics: Metrics | null;
  readonly rolled_back: boolean;
  readonly location: string;
  readonly sha256: string;
}

export const revisionColumns =
  'model, revision, created_at, origin, score_train, score_test, metrics, rolled_back, location, sha256';

export const asRevision = (row: RevisionRow): Revision => ({
  model: row.model,
  revision: row.revision,
  createdAt: row.created_at,
  origin: row.origin,
  scores: asScores(row),
  metrics: row.metrics,
  rolledBack: row.rolled_back,
  location: row.location,
  sha256: row.sha256,
});

/** The scores of a row that has them in two columns. */
export const asScores = (row: { score_train: number | null; score_test: number | null }): Scores | null =>
  row.score_train === null && row.score_test === null ? null : { train: row.score_train, test: row.score_test };
