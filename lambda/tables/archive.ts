import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Version } from '../../config/version';
import type { RemainingMs } from '../custom-resource';
import { holds, put, readText, type StoredObject } from './archive-store';
import { countRows, inOrder, inRange, type Key, keyAfter, type VersionRelation } from './version-relations';

/** One object of an archive: gzipped CSV with a header row. */
interface Part extends StoredObject {
  readonly key: string;
  readonly rows: number;
  /** The key of its last row; null in the last part. */
  readonly upTo: Key | null;
}

interface ArchivedTable {
  readonly name: string;
  readonly columns: readonly string[];
  rows: number;
  complete: boolean;
  readonly parts: Part[];
}

/** What an archive holds, `manifest.json` beside its parts. */
interface Manifest {
  readonly version: Version;
  /** Whether the tables are gone from the database. */
  dropped: boolean;
  tables: ArchivedTable[];
}

/** Left for the drop, once all is archived. */
const dropMs = 60_000;

/** An archive of one version that goes on where an earlier run stopped: `archives/<version>/<id>/`. */
export class Archive {
  private constructor(
    private readonly folder: string,
    private readonly manifest: Manifest,
    private readonly partRows: number,
  ) {}

  static async open(folder: string, version: Version, partRows: number): Promise<Archive> {
    const text = await readText(`${folder}/manifest.json`);
    const manifest = text ? (JSON.parse(text) as Manifest) : { version, dropped: false, tables: [] };
    return new Archive(folder, manifest, partRows);
  }

  /**
   * Writes what is not yet archived of tables that nobody writes to any more.
   * @throws {Error} if time runs out: `archived 63 %: run it again`
   */
  async write(client: Client, relations: readonly VersionRelation[], remaining: RemainingMs): Promise<void> {
    let total = 0;
    for (const relation of relations) total += await countRows(client, relation);
    for (const relation of relations) {
      const table = await this.table(client, relation);
      while (!table.complete) {
        if (remaining() < dropMs) throw new Error(`archived ${this.percentOf(relations, total)} %: run it again`);
        await this.writePart(client, relation, table);
      }
    }
  }

  /** Writes a table that changed since an earlier run wrote it. */
  async rewrite(client: Client, relation: VersionRelation, remaining: RemainingMs): Promise<void> {
    this.manifest.tables = this.manifest.tables.filter(({ name }) => name !== relation.name);
    await this.write(client, [relation], remaining);
  }

  /** @throws {Error} naming a part that the bucket does not hold as it was written */
  async verify(): Promise<void> {
    for (const part of this.manifest.tables.flatMap(({ parts }) => parts)) {
      if (!(await holds(`${this.folder}/${part.key}`, part))) {
        throw new Error(`${this.folder}/${part.key}: is not as it was written; remove the folder and run it again`);
      }
    }
  }

  /** Notes that the tables are gone; an archive that nothing was written to is none. */
  async markDropped(): Promise<void> {
    if (this.manifest.tables.length === 0) return;
    this.manifest.dropped = true;
    await this.save();
  }

  private async table(client: Client, { name, source }: VersionRelation): Promise<ArchivedTable> {
    const known = this.manifest.tables.find((table) => table.name === name);
    if (known) return known;
    const { fields } = await client.query(`select * from ${source} limit 0`);
    const table = { name, columns: fields.map((field) => field.name), rows: 0, complete: false, parts: [] };
    this.manifest.tables.push(table);
    return table;
  }

  private async writePart(client: Client, relation: VersionRelation, table: ArchivedTable): Promise<void> {
    const after = table.parts.at(-1)?.upTo ?? undefined;
    const upTo = await keyAfter(client, relation, after, this.partRows);
    const rows = inRange(relation, { after, upTo });
    const copy = client.query(
      copyTo(
        `copy (select * from ${relation.source} where ${rows} ${inOrder(relation)}) to stdout (format csv, header)`,
      ),
    );
    const gzip = createGzip();
    const [body] = await Promise.all([buffer(gzip), pipeline(copy, gzip)]);
    const key = `${relation.name}/${String(table.parts.length).padStart(6, '0')}.csv.gz`;
    const stored = await put(`${this.folder}/${key}`, body);
    table.parts.push({ key, rows: copy.rowCount, upTo: upTo ?? null, ...stored });
    table.rows += copy.rowCount;
    table.complete = upTo === undefined;
    await this.save();
  }

  private percentOf(relations: readonly VersionRelation[], total: number): number {
    const names = new Set(relations.map(({ name }) => name));
    const tables = this.manifest.tables.filter(({ name }) => names.has(name));
    return Math.floor((100 * tables.reduce((rows, table) => rows + table.rows, 0)) / Math.max(1, total));
  }

  private async save(): Promise<void> {
    await put(`${this.folder}/manifest.json`, Buffer.from(JSON.stringify(this.manifest, null, 2)));
  }
}
