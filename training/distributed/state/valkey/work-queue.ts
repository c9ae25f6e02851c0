import type { Redis } from 'ioredis';
import { type JobPace, lease, type RecordedSync } from '../job-state';
import { type DeadlyTask, mostDeaths, type Task, taskName } from '../task';
import { luaNow } from './clock';
import type { JobRecords } from './job-records';

const group = 'workers';
const consumer = (worker: number): string => `worker-${worker}`;

/** Adds the parts of a pass, unless they are there already: a scheduler may begin a pass that one before it began. */
const enqueueScript = `
if redis.call('SADD', KEYS[2], ARGV[1]) == 0 then return 0 end
for i = 2, #ARGV do redis.call('XADD', KEYS[1], '*', 'pass', ARGV[1], 'part', ARGV[i]) end
return 1`;

/** Makes the queue, unless it is there already; before that no worker may look for work. */
export const openQueue = (records: JobRecords): Promise<void> =>
  records.do((connection) => createGroup(connection, records.keys.work));

/** Queues parts of a pass for the workers, in this order. */
export async function enqueue(records: JobRecords, pass: number, parts: readonly number[]): Promise<void> {
  await records.run(enqueueScript, [records.keys.work, records.keys.passes], [pass, ...parts]);
}

async function createGroup(connection: Redis, stream: string): Promise<void> {
  try {
    await connection.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
  } catch (error) {
    if (!(error as Error).message.startsWith('BUSYGROUP')) throw error;
  }
}

/**
 * Gives a worker that has no part the next one: one that nobody has, or else one whose worker was not heard of for 15 s.
 * @returns undefined if there is none now
 */
export async function take(records: JobRecords, worker: number): Promise<Task | DeadlyTask | undefined> {
  const next = await records.do(async (connection) => {
    // What was given to it by an answer that got lost is in its name already.
    return (
      (await read(connection, records, worker, '0')) ??
      (await read(connection, records, worker, '>')) ??
      (await claim(connection, records, worker))
    );
  });
  if (!next || 'deadly' in next) return next;
  const name = taskName(next);
  const offset = await records.do(async (connection) => {
    await connection.hset(records.keys.owners, name, worker);
    return connection.hget(records.keys.offsets, name);
  });
  return { ...next, offset: offset === null ? undefined : Number(offset) };
}

type Taken = Omit<Task, 'offset'>;
type StreamEntry = readonly [id: string, fields: readonly string[] | null];

async function read(connection: Redis, records: JobRecords, worker: number, from: string): Promise<Taken | undefined> {
  const answer = (await connection.call(
    ...(['XREADGROUP', 'GROUP', group, consumer(worker), 'COUNT', '1', 'STREAMS', records.keys.work, from] as const),
  )) as readonly [string, readonly StreamEntry[]][] | null;
  return takenOf(answer?.[0]?.[1][0]);
}

async function claim(connection: Redis, records: JobRecords, worker: number): Promise<Taken | DeadlyTask | undefined> {
  const [, entries] = (await connection.call(
    ...(['XAUTOCLAIM', records.keys.work, group, consumer(worker), lease, '0', 'COUNT', '1'] as const),
  )) as [string, readonly StreamEntry[]];
  const taken = takenOf(entries[0]);
  if (!taken) return undefined;
  const died = await connection.hincrby(records.keys.deaths, taskName(taken), 1);
  return died < mostDeaths ? taken : { deadly: true, part: taken.part };
}

function takenOf(entry: StreamEntry | undefined): Taken | undefined {
  if (!entry?.[1]) return undefined;
  const [id, [, pass, , part]] = entry;
  return { entry: id, pass: Number(pass), part: Number(part) };
}

/** Answers 0 to a worker that is no longer the one that has the part. */
const requireOwner = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end`;

const renewScript = `${luaNow}
redis.call('HSET', KEYS[3], ARGV[2], now())
${requireOwner}
redis.call('XCLAIM', KEYS[2], '${group}', ARGV[3], 0, ARGV[4], 'JUSTID')
return 1`;

/** Tells that a worker lives and still has its part. @returns whether it has it */
export async function renew(records: JobRecords, worker: number, task: Task): Promise<boolean> {
  const { owners, work, heard } = records.keys;
  const values = [taskName(task), worker, consumer(worker), task.entry];
  return (await records.run(renewScript, [owners, work, heard], values)) === 1;
}

const heardScript = `${luaNow}
return redis.call('HSET', KEYS[1], ARGV[1], now())`;

/** Tells that a worker without a part lives, or the scheduler. */
export async function tellAlive(records: JobRecords, who: number | 'scheduler'): Promise<void> {
  await records.run(heardScript, [records.keys.heard], [who]);
}

const silenceScript = `${luaNow}
return now() - tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)`;

/** Milliseconds since the scheduler was last heard of. */
export const schedulerSilence = async (records: JobRecords): Promise<number> =>
  (await records.run(silenceScript, [records.keys.heard], ['scheduler'])) as number;

const recordScript = `${requireOwner}
if redis.call('HGET', KEYS[5], ARGV[2]) ~= ARGV[3] then
  redis.call('HSET', KEYS[5], ARGV[2], ARGV[3])
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
  redis.call('XADD', KEYS[4], '*', 'sync', ARGV[5])
  redis.call('INCRBY', KEYS[6], ARGV[6])
  local fate, entry = ARGV[7], ARGV[8]
  if fate ~= 'goesOn' then
    redis.call('XACK', KEYS[2], '${group}', entry)
    redis.call('XDEL', KEYS[2], entry)
  end
  if fate == 'isFreed' then redis.call('XADD', KEYS[2], '*', 'pass', ARGV[9], 'part', ARGV[10]) end
  if fate == 'isDone' then
    redis.call('XADD', KEYS[4], '*', 'done', ARGV[1])
    redis.call('HDEL', KEYS[7], ARGV[1])
  end
end
return {tonumber(redis.call('GET', KEYS[6]) or 0), tonumber(redis.call('GET', KEYS[8]) or 0)}`;

/**
 * Stores how much of a part is done, so that whoever takes it over begins there.
 * @returns undefined if the worker no longer has the part; then nothing is stored
 */
export async function record(
  records: JobRecords,
  worker: number,
  task: Task,
  { number, offset, learned, fate }: RecordedSync,
): Promise<JobPace | undefined> {
  const { keys } = records;
  const answer = await records.run(
    recordScript,
    [keys.owners, keys.work, keys.offsets, keys.progress, keys.recorded, keys.examples, keys.deaths, keys.halvings],
    [
      taskName(task),
      worker,
      number,
      offset,
      JSON.stringify(learned),
      learned.examples,
      fate,
      task.entry,
      task.pass,
      task.part,
    ],
  );
  return answer === 0 ? undefined : paceOf(answer as readonly number[]);
}

/** How far the job is. */
export async function readPace(records: JobRecords): Promise<JobPace> {
  const counters = await records.do((connection) => connection.mget(records.keys.examples, records.keys.halvings));
  return paceOf(counters.map(Number));
}

const paceOf = ([examples, halvings]: readonly number[]): JobPace => ({ examples: examples!, halvings: halvings! });

/** Whether a worker still has a part. */
export const isOwner = async (records: JobRecords, worker: number, task: Task): Promise<boolean> =>
  (await records.do((connection) => connection.hget(records.keys.owners, taskName(task)))) === String(worker);

/** Lets workers sync twice as often from now on. */
export async function halveInterval(records: JobRecords): Promise<void> {
  await records.do((connection) => connection.incr(records.keys.halvings));
}
