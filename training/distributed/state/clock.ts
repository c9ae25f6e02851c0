import { setTimeout as delay } from 'node:timers/promises';
import type { Servers } from '../servers/servers';
import { hashSlot } from './hash-tags';

/** Where a worker stands. */
export interface ClockHand {
  readonly worker: number;
  /** How many syncs it has done. */
  readonly tick: number;
  /** How many syncs it may be ahead of the slowest. */
  readonly maxDelay: number;
}

/** A worker that was not heard of for so long is taken for dead, in milliseconds. */
export const lease = 15_000;

/** Between two looks at the clock, in milliseconds: short beside the time that an interval of examples takes. */
const pause = 4;

/** The names of a job's clock; all state of a job is on one server, so that scripts may use it together. */
export function clockNames(job: string): { readonly ticks: string; readonly heard: string; readonly stop: string } {
  const prefix = `modelapp:{${job}}`;
  return { ticks: `${prefix}:ticks`, heard: `${prefix}:heard`, stop: `${prefix}:stop` };
}

/** Sets a worker's hand, leaves out the dead, and answers 1 if the worker may go on. */
const turnScript = `
local worker, tick = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], worker, tick)
redis.call('HSET', KEYS[2], worker, now)
local slowest = tick
local ticks = redis.call('HGETALL', KEYS[1])
for i = 1, #ticks, 2 do
  local heard = tonumber(redis.call('HGET', KEYS[2], ticks[i]) or 0)
  if now - heard > tonumber(ARGV[4]) then
    redis.call('HDEL', KEYS[1], ticks[i])
  else
    slowest = math.min(slowest, tonumber(ticks[i + 1]))
  end
end
local stop = redis.call('GET', KEYS[3])
if stop and tick >= tonumber(stop) then return 0 end
if tick - slowest > tonumber(ARGV[3]) then return 0 end
return 1`;

/** Tells where a worker stands; resolves when it is not too far ahead of the slowest. */
export async function waitForTurn(servers: Servers, job: string, hand: ClockHand): Promise<void> {
  const { ticks, heard, stop } = clockNames(job);
  const slot = hashSlot(ticks);
  const mayGoOn = () =>
    servers.persist(() =>
      servers.ofSlot(slot).eval(turnScript, 3, ticks, heard, stop, hand.worker, hand.tick, hand.maxDelay, lease),
    );
  while ((await mayGoOn()) !== 1) await delay(pause);
}
