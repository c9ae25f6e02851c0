import type { Redis } from 'ioredis';
import { lease, luaNow } from './clock';
import type { JobState } from './job-state';

/** A part of a pass that a worker has. */
export interface Task {
  /** The queue's name for it. */
  readonly entry: string;
  /** Position of the part in the job's plan. */
  readonly part: number;
  /** From 0. */
  readonly pass: number;
  /** How much of the part is done, as its minibatches tell; undefined if nothing is. */
  readonly offset: number | undefined;
}

/** A part that ends the workers that train on it. */
export interface DeadlyTask {
  readonly deadly: true;
  readonly part: number;
}

/** How many workers may die of a part. */
const deaths = 3;

const group = 'workers';
const consumer = (worker: number): string => `worker-${worker}`;
const taskName = ({ part, pass }: Pick<Task, 'part' | 'pass'>): string => `${pass}:${part}`;

/** Adds the parts of a pass, unless they are there already: a scheduler may begin a pass that one before it began. */
const enqueueScript = `
if redis.call('SADD', KEYS[2], ARGV[1]) == 0 then return 0 end
for i = 2, #ARGV do redis.call('XADD', KEYS[1], '*', 'pass', ARGV[1], 'part', ARGV[i]) end
return 1`;

/** Makes the queue, unless it is there already; before that no worker may look for work. */
export const openQueue = (state: JobState): Promise<void> =>
  state.do((connection) => createGroup(connection, state.keys.work));

/** Queues parts of a pass for the workers, in this order. */
export async function enqueue(state: JobState, pass: number, parts: readonly number[]): Promise<void> {
  await state.run(enqueueScript, [state.keys.work, state.keys.passes], [pass, ...parts]);
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
export async function take(state: JobState, worker: number): Promise<Task | DeadlyTask | undefined> {
  const next = await state.do(async (connection) => {
    // What was given to it by an answer that got lost is in its name already.
    return (
      (await read(connection, state, worker, '0')) ??
      (await read(connection, state, worker, '>')) ??
      (await claim(connection, state, worker))
    );
  });
  if (!next || 'deadly' in next) return next;
  const name = taskName(next);
  const offset = await state.do(async (connection) => {
    await connection.hset(state.keys.owners, name, worker);
    return connection.hget(state.keys.offsets, name);
  });
  return { ...next, offset: offset === null ? undefined : Number(offset) };
}

type Taken = Omit<Task, 'offset'>;
type StreamEntry = readonly [id: string, fields: readonly string[] | null];

async function read(connection: Redis, state: JobState, worker: number, from: string): Promise<Taken | undefined> {
  const answer = (await connection.call(
    ...(['XREADGROUP', 'GROUP', group, consumer(worker), 'COUNT', '1', 'STREAMS', state.keys.work, from] as const),
  )) as readonly [string, readonly StreamEntry[]][] | null;
  return takenOf(answer?.[0]?.[1][0]);
}

async function claim(connection: Redis, state: JobState, worker: number): Promise<Taken | DeadlyTask | undefined> {
  const [, entries] = (await connection.call(
    ...(['XAUTOCLAIM', state.keys.work, group, consumer(worker), lease, '0', 'COUNT', '1'] as const),
  )) as [string, readonly StreamEntry[]];
  const taken = takenOf(entries[0]);
  if (!taken) return undefined;
  const died = await connection.hincrby(state.keys.deaths, taskName(taken), 1);
  return died < deaths ? taken : { deadly: true, part: taken.part };
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
export async function renew(state: JobState, worker: number, task: Task): Promise<boolean> {
  const { owners, work, heard } = state.keys;
  const values = [taskName(task), worker, consumer(worker), task.entry];
  return (await state.run(renewScript, [owners, work, heard], values)) === 1;
}

const heardScript = `${luaNow}
return redis.call('HSET', KEYS[1], ARGV[1], now())`;

/** Tells that a worker without a part lives, or the scheduler. */
export const tellAlive = (state: JobState, who: number | 'scheduler'): Promise<unknown> =>
  state.run(heardScript, [state.keys.heard], [who]);

const silenceScript = `${luaNow}
return now() - tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)`;

/** Milliseconds since the scheduler was last heard of. */
export const schedulerSilence = async (state: JobState): Promise<number> =>
  (await state.run(silenceScript, [state.keys.heard], ['scheduler'])) as number;

/** What becomes of a part with a sync: the worker goes on with it, is through with it, or gives it back. */
export type Fate = 'goesOn' | 'isDone' | 'isFreed';

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

/** A sync whose sums are on the servers. */
export interface RecordedSync {
  /** Number of the sync, that this worker records once. */
  readonly number: number;
  /** How much of the part is done. */
  readonly offset: number;
  /** What was learned, as the progress stream has it. */
  readonly progress: string;
  readonly examples: number;
  readonly fate: Fate;
}

/** How far the job is: what bounds the interval to the next sync. */
export interface JobPace {
  /** Examples that all workers have learned from. */
  readonly examples: number;
  /** How many times the interval was halved. */
  readonly halvings: number;
}

/**
 * Stores how much of a part is done, so that whoever takes it over begins there.
 * @returns undefined if the worker no longer has the part; then nothing is stored
 */
export async function record(
  state: JobState,
  worker: number,
  task: Task,
  { number, offset, progress, examples, fate }: RecordedSync,
): Promise<JobPace | undefined> {
  const { keys } = state;
  const answer = await state.run(
    recordScript,
    [keys.owners, keys.work, keys.offsets, keys.progress, keys.recorded, keys.examples, keys.deaths, keys.halvings],
    [taskName(task), worker, number, offset, progress, examples, fate, task.entry, task.pass, task.part],
  );
  return answer === 0 ? undefined : paceOf(answer as readonly number[]);
}

/** How far the job is. */
export async function readPace(state: JobState): Promise<JobPace> {
  const counters = await state.do((connection) => connection.mget(state.keys.examples, state.keys.halvings));
  return paceOf(counters.map(Number));
}

const paceOf = ([examples, halvings]: readonly number[]): JobPace => ({ examples: examples!, halvings: halvings! });

/** Whether a worker still has a part. */
export const isOwner = async (state: JobState, worker: number, task: Task): Promise<boolean> =>
  (await state.do((connection) => connection.hget(state.keys.owners, taskName(task)))) === String(worker);

/** Lets workers sync twice as often from now on. */
export const halveInterval = (state: JobState): Promise<unknown> =>
  state.do((connection) => connection.incr(state.keys.halvings));
