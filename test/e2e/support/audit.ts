import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { Answer } from './load';
import { protocols } from './requests';

/** What is wrong with the prediction log, by prediction id; of each kind the first few. */
export interface Findings {
  /** Answered, and not in both tables. */
  readonly missing: readonly string[];
  /** More than once in one of the tables. */
  readonly repeated: readonly string[];
  /** Recorded with other values than those sent and answered, or as repeated requests, which no client sent. */
  readonly different: readonly string[];
  /** Recorded in part, whether answered or not. */
  readonly torn: readonly string[];
  /** Files of the spool that hold what could not be shipped. */
  readonly setAside: readonly string[];
}

export const faultless: Findings = { missing: [], repeated: [], different: [], torn: [], setAside: [] };

const shown = 10;

interface Row {
  readonly input_id: string | null;
  readonly output_id: string | null;
  readonly input_sample: number;
  readonly output_sample: number;
  readonly protocol: string;
  readonly revision: number;
  readonly duplicate: boolean;
  readonly length: number;
  readonly output: string;
}

/** Compares what a client was answered with what the tables of version 1.0.0 hold. */
export async function audit(pool: Pool, answers: readonly Answer[], data: readonly string[]): Promise<Findings> {
  const { rows } = await pool.query<Row>(
    `select i.prediction_id as input_id, o.prediction_id as output_id, i.sample as input_sample,
            o.sample as output_sample, coalesce(i.protocol, o.protocol) as protocol, o.revision,
            i.duplicate, (i.features ->> 'sepal_length')::float8 as length, o.output
     from inputs_1_0_0 i full join outputs_1_0_0 o using (run_id)
     order by i.sample`,
  );
  const recorded = byPrediction(rows);
  const ids = (wrong: (answer: Answer) => boolean) => answers.filter(wrong).map(({ predictionId }) => predictionId);
  const rowsOf = ({ predictionId }: Answer) => recorded.get(predictionId) ?? [];
  const findings: Findings = {
    missing: ids((answer) => rowsOf(answer).length < answer.samples.length),
    repeated: [...recorded].filter(([, group]) => isRepeated(group)).map(([id]) => id),
    different: ids((answer) => rowsOf(answer).length > 0 && isDifferent(rowsOf(answer), answer)),
    torn: [...recorded].filter(([, group]) => isTorn(group)).map(([id]) => id),
    setAside: data.flatMap(setAside),
  };
  return Object.fromEntries(Object.entries(findings).map(([kind, found]) => [kind, found.slice(0, shown)])) as Findings;
}

function byPrediction(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const id = (row.input_id ?? row.output_id) as string;
    const group = groups.get(id);
    if (group) group.push(row);
    else groups.set(id, [row]);
  }
  return groups;
}

const isRepeated = (rows: readonly Row[]): boolean =>
  new Set(rows.map((row) => row.input_sample ?? row.output_sample)).size < rows.length;

const isDifferent = (rows: readonly Row[], { samples, revision }: Answer): boolean =>
  rows.some((row, n) => {
    const sample = samples[n];
    const isSame = row.length === sample?.length && row.output === sample.output && row.revision === revision;
    return !isSame || row.duplicate;
  });

/** A row of one table without the other's, or other samples than such a request has. */
function isTorn(rows: readonly Row[]): boolean {
  const sizes: readonly number[] = protocols[rows[0]?.protocol as keyof typeof protocols] ?? [];
  const halved = rows.some((row) => row.input_id !== row.output_id || row.input_sample !== row.output_sample);
  return halved || !sizes.includes(new Set(rows.map((row) => row.input_sample)).size);
}

function setAside(data: string): string[] {
  const spool = join(data, 'spool');
  if (!existsSync(spool)) return [];
  const names = readdirSync(spool, { recursive: true }).map(String);
  return names.filter((name) => /\.(kept|copy|damaged)$/.test(name));
}
