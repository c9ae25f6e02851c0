import type { RdsServer } from '../../lambda/support/rds';

const underscored = (version: string) => version.replaceAll('.', '_');

/** Writes predictions of a version as its service does, under the version's own role. */
export async function recordPredictions(rds: RdsServer, version: string, count: number): Promise<void> {
  const v = underscored(version);
  const client = await rds.connectAs(`modelapp_${v}`);
  try {
    await client.query(
      `with inputs as (
         insert into inputs_${v} (id, request_time, prediction_id, sample, model, revision, protocol, features, assigned)
         select n::text, now(), gen_random_uuid(), 0, 'iris', 1, 'ml-aws', '{"petal_length": 1.4}', true
         from generate_series(1, $1::integer) as n
         returning *
       )
       insert into outputs_${v}
       select run_id, id, now(), 'setosa', '0.1.0', prediction_id, sample, model, revision, protocol, 0.2 from inputs`,
      [count],
    );
  } finally {
    await client.end();
  }
}

/** How many predictions a version has recorded; undefined if its tables are gone. */
export async function countPredictions(rds: RdsServer, version: string): Promise<number | undefined> {
  const v = underscored(version);
  const [table] = await rds.query<{ there: boolean }>('select to_regclass($1) is not null as there', [`inputs_${v}`]);
  if (!table?.there) return undefined;
  const [row] = await rds.query<{ count: number }>(
    `select count(*)::integer as count from inputs_${v} join outputs_${v} using (run_id)`,
  );
  return row?.count;
}

/** Whether the database has a role for the version. */
export async function hasRole(rds: RdsServer, version: string): Promise<boolean> {
  return (await rds.query('select from pg_roles where rolname = $1', [`modelapp_${underscored(version)}`])).length > 0;
}
