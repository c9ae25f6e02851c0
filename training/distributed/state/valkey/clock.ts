import { setTimeout as delay } from 'node:timers/promises';
import { lease } from '../job-state';
import type { JobRecords } from './job-records';

/** Between two looks at the clock, in milliseconds: short beside the time that an interval of examples takes. */
const pause = 4;

/** A Lua function: the time of the server in milliseconds, which is the same for all who ask. */
export const luaNow = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`;

/** A Lua function: leaves the dead out of the clock, and answers the ticks of the slowest and the fastest who live. */
const luaLiving = `${luaNow}
local function living(ticks, heard)
  local slowest, fastest
  local hands = redis.call('HGETALL', ticks)
  for i = 1, #hands, 2 do
    local tick = tonumber(hands[i + 1])
    if now() - tonumber(redis.call('HGET', heard, hands[i]) or 0) > ${lease} then
      redis.call('HDEL', ticks, hands[i])
    else
      slowest = math.min(slowest or tick, tick)
      fastest = math.max(fastest or tick, tick)
    end
  end
  return slowest, fastest
end`;

const joinScript = `${luaLiving}
local worker = ARGV[1]
redis.call('HDEL', KEYS[1], worker)
local slowest = living(KEYS[1], KEYS[2])
local tick = redis.call('GET', KEYS[3]) or slowest or 0
redis.call('HSET', KEYS[2], worker, now())
redis.call('HSET', KEYS[1], worker, tick)
return tonumber(tick)`;

/** What a worker that comes to a tick is told; before it counts as one that stands still it has to save itself. */
const turn = { wait: 0, goOn: 1, saveFirst: 2 } as const;

const turnScript = `${luaLiving}
local worker, tick, maxDelay, isSaved = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
redis.call('HSET', KEYS[2], worker, now())
local stop = tonumber(redis.call('GET', KEYS[3]) or 'inf')
if tick >= stop and not isSaved then return ${turn.saveFirst} end
redis.call('HSET', KEYS[1], worker, tick)
local slowest = living(KEYS[1], KEYS[2])
if tick >= stop or tick - slowest > maxDelay then return ${turn.wait} end
return ${turn.goOn}`;

const stopScript = `${luaLiving}
local _, fastest = living(KEYS[1], KEYS[2])
local stop = redis.call('GET', KEYS[3])
if not stop then
  stop = (fastest or 0) + 1
  redis.call('SET', KEYS[3], stop)
end
return tonumber(stop)`;

const standScript = `${luaLiving}
local slowest = living(KEYS[1], KEYS[2])
if slowest and slowest < tonumber(redis.call('GET', KEYS[3]) or 0) then return 0 end
return 1`;

const clockKeys = ({ keys }: JobRecords): readonly string[] => [keys.ticks, keys.heard, keys.stop];

/** Counts a worker among those that are waited for. @returns the tick it begins with */
export const join = async (records: JobRecords, worker: number): Promise<number> =>
  (await records.run(joinScript, clockKeys(records), [worker])) as number;

/** Takes a worker out, which others then do not wait for. */
export async function leave(records: JobRecords, worker: number): Promise<void> {
  await records.do((connection) => connection.hdel(records.keys.ticks, String(worker)));
}

/**
 * Tells that a worker has come to a tick; resolves when it is at most `maxDelay` ahead of the slowest.
 * @param save is called before the worker stands still for a checkpoint
 */
export async function waitForTurn(
  records: JobRecords,
  worker: number,
  tick: number,
  maxDelay: number,
  save: () => Promise<void>,
): Promise<void> {
  for (let isSaved = 0; ; ) {
    const told = await records.run(turnScript, clockKeys(records), [worker, tick, maxDelay, isSaved]);
    if (told === turn.goOn) return;
    if (told === turn.wait) await delay(pause);
    else {
      await save();
      isSaved = 1;
    }
  }
}

/** Lets all workers stand still at one tick; resolves when they do. `letGo` has to follow. */
export async function standStill(records: JobRecords): Promise<void> {
  await records.run(stopScript, clockKeys(records), []);
  while ((await records.run(standScript, clockKeys(records), [])) !== 1) await delay(pause);
}

/** Lets workers go on that stand still. */
export async function letGo(records: JobRecords): Promise<void> {
  await records.do((connection) => connection.del(records.keys.stop));
}
