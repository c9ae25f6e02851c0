import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../learning/random';
import { Connection } from '../load/connection';
import { send } from '../load/load';
import { post } from '../load/requests';
import { amount, type Lines } from '../options';
import { inScratch, type Scratch } from '../system/scratch';
import { whole } from '../table';
import { delayMs, startFilmService, startFilms } from './film-service';
import { lines, milliseconds } from './lines';
import { observeRequests, users } from './requests';

/*
 * How long after its answer an observation changes what is predicted: by the processes of the instance that was told, and
 * by those of another one. Meanwhile other users are observed.
 */

const observations = amount(100, 3);
/** Observations of others per second. */
const rate = amount(500, 20);
const processes = 2;
const pollMs = 2;

export const measureVisibility = (): Promise<Lines> =>
  inScratch(async (scratch: Scratch) => {
    const { database, service } = await startFilms(scratch, { processes });
    const other = await startFilmService(scratch, { database, processes, name: 'other' });
    const random = new Random(1);
    // New connections go round the processes.
    const here = await openAll(Array.from({ length: processes }, () => service.port));
    const there = await openAll(Array.from({ length: processes }, () => other.port));
    const delays: Record<'here' | 'there', number[]> = { here: [], there: [] };
    let isOver = false;
    const others = observeOthers(service.port, () => isOver);
    for (let n = 0; n < observations; n += 1) {
      await sleep(random.below(delayMs));
      const ask = post('/predict/films', `{"uid":${users + n},"context":1}`);
      const before = await (here[0] as Asked)(ask);
      await (here[0] as Asked)(post('/observe/films', `{"uid":${users + n},"context":1,"score":${100 + n}}`));
      const answeredAt = performance.now();
      const [atLastHere, atLastThere] = await Promise.all(
        [here, there].map((processes) => lastChange(processes, ask, before)),
      );
      delays.here.push((atLastHere as number) - answeredAt);
      delays.there.push((atLastThere as number) - answeredAt);
    }
    isOver = true;
    await others;
    const ascending = (values: readonly number[]) => Float64Array.from(values).sort();
    return lines([
      {
        what: `observe to predict, delay ${delayMs} ms, ${whole(rate)} others/s, p50 / p99: all processes of the instance`,
        goal: `p99 < ${delayMs + 50} ms`,
        measured: milliseconds(ascending(delays.here)),
      },
      {
        what: 'the same: all processes of another instance',
        goal: `p99 < ${delayMs + 1_000} ms`,
        measured: milliseconds(ascending(delays.there)),
      },
    ]);
  });

/** Sends a request on one connection; resolves with the body of the answer. */
type Asked = (request: string) => Promise<string>;

const openAll = (ports: readonly number[]): Promise<readonly Asked[]> => Promise.all(ports.map(open));

async function open(port: number): Promise<Asked> {
  let waiting: { resolve(body: string): void; reject(error: Error): void } | undefined;
  const connection = await Connection.open(
    port,
    (_, answer) => waiting?.resolve(answer.toString().split('\r\n\r\n')[1] as string),
    (error) => waiting?.reject(error),
  );
  return (request) =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      connection.send(request);
    });
}

/** When the last of the processes answered otherwise than before. */
async function lastChange(processes: readonly Asked[], request: string, before: string): Promise<number> {
  const moments = processes.map(async (ask) => {
    while ((await ask(request)) === before) await sleep(pollMs);
    return performance.now();
  });
  return Math.max(...(await Promise.all(moments)));
}

async function observeOthers(port: number, isOver: () => boolean): Promise<void> {
  const nextRequest = observeRequests();
  while (!isOver()) await send({ port, nextRequest, connections: 4, rate, seconds: 1 });
}
