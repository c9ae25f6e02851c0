import { setTimeout as delay } from 'node:timers/promises';
import type { JobState } from './job-state';

/** A worker that was not heard of for so long is taken for dead, in milliseconds. */
export const lease = 15_000;

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

const turnScript = `${luaLiving}
local worker, tick, maxDelay = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('HSET', KEYS[2], worker, now())
redis.call('HSET', KEYS[1], worker, tick)
local slowest = living(KEYS[1], KEYS[2])
local stop = tonumber(redis.call('GET', KEYS[3]) or 'inf')
if tick >= stop or tick - slowest > maxDelay then return 0 end
return 1`;

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

const clockKeys = ({ keys }: JobState): readonly string[] => [keys.ticks, keys.heard, keys.stop];

/** Counts a worker among those that are waited for. @returns the tick it begins with */
export const join = async (state: JobState, worker: number): Promise<number> =>
  (await state.run(joinScript, clockKeys(state), [worker])) as number;

/** Takes a worker out, which others then do not wait for. */
export const leave = (state: JobState, worker: number): Promise<unknown> =>
  state.do((connection) => connection.hdel(state.keys.ticks, String(worker)));

/** Tells that a worker has come to a tick; resolves when it is at most `maxDelay` ahead of the slowest. */
export async function waitForTurn(state: JobState, worker: number, tick: number, maxDelay: number): Promise<void> {
  while ((await state.run(turnScript, clockKeys(state), [worker, tick, maxDelay])) !== 1) await delay(pause);
}

/** Lets all workers stand still at one tick; resolves when they do. `letGo` has to follow. */
export async function standStill(state: JobState): Promise<void> {
  await state.run(stopScript, clockKeys(state), []);
  while ((await state.run(standScript, clockKeys(state), [])) !== 1) await delay(pause);
}

/** Lets workers go on that stand still. */
export const letGo = (state: JobState): Promise<unknown> => state.do((connection) => connection.del(state.keys.stop));
