import { createHash } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';
import type { Version } from '../../config/version';
import { observationTables } from '../observations/tables';
import { Activation, type Choice, type Learners } from './activation';
import { announceChange } from './changes';
import { LeaseLostError, RevisionConflictError, UnknownRevisionError } from './errors';
import { changeModel } from './model-change';
import {
  asRevision,
  type Metrics,
  type Origin,
  type Revision,
  type RevisionRow,
  revisionColumns,
  type Scores,
} from './revision';
import type { ModelStore } from './store/model-store';
import { type ModelTables, modelTables } from './tables';

/** A revision that is still to be published. */
export interface NewRevision {
  readonly model: string;
  /** The model file. */
  readonly bytes: Uint8Array;
  readonly origin: Origin;
  readonly scores: Scores | null;
  /** @default none */
  readonly metrics?: Metrics | undefined;
  /** The position of the newest observation that its weights of users count. @default they count none */
  readonly observedUpTo?: bigint | undefined;
  /** Whether it serves from now on. */
  readonly activate: boolean;
  /** The number of the lease under which it was trained. @default none is needed, as nothing was trained */
  readonly fencing?: bigint;
}

/** All revisions of a model, oldest first. */
export interface RevisionList {
  readonly active: number | undefined;
  readonly revisions: readonly Revision[];
}

/** What should serve now. */
export interface CurrentRevisions {
  /** By the database's clock: all that was committed before is seen. */
  readonly at: Date;
  readonly models: ReadonlyMap<string, { readonly active: Revision; readonly previous: Revision | undefined }>;
}

/** Which revisions of each model there are and which one is active. Every change is one transaction and announced. */
export class Registry {
  readonly #tables: ModelTables;
  readonly #activation: Activation;

  /** @param learners how users learn, who know what was observed of them before a revision serves */
  constructor(
    private readonly pool: Pool,
    private readonly version: Version,
    private readonly store: ModelStore,
    learners: Learners,
  ) {
    this.#tables = modelTables(version);
    this.#activation = new Activation({ pool, version, store, ...learners });
  }

  /**
   * Adds a revision, as part of the caller's transaction. The file is written first: if the transaction fails it is
   * garbage, which `removeOldRevisions` collects, and a row never lacks its file.
   * @returns its number
   * @throws {LeaseLostError} if the lease has meanwhile passed to another
   */
  async publish(client: ClientBase, revision: NewRevision): Promise<number> {
    const { model, bytes, origin, scores, metrics, observedUpTo, activate, fencing } = revision;
    const { models, revisions } = this.#tables;
    if (fencing !== undefined) await this.#checkLease(client, model, fencing);
    const { rows } = await client.query<{ last_revision: number }>(
      `insert into ${models} as m (model, last_revision) values ($1, 1)
       on conflict (model) do update set last_revision = m.last_revision + 1
       returning last_revision`,
      [model],
    );
    const number = rows[0]?.last_revision as number;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const location = `${this.#folder(model)}/${number}-${sha256.slice(0, 16)}.model`;
    await this.store.write(location, bytes);
    const inserted = await client.query<RevisionRow>(
      `insert into ${revisions} (model, revision, origin, location, bytes, sha256, score_train, score_test, metrics)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${revisionColumns}`,
      [model, number, origin, location, bytes.length, sha256, scores?.train, scores?.test, metrics],
    );
    if (observedUpTo !== undefined) {
      await client.query(
        `insert into ${observationTables(this.version).onlineRevisions} (model, revision, position) values ($1, $2, $3)`,
        [model, number, observedUpTo],
      );
    }
    if (activate) {
      await this.#activation.activatePublished(client, asRevision(inserted.rows[0] as RevisionRow), bytes);
    }
    await announceChange(client, this.version);
    return number;
  }

  /** An empty list if the model was never trained. */
  async list(model: string): Promise<RevisionList> {
    const { models, revisions } = this.#tables;
    const { rows } = await this.pool.query<RevisionRow & { is_active: boolean }>(
      `select ${revisionColumns}, revision is not distinct from active as is_active
       from ${revisions} join ${models} using (model) where model = $1 order by revision`,
      [model],
    );
    return { active: rows.find((row) => row.is_active)?.revision, revisions: rows.map(asRevision) };
  }

  /** The active revision of each of the models that has one, and the one active before it. */
  async current(names: readonly string[]): Promise<CurrentRevisions> {
    const { models, revisions } = this.#tables;
    const { rows } = await this.pool.query<{ at: Date; active: number } & Partial<RevisionRow>>(
      `select clock.at, current.* from (select statement_timestamp() as at) clock left join (
         select ${revisionColumns}, active from ${revisions} join ${models} using (model)
         where model = any($1) and revision in (active, active_before[cardinality(active_before)])
           and active is not null
       ) current on true`,
      [names],
    );
    const found = rows.filter((row): row is { at: Date; active: number } & RevisionRow => row.model != null);
    const revisionOf = (model: string, isActive: boolean) =>
      found.filter((row) => row.model === model && (row.revision === row.active) === isActive).map(asRevision)[0];
    const current: [string, { active: Revision; previous: Revision | undefined }][] = [];
    for (const name of names) {
      const active = revisionOf(name, true);
      if (active) current.push([name, { active, previous: revisionOf(name, false) }]);
    }
    return { at: rows[0]?.at as Date, models: new Map(current) };
  }

  /** @throws {UnknownRevisionError} */
  async activate(model: string, revision: number): Promise<void> {
    const activated = await this.#activation.activate({ model, where: 'revision = $2::bigint', values: [revision] });
    if (!activated) throw new UnknownRevisionError(model, revision);
  }

  /**
   * Activates the newest revision that was never given up.
   * @param isWanted decides in the transaction whether to do so
   * @returns its number; undefined if there is none or it is not wanted, and all stays as it is
   */
  async activateNewest(model: string, isWanted?: Choice['isWanted']): Promise<number | undefined> {
    const where = `revision = (select max(revision) from ${this.#tables.revisions} where model = $1 and not rolled_back)`;
    return (await this.#activation.activate({ model, where, isWanted }))?.revision;
  }

  /**
   * Takes back the last activation and marks the revision given up.
   * @returns the revision that is active now
   * @throws {RevisionConflictError} if none was active before
   */
  async rollback(model: string): Promise<number> {
    const { models, revisions } = this.#tables;
    const where = `revision = (select active_before[cardinality(active_before)] from ${models} where model = $1)`;
    const activated = await this.#activation.activate({ model, where }, async (client, { revision }, { active }) => {
      await client.query(`update ${revisions} set rolled_back = true where model = $1 and revision = $2`, [
        model,
        active,
      ]);
      await client.query(
        `update ${models} set active = $2, active_before = trim_array(active_before, 1) where model = $1`,
        [model, revision],
      );
    });
    if (!activated) throw new RevisionConflictError(`no revision of '${model}' was active before`);
    return activated.revision;
  }

  /**
   * Deletes a revision; its number does not come again.
   * @throws {RevisionConflictError} if it is active
   * @throws {UnknownRevisionError}
   */
  async remove(model: string, revision: number): Promise<void> {
    const locations = await changeModel(this.pool, this.version, model, async (client, row) => {
      if (row?.active === revision) {
        throw new RevisionConflictError(`revision ${revision} of '${model}' is active: activate another one first`);
      }
      return this.#deleteRows(client, model, [revision]);
    });
    if (locations.length === 0) throw new UnknownRevisionError(model, revision);
    await Promise.all(locations.map((location) => this.store.remove(location)));
  }

  /**
   * Deletes all but the newest revisions; the active one and the one before it always stay. Also collects files that
   * no revision owns, once they are so old that nobody can be about to publish them.
   */
  async removeOldRevisions(model: string, keep: number): Promise<void> {
    const { revisions } = this.#tables;
    const locations = await changeModel(this.pool, this.version, model, async (client, row) => {
      const { rows } = await client.query<{ revision: number }>(
        `select revision from ${revisions} where model = $1 order by revision desc offset $2`,
        [model, keep],
      );
      const staying = [row?.active, row?.active_before.at(-1)];
      const old = rows.map(({ revision }) => revision).filter((revision) => !staying.includes(revision));
      return this.#deleteRows(client, model, old);
    });
    const files = await this.store.list(this.#folder(model));
    const { rows } = await this.pool.query<{ location: string; now: Date }>(
      `select location, now() from ${revisions} where model = $1`,
      [model],
    );
    const owned = new Set(rows.map(({ location }) => location));
    const abandonedBefore = (rows[0]?.now.getTime() ?? 0) - orphanAgeMs;
    const orphans = files.filter(({ key, modifiedAt }) => !owned.has(key) && modifiedAt.getTime() < abandonedBefore);
    await Promise.all([...locations, ...orphans.map(({ key }) => key)].map((key) => this.store.remove(key)));
  }

  #folder(model: string): string {
    return `${this.version}/${model}`;
  }

  async #deleteRows(client: ClientBase, model: string, numbers: readonly number[]): Promise<readonly string[]> {
    const { models, revisions } = this.#tables;
    const { rows } = await client.query<{ location: string }>(
      `delete from ${revisions} where model = $1 and revision = any($2::bigint[]) returning location`,
      [model, numbers],
    );
    await client.query(
      `update ${models} set active_before = array(
         select revision from unnest(active_before) with ordinality as before (revision, position)
         where revision <> all($2::bigint[]) order by position
       ) where model = $1`,
      [model, numbers],
    );
    return rows.map(({ location }) => location);
  }

  /** The row stays locked to the end of the transaction, so that the lease cannot change hands before the commit. */
  async #checkLease(client: ClientBase, model: string, fencing: bigint): Promise<void> {
    const { rowCount } = await client.query(
      `select from ${this.#tables.leases} where model = $1 and fencing = $2 for update`,
      [model, fencing],
    );
    if (rowCount === 0) throw new LeaseLostError(model);
  }
}

/** No upload takes this long. */
const orphanAgeMs = 24 * 60 * 60 * 1000;
