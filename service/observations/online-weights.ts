import type { Pool } from 'pg';
import type { Version } from '../../config/version';
import { observationTables } from './tables';

/** Rows in memory at a time. */
const pageRows = 5_000;

interface WeightsRow {
  readonly user_id: string;
  readonly weights: Buffer;
  readonly batch: string;
}

/** Keeps a revision in memory up to date with what its users learnt online. */
export class OnlineWeights {
  /** The last row that was read. */
  #batch = '0';
  #user = '';

  constructor(
    private readonly pool: Pool,
    private readonly version: Version,
    private readonly name: string,
    private readonly revision: number,
    /** Takes what a user has learnt: weights as little-endian doubles, or the bytes of a state. */
    private readonly learn: (user: string, learnt: Buffer) => void,
  ) {}

  /** Takes in all that was committed before the call. Batches are in the order of the commits: nothing comes too late. */
  async refresh(): Promise<void> {
    for (let isOver = false; !isOver; ) {
      const { rows } = await this.pool.query<WeightsRow>({
        name: `online_weights_${this.version}`,
        text: `select user_id, weights, batch from ${observationTables(this.version).userWeights}
          where model = $1 and revision = $2 and (batch, user_id) > ($3, $4) order by batch, user_id limit ${pageRows}`,
        values: [this.name, this.revision, this.#batch, this.#user],
      });
      for (const { user_id, weights, batch } of rows) {
        this.learn(user_id, weights);
        this.#batch = batch;
        this.#user = user_id;
      }
      isOver = rows.length < pageRows;
    }
  }
}

/** The weights that are stored so. */
export function doublesIn(bytes: Buffer): Float64Array {
  const weights = new Float64Array(bytes.length / 8);
  for (let i = 0; i < weights.length; i++) weights[i] = bytes.readDoubleLE(8 * i);
  return weights;
}
