import { lease } from '../state/job-state';
import { luaNow } from '../state/valkey/clock';
import type { JobRecords } from '../state/valkey/job-records';
import type { BatchKeys } from './batch-keys';

/** How many workers in a row may die of a seat. */
const mostDeaths = 3;
/** How long a worker that has a seat leaves the next one to those who have none, in milliseconds. */
const courtesy = 5000;

/** A seat that a worker has taken, or of which workers die. */
export interface TakenSeat {
  readonly seat: number;
  readonly isDeadly: boolean;
}

const openScript = `${luaNow}
for seat = 0, ARGV[1] - 1 do redis.call('HSET', KEYS[1], seat, now()) end`;

const takeScript = `${luaNow}
local owners, heard, deaths = KEYS[1], KEYS[2], KEYS[3]
for seat = 0, ARGV[2] - 1 do
  local owner = redis.call('HGET', owners, seat)
  local silence = now() - tonumber(redis.call('HGET', heard, seat) or 0)
  local patience = owner and tonumber(ARGV[4]) or tonumber(ARGV[3])
  if owner ~= ARGV[1] and silence >= patience then
    if owner and redis.call('HINCRBY', deaths, seat, 1) >= ${mostDeaths} then return {seat, 1} end
    redis.call('HSET', owners, seat, ARGV[1])
    redis.call('HSET', heard, seat, now())
    return {seat, 0}
  end
end
return {}`;

const renewScript = `${luaNow}
local lost = {}
for i = 2, #ARGV do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[1] then redis.call('HSET', KEYS[2], ARGV[i], now())
  else table.insert(lost, tonumber(ARGV[i])) end
end
return lost`;

const leaveScript = `${luaNow}
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], now())
return redis.call('HDEL', KEYS[1], ARGV[2])`;

/** Who has the seats of a run. Who has one holds the rows of its parts and answers for them. */
export class Seats {
  private readonly count: number;

  constructor(
    private readonly records: JobRecords,
    private readonly keys: Pick<BatchKeys, 'answers' | 'owners' | 'heard' | 'deaths'>,
  ) {
    this.count = keys.answers.length;
  }

  /** Lets the time begin for which seats are left to those who have none. */
  async open(): Promise<void> {
    await this.records.run(openScript, [this.keys.heard], [this.count]);
  }

  /**
   * Gives a worker a seat that is free, or whose worker was not heard of for 15 s.
   * @param held how many seats it has already: then those come first who have none
   * @returns undefined if there is none
   */
  async take(worker: number, held: number): Promise<TakenSeat | undefined> {
    const { owners, heard, deaths } = this.keys;
    const patience = held === 0 ? [0, lease] : [lease, lease + courtesy];
    const [seat, isDeadly] = (await this.records.run(
      takeScript,
      [owners, heard, deaths],
      [worker, this.count, ...patience],
    )) as readonly number[];
    return seat === undefined ? undefined : { seat, isDeadly: isDeadly === 1 };
  }

  /** Tells that a worker lives and has some seats. @returns those that were given to others */
  async renew(worker: number, seats: readonly number[]): Promise<readonly number[]> {
    const { owners, heard } = this.keys;
    return (await this.records.run(renewScript, [owners, heard], [worker, ...seats])) as readonly number[];
  }

  /** Gives a seat back. */
  async leave(worker: number, seat: number): Promise<void> {
    const { owners, heard } = this.keys;
    await this.records.run(leaveScript, [owners, heard], [worker, seat]);
  }

  /** Tells that its worker did not die of a seat. */
  async survived(seat: number): Promise<void> {
    await this.records.do((connection) => connection.hdel(this.keys.deaths, String(seat)));
  }
}
