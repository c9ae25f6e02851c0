import { escapeIdentifier, type Pool } from 'pg';
import { underscored, type Version } from '../../../config/version';

/** A row of the table of outputs. */
export interface RecordedOutput {
  readonly run_id: string;
  readonly id: string;
  readonly finished_at: Date;
  readonly output: string;
  readonly code_version: string;
  readonly prediction_id: string;
  readonly revision: number;
}

/** A row of the table of inputs. */
export interface RecordedInput {
  readonly run_id: string;
  readonly id: string;
  readonly request_time: Date;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly prediction_id: string;
  readonly revision: number;
}

/** Looks recorded predictions up by the id that the client gave them, in the order of their recording. */
export class RecordedPredictions {
  readonly #outputs: string;
  readonly #inputs: string;

  constructor(
    private readonly database: Pool,
    version: Version,
  ) {
    const inputs = escapeIdentifier(`inputs_${underscored(version)}`);
    const outputs = escapeIdentifier(`outputs_${underscored(version)}`);
    this.#outputs = byId(
      `select run_id, o.id, o.finished_at, o.output, o.code_version, o.prediction_id, o.revision
       from ${inputs} i join ${outputs} o using (run_id)`,
    );
    this.#inputs = byId(
      `select run_id, i.id, i.request_time, i.features as inputs, i.prediction_id, i.revision from ${inputs} i`,
    );
  }

  async outputs(id: string): Promise<readonly RecordedOutput[]> {
    const { rows } = await this.database.query<RecordedOutput>(this.#outputs, [storable(id)]);
    return rows;
  }

  async inputs(id: string): Promise<readonly RecordedInput[]> {
    const { rows } = await this.database.query<RecordedInput>(this.#inputs, [storable(id)]);
    return rows;
  }
}

/** Repeated requests are in an index of their own, so that each half finds its rows in one. */
const byId = (select: string): string =>
  `${select} where i.id = $1 and not i.duplicate union all ${select} where i.id = $1 and i.duplicate order by run_id`;

/** Text in the database holds no U+0000; it was recorded as U+FFFD. */
const storable = (id: string): string => id.replaceAll('\0', '\ufffd');
