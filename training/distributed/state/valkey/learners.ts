import type { SavedLearner } from '../../../online/learner';
import { lease } from '../job-state';
import { luaNow } from './clock';
import type { JobRecords } from './job-records';

/** Keeps what a worker knows beside the sums, for checkpoints and for whoever takes its place. */
export async function saveLearner(records: JobRecords, worker: number, learner: SavedLearner): Promise<void> {
  await records.do((connection) => connection.hset(records.keys.learners, worker, JSON.stringify(learner)));
}

/** Gives a worker what one that is gone has left, once, and again if it asks again. */
const inheritScript = `${luaNow}
local worker = ARGV[1]
redis.call('HSET', KEYS[2], worker, now())
local own = redis.call('HGET', KEYS[1], worker)
if own then return own end
for _, other in ipairs(redis.call('HKEYS', KEYS[1])) do
  if now() - tonumber(redis.call('HGET', KEYS[2], other) or 0) > ${lease} then
    local left = redis.call('HGET', KEYS[1], other)
    redis.call('HDEL', KEYS[1], other)
    redis.call('HSET', KEYS[1], worker, left)
    return left
  end
end
return false`;

/** What a worker that begins goes on with: what was left by one that is gone; undefined if nobody left anything. */
export async function inheritLearner(records: JobRecords, worker: number): Promise<SavedLearner | undefined> {
  const left = await records.run(inheritScript, [records.keys.learners, records.keys.heard], [worker]);
  return left === null ? undefined : (JSON.parse(left as string) as SavedLearner);
}

/** Leaves what a worker knows to whoever comes next. */
export async function bequeathLearner(records: JobRecords, worker: number): Promise<void> {
  await records.do((connection) => connection.hdel(records.keys.heard, String(worker)));
}

/** What the workers know beside the sums, as JSON, each as it was when it last stood still. */
export async function* savedLearners(records: JobRecords): AsyncIterable<string> {
  for (const worker of await records.do((connection) => connection.hkeys(records.keys.learners))) {
    const learner = await records.do((connection) => connection.hget(records.keys.learners, worker));
    if (learner !== null) yield learner;
  }
}

/** Leaves what was saved of the workers of a job to those that are to go on with it. */
export async function restoreLearners(records: JobRecords, learners: AsyncIterable<string>): Promise<void> {
  let count = 0;
  for await (const learner of learners) {
    const nobody = `saved-${++count}`;
    await records.do((connection) => connection.hset(records.keys.learners, nobody, learner));
  }
}
