import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Version } from '../../config/version';
import type { Deadline } from '../deadline';
import { addressOf, foldersIn, holds, put, readText, type StoredObject } from './archive-store';
import type { ArchiveSummary } from './direct-call';
import {
  countRows,
  digestOf,
  inOrder,
  inRange,
  type Key,
  type KeyRange,
  keyAfter,
  type VersionRelation,
} from './version-relations';

/** One object of an archive: gzipped CSV with a header row. */
interface Part extends StoredObject {
  readonly key: string;
  readonly rows: number;
  /** The key of its last row; null in the last part. */
  readonly upTo: Key | null;
  /** Of the rows, as they were before they were read; in tables that others may still write to. */
  readonly digest?: string;
}

interface ArchivedTable {
  readonly name: string;
  readonly columns: readonly string[];
  rows: number;
  complete: boolean;
  readonly parts: Part[];
}

/** What an archive holds, `manifest.json` beside its parts. */
export interface Manifest {
  readonly version: Version;
  /** Whether the tables are gone from the database. */
  dropped: boolean;
  readonly tables: ArchivedTable[];
}

/** Left for the drop, once all is archived. */
const dropMs = 60_000;

export const archiveFolder = (version: Version, id: string): string => `archives/${version}/${id}`;

/** What was archived of a version so far. */
export async function summarizeArchives(version: Version): Promise<readonly ArchiveSummary[]> {
  const summaries: ArchiveSummary[] = [];
  for (const id of await foldersIn(`archives/${version}/`)) {
    const folder = archiveFolder(version, id);
    const text = await readText(`${folder}/manifest.json`);
    if (text) summaries.push(summarize(id, addressOf(`${folder}/`), JSON.parse(text) as Manifest));
  }
  return summaries;
}

const summarize = (id: string, address: string, { dropped, tables }: Manifest): ArchiveSummary => ({
  id,
  address,
  complete: tables.every(({ complete }) => complete),
  dropped,
  rows: Object.fromEntries(tables.map(({ name, rows }) => [name, rows])),
  bytes: tables.flatMap(({ parts }) => parts).reduce((sum, { bytes }) => sum + bytes, 0),
});

/** An archive of one version that goes on where an earlier run stopped: `archives/<version>/<id>/`. */
export class Archive {
  private constructor(
    readonly folder: string,
    private readonly manifest: Manifest,
    private readonly partRows: number,
  ) {}

  static async open(folder: string, version: Version, partRows: number): Promise<Archive> {
    const text = await readText(`${folder}/manifest.json`);
    const manifest = text ? (JSON.parse(text) as Manifest) : { version, dropped: false, tables: [] };
    return new Archive(folder, manifest, partRows);
  }

  /**
   * Writes what is not yet archived.
   * @throws {Error} if time runs out: `archived 63 %: run it again`
   */
  async write(client: Client, relations: readonly VersionRelation[], deadline: Deadline): Promise<void> {
    let total = 0;
    for (const relation of relations) {
      total += await countRows(client, relation);
      await this.addTable(client, relation);
    }
    for (const relation of relations) {
      const table = this.tableOf(relation);
      while (!table.complete) {
        if (deadline.remaining() < dropMs) throw new Error(`archived ${this.percentOf(total)} %: run it again`);
        const after = table.parts.at(-1)?.upTo ?? undefined;
        const upTo = await keyAfter(client, relation, after, this.partRows);
        table.complete = upTo === undefined;
        await this.writePart(client, relation, table.parts.length, { after, upTo }, deadline);
      }
    }
  }

  /** Writes the parts of a table anew whose rows others changed since. */
  async refresh(client: Client, relation: VersionRelation, deadline: Deadline): Promise<void> {
    const { parts } = this.tableOf(relation);
    for (const [number, { upTo, digest }] of parts.entries()) {
      const range = { after: parts[number - 1]?.upTo ?? undefined, upTo: upTo ?? undefined };
      if (digest === (await digestOf(client, relation, range))) continue;
      await this.writePart(client, relation, number, range, deadline);
    }
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

  private async addTable(client: Client, { name, source }: VersionRelation): Promise<void> {
    if (this.manifest.tables.some((table) => table.name === name)) return;
    const { fields } = await client.query(`select * from ${source} limit 0`);
    const columns = fields.map((field) => field.name);
    this.manifest.tables.push({ name, columns, rows: 0, complete: false, parts: [] });
  }

  private tableOf({ name }: VersionRelation): ArchivedTable {
    return this.manifest.tables.find((table) => table.name === name)!;
  }

  private async writePart(
    client: Client,
    relation: VersionRelation,
    number: number,
    range: KeyRange,
    { signal }: Deadline,
  ): Promise<void> {
    const digest = relation.shared && { digest: await digestOf(client, relation, range) };
    const copy = client.query(
      copyTo(
        `copy (select * from ${relation.source} where ${inRange(relation, range)} ${inOrder(relation)}) to stdout (format csv, header)`,
      ),
    );
    const gzip = createGzip();
    const [body] = await Promise.all([buffer(gzip), pipeline(copy, gzip)]);
    const key = `${relation.name}/${String(number).padStart(6, '0')}.csv.gz`;
    const stored = await put(`${this.folder}/${key}`, body);
    // Another run may have begun by now, and its manifest knows more.
    signal.throwIfAborted();
    const table = this.tableOf(relation);
    table.parts[number] = { key, rows: copy.rowCount, upTo: range.upTo ?? null, ...digest, ...stored };
    table.rows = table.parts.reduce((sum, { rows }) => sum + rows, 0);
    await this.save();
  }

  private percentOf(total: number): number {
    const rows = this.manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    return Math.floor((100 * rows) / Math.max(1, total));
  }

  private async save(): Promise<void> {
    await put(`${this.folder}/manifest.json`, Buffer.from(JSON.stringify(this.manifest, null, 2)));
  }
}
