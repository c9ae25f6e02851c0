import { send } from '../load/load';
import { connections, otherCore, roundSeconds, rounds, serverCore, warmUpSeconds } from '../load/own-core';
import type { Lines } from '../options';
import { startBareFastify } from '../servers/start-bare-fastify';
import { inScratch, type Scratch } from '../system/scratch';
import { pinThisProcess } from '../system/server-process';
import { median, whole } from '../table';
import { startFilms } from './film-service';
import { lines } from './lines';
import { predictRequests } from './requests';

/* How much a prediction costs more than a route of bare Fastify with the same schema. */

export const measurePredicting = (): Promise<Lines> =>
  inScratch(async (scratch: Scratch) => {
    pinThisProcess(otherCore);
    const { database, service } = await startFilms(scratch, { processes: 1, core: serverCore });
    const bare = scratch.stopAtEnd(await startBareFastify(serverCore));
    const nextRequest = predictRequests();
    let answered = 0;
    const ask = async (port: number, seconds: number) => {
      const result = await send({ port, nextRequest, seconds, connections });
      if (port === service.port) {
        answered += result.answered;
        await database.checkRecorded(answered);
      }
      return result.answered / result.seconds;
    };
    const rates: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
    for (const port of [bare.port, service.port]) await ask(port, warmUpSeconds);
    for (let round = 0; round < rounds; round += 1) {
      rates.bare.push(await ask(bare.port, roundSeconds));
      rates.ours.push(await ask(service.port, roundSeconds));
    }
    const [ours, baseline] = [median(rates.ours), median(rates.bare)];
    return lines([
      {
        what: `POST /predict, ${connections} connections, one core`,
        goal: '0.7 of bare',
        measured: `${whole(ours)}/s`,
        baseline: { what: `bare Fastify: ${whole(baseline)}/s`, ratio: ours / baseline },
      },
    ]);
  });
