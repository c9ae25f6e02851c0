/** Stands in for the shipment: it puts a spool's position back to where a batch began. */
import type { Pool } from 'pg';
import type { Version } from '../../../../config/version';
import { Shipment as RealShipment } from '../../../../service/predictions/shipping/shipment';
import { logTables } from '../../../../service/predictions/shipping/tables';

export * from '../../../../service/predictions/shipping/shipment';

type Ship = RealShipment['ship'];

export class Shipment extends RealShipment {
  readonly #pool: Pool;
  readonly #spools: string;
  readonly #shipped = new Map<string, Parameters<Ship>[1]>();

  constructor(pool: Pool, version: Version) {
    super(pool, version);
    this.#pool = pool;
    this.#spools = logTables(version).spools;
  }

  override async ship(...args: Parameters<Ship>): Promise<void> {
    const [spoolId, from] = args;
    const recorded = this.#shipped.get(spoolId) ?? from;
    this.#shipped.set(spoolId, recorded);
    await this.#record(spoolId, from);
    await super.ship(...args);
    await this.#record(spoolId, recorded);
  }

  async #record(spoolId: string, { segment, offset }: Parameters<Ship>[1]): Promise<void> {
    await this.#pool.query(`update ${this.#spools} set segment = $2, position = $3 where spool_id = $1`, [
      spoolId,
      segment,
      offset,
    ]);
  }
}
