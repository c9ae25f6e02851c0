import { setTimeout as sleep } from 'node:timers/promises';
import { BenchDatabase } from './database';
import { checkAnswers } from './load/check-answers';
import { type LoadResult, quantileOf, send } from './load/load';
import { connections, otherCore, roundSeconds, rounds, serverCore, warmUpSeconds } from './load/own-core';
import { inferRequests, irisFlowers, type RequestSource, runRequests } from './load/requests';
import { amount, describeMachine, run } from './options';
import { startBareFastify } from './servers/start-bare-fastify';
import { startOldStack } from './servers/start-old-stack';
import { startService } from './servers/start-service';
import { coreUse, largestResidentMiB } from './system/measure';
import { inScratch } from './system/scratch';
import { pinThisProcess, type ServerProcess } from './system/server-process';
import { type Column, median, table, whole } from './table';

/* How much the service adds to bare Fastify, and how it compares to the stack that it replaces. */

const shareOfPeak = 0.7;

/** A server under one of its routes. */
interface Contestant {
  readonly route: string;
  readonly name: 'bare Fastify' | 'modelapp' | 'old stack';
  readonly server: ServerProcess;
  readonly requests: () => RequestSource;
  readonly peaks: Measurement[];
  readonly paced: Measurement[];
}

interface Measurement extends LoadResult {
  /** CPU seconds of the server per second. */
  readonly serverCpu: number;
  /** Share of time for which the server's core had something to do, by whomever. */
  readonly coreBusy: number;
  readonly residentMiB: number;
}

run(() =>
  inScratch(async ({ folder, stopAtEnd }) => {
    pinThisProcess(otherCore);
    const database = stopAtEnd(await BenchDatabase.start(folder));
    await database.giveWay();
    const place = { databaseUrl: database.url, dataDirectory: `${folder}/data` };
    const service = stopAtEnd(await startService({ ...place, processes: 1, core: serverCore }));
    const bare = stopAtEnd(await startBareFastify(serverCore));
    const old = stopAtEnd(await startOldStack(serverCore, place.dataDirectory, folder));
    await compare(database, { bare, service, old });
  }),
);

async function compare(
  database: BenchDatabase,
  { bare, service, old }: Record<'bare' | 'service' | 'old', ServerProcess>,
): Promise<void> {
  const flowers = irisFlowers();
  await checkAnswers([service.port, old.port], runRequests('check', flowers), flowers.length);

  let runs = 0;
  const contestant = (
    route: string,
    name: Contestant['name'],
    server: ServerProcess,
    requests: () => RequestSource,
  ): Contestant => ({ route, name, server, requests, peaks: [], paced: [] });
  const newRun = () => runRequests(`run-${++runs}`, flowers);
  const infer = () => inferRequests(flowers);
  const contestants = [
    contestant('POST /run/', 'bare Fastify', bare, newRun),
    contestant('POST /run/', 'modelapp', service, newRun),
    contestant('POST /run/', 'old stack', old, newRun),
    contestant('POST /v2/models/iris/infer', 'bare Fastify', bare, infer),
    contestant('POST /v2/models/iris/infer', 'modelapp', service, infer),
  ];

  let answered = flowers.length;
  const measure = async (who: Contestant, seconds: number, rate?: number) => {
    const measurement = await measureLoad(who, seconds, rate);
    if (who.server === service) {
      answered += measurement.answered;
      await database.checkRecorded(answered);
    }
    // Leave nothing behind for the next one: sockets, garbage, checkpoints.
    await sleep(amount(500, 0));
    return measurement;
  };
  for (const who of contestants) await measure(who, warmUpSeconds);
  for (let round = 0; round < rounds; round += 1) {
    for (const who of contestants) who.peaks.push(await measure(who, roundSeconds));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const who of contestants) who.paced.push(await measure(who, roundSeconds, shareOfPeak * peakOf(who)));
  }
  report(contestants, answered);
}

async function measureLoad(
  { server, requests }: Contestant,
  seconds: number,
  rate: number | undefined,
): Promise<Measurement> {
  const use = coreUse(server.pid, serverCore);
  const result = await send({ port: server.port, nextRequest: requests(), seconds, connections, rate });
  return { ...result, ...use(), residentMiB: largestResidentMiB(server.pid) };
}

const peakOf = ({ peaks }: Contestant): number => median(peaks.map(({ answered, seconds }) => answered / seconds));

const columns: readonly Column[] = [
  { heading: 'route', align: 'left' },
  { heading: 'server', align: 'left' },
  { heading: 'requests/s', align: 'right' },
  { heading: 'of bare', align: 'right' },
  { heading: 'of old', align: 'right' },
  { heading: 'CPU of server', align: 'right' },
  { heading: 'core busy', align: 'right' },
  { heading: 'p50 at 70 %', align: 'right' },
  { heading: 'p99 at 70 %', align: 'right' },
  { heading: 'memory', align: 'right' },
];

function report(contestants: readonly Contestant[], recorded: number): void {
  const peak = (name: Contestant['name'], route?: string) => {
    const found = contestants.find((who) => who.name === name && (route === undefined || who.route === route));
    return peakOf(found as Contestant);
  };
  const rows = contestants.map((who) => {
    const { route, name, peaks, paced } = who;
    const latency = (quantile: number) => median(paced.map(({ latencies }) => quantileOf(latencies, quantile)));
    const percent = (of: (measurement: Measurement) => number) => `${Math.round(100 * median(peaks.map(of)))} %`;
    return [
      route,
      name,
      whole(peakOf(who)),
      (peakOf(who) / peak('bare Fastify', route)).toFixed(2),
      (peakOf(who) / peak('old stack')).toFixed(1),
      percent(({ serverCpu }) => serverCpu),
      percent(({ coreBusy }) => coreBusy),
      `${latency(0.5).toFixed(2)} ms`,
      `${latency(0.99).toFixed(2)} ms`,
      `${whole(Math.max(...peaks.map(({ residentMiB }) => residentMiB)))} MiB`,
    ];
  });
  console.log(`${describeMachine()}; ${connections} connections, medians of ${rounds} rounds of ${roundSeconds} s\n`);
  console.log(table(columns, rows));
  console.log(`\nAll ${whole(recorded)} answers of modelapp are in both tables, each once.`);
}
