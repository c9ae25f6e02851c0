import type { ClientBase, Pool } from 'pg';
import type { Version } from '../../config/version';
import { LeaseLostError } from '../models/errors';
import { modelTables } from '../models/tables';

/** The right to train a model, or to see to its online updates, for a time that renewing prolongs. */
export interface Lease {
  readonly model: string;
  /** Grows each time the lease changes hands. */
  readonly fencing: bigint;
}

/** Where leases are: those of training, and those of online updates. */
export type LeaseTable = 'leases' | 'onlineUpdates';

/**
 * Takes the lease of a model if nobody holds it.
 * @returns undefined if somebody does
 */
export async function acquireLease(
  client: Pick<ClientBase, 'query'>,
  version: Version,
  model: string,
  leaseMs: number,
  table: LeaseTable = 'leases',
): Promise<Lease | undefined> {
  const { rows } = await client.query<{ fencing: string }>(
    `insert into ${modelTables(version)[table]} as lease (model, fencing, expires_at)
     values ($1, 1, clock_timestamp() + $2 * interval '1 millisecond')
     on conflict (model) do update set fencing = lease.fencing + 1, expires_at = excluded.expires_at
       where lease.expires_at <= clock_timestamp()
     returning fencing`,
    [model, leaseMs],
  );
  return rows[0] && { model, fencing: BigInt(rows[0].fencing) };
}

/**
 * Ends a lease before its time. The number grows, so that whoever held it can no longer publish, and the next training
 * need not wait. Without effect if the lease has passed to another.
 */
export async function endLease(
  client: Pick<ClientBase, 'query'>,
  version: Version,
  { model, fencing }: Lease,
  table: LeaseTable = 'leases',
): Promise<void> {
  await client.query(
    `update ${modelTables(version)[table]} set fencing = fencing + 1, expires_at = '-infinity'
     where model = $1 and fencing = $2`,
    [model, fencing],
  );
}

/** A lease that is renewed, now and every third of its time. */
export class HeldLease {
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly pool: Pool,
    private readonly version: Version,
    private readonly lease: Lease,
    private readonly leaseMs: number,
    private readonly table: LeaseTable = 'leases',
  ) {
    this.#timer = setInterval(() => void this.#renew(), leaseMs / 3);
    void this.#renew();
  }

  /** Aborts with a LeaseLostError when the lease was cancelled or has passed to another. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Stops renewing; the lease runs out by itself unless it is ended. */
  release(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    const { model, fencing } = this.lease;
    try {
      const { rowCount } = await this.pool.query(
        `update ${modelTables(this.version)[this.table]} set expires_at = clock_timestamp() + $3 * interval '1 millisecond'
         where model = $1 and fencing = $2`,
        [model, fencing, this.leaseMs],
      );
      if (rowCount === 0) this.#lost.abort(new LeaseLostError(model));
    } catch {
      // The database is away. The lease may outlast that; if not, the next renewal or the publishing tells.
    }
  }
}
