import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../../learning/random';
import { runFolder } from '../../support/test-run';
import type { Command } from '../support/command';
import { signal } from '../support/place';
import { writeCountedClicks } from './support/clicks';
import { type JobSize, syncExamples, TrainingJob } from './support/training-job';

/** Each decides on the data, on when a fault falls, and on whom. */
const seeds = [1, 2, 3];

const usual: JobSize = { primaries: 2, replicas: 0, workers: 4 };

interface Fault {
  readonly what: string;
  /** @default 0 */
  readonly replicas?: number;
  /**
   * Whether the job is saved some time before.
   * @default false
   */
  readonly saved?: boolean;
  /**
   * Workers whose last interval may be learned from twice.
   * @default 0
   */
  readonly repeats?: number;
  strike(job: TrainingJob, random: Random): Promise<void>;
}

const faults: readonly Fault[] = [
  {
    what: 'a server without a replica hangs, and all is started again',
    saved: true,
    async strike(job, random) {
      await job.signalServer(random.below(2), 'SIGSTOP');
      expect(await exitCodes([job.scheduler, ...job.workers])).toEqual([4, 4, 4, 4, 4]);
      await job.restart();
    },
  },
  {
    what: 'a server without a replica is killed, and all is started again',
    saved: true,
    async strike(job, random) {
      await job.signalServer(random.below(2), 'SIGKILL');
      expect(await exitCodes([job.scheduler, ...job.workers])).toEqual([4, 4, 4, 4, 4]);
      await job.restart();
    },
  },
  {
    what: 'a worker is killed',
    repeats: 1,
    strike: (job, random) => kill(some(1, job.workers, random)),
  },
  {
    what: 'two of four workers are killed',
    repeats: 2,
    strike: (job, random) => kill(some(2, job.workers, random)),
  },
  {
    what: 'a replicated server hangs',
    replicas: 1,
    strike: (job, random) => job.signalServer(random.below(2), 'SIGSTOP'),
  },
  {
    what: 'a replicated server is killed',
    replicas: 1,
    strike: (job, random) => job.signalServer(random.below(2), 'SIGKILL'),
  },
  {
    what: 'the scheduler is killed and started again',
    async strike(job) {
      await kill([job.scheduler]);
      job.schedule('--resume');
    },
  },
  {
    what: 'everything is killed and started again',
    saved: true,
    async strike(job) {
      await job.killAll();
      await job.restart();
    },
  },
  {
    what: 'a worker is told to end, and another comes',
    async strike(job, random) {
      expect(await end(some(1, job.workers, random))).toEqual([143]);
      job.hire(1);
    },
  },
  {
    what: 'the scheduler is told to end and started again',
    async strike(job) {
      expect(await end([job.scheduler])).toEqual([143]);
      job.schedule('--resume');
    },
  },
  {
    what: 'everything is told to end and started again',
    async strike(job) {
      expect(await end([job.scheduler, ...job.workers])).toEqual([143, 143, 143, 143, 143]);
      await job.restart();
    },
  },
];

const some = (count: number, workers: readonly Command[], random: Random): readonly Command[] =>
  random.shuffle([...workers]).slice(0, count);

async function kill(processes: readonly Command[]): Promise<void> {
  for (const { pid } of processes) signal(pid, 'SIGKILL');
  await exitCodes(processes);
}

/** Gives notice, as a machine does that goes. @returns the exit codes */
function end(processes: readonly Command[]): Promise<readonly (number | null)[]> {
  for (const { pid } of processes) signal(pid, 'SIGTERM');
  return exitCodes(processes);
}

const exitCodes = async (processes: readonly Command[]): Promise<readonly (number | null)[]> =>
  (await Promise.all(processes.map(({ ended }) => ended))).map(({ exitCode }) => exitCode);

/** A job waits for up to half a minute before it takes a process for dead, and workers wait longer for a scheduler. */
jest.setTimeout(300_000);

/** The configuration of each seed's training, and how good its model is when nothing happens to it. */
const trainings = new Map<number, { readonly conf: string; readonly auc: number }>();

const folder = (): string => mkdtempSync(join(runFolder(), 'clicks-'));

beforeAll(async () => {
  for (const seed of seeds) {
    const conf = writeCountedClicks(folder(), { seed });
    const { auc, ...counts } = await TrainingJob.during(conf, usual, (job) => job.trained());
    expect(counts).toEqual({ lost: 0, repeated: 0 });
    trainings.set(seed, { conf, auc });
  }
});

describe('A training job', () => {
  const table = seeds.flatMap((seed) => faults.map((fault, number) => ({ seed, number, ...fault })));

  it.concurrent.each(table)('loses no row when $what, and its model is as good; seed $seed', async (fault) => {
    const { seed, number, replicas = 0, saved = false, repeats = 0, strike } = fault;
    const undisturbed = trainings.get(seed)!;
    const random = new Random(100 * seed + number);
    // Early enough for the job to be still at work when a slow machine strikes.
    const moment = 0.1 + 0.2 * random.uniform();
    const { lost, repeated, auc } = await TrainingJob.during(undisturbed.conf, { ...usual, replicas }, async (job) => {
      if (saved) {
        await job.learnedFrom(moment / 2);
        await job.save();
      }
      await job.learnedFrom(moment);
      await strike(job, random);
      return job.trained();
    });
    expect(lost).toBe(0);
    expect(repeated).toBeLessThanOrEqual((repeats * syncExamples) / 2);
    expect(Math.abs(auc - undisturbed.auc)).toBeLessThan(0.003);
  });

  it.concurrent('is given up by its workers when no scheduler takes the place of one that is killed', async () => {
    const { conf } = trainings.get(1)!;
    await TrainingJob.during(conf, { primaries: 1, replicas: 0, workers: 2 }, async (job) => {
      await job.learnedFrom(0.2);
      await kill([job.scheduler]);
      expect(await exitCodes(job.workers)).toEqual([4, 4]);
      expect(job.said()).toMatch(/the scheduler of job .* was not heard of for 120 s; restart it with --resume/);
    });
  });

  it.concurrent('fails with the name of a part that three workers died of', async () => {
    const conf = writeCountedClicks(folder(), { seed: 1, files: 1 });
    await TrainingJob.during(conf, { primaries: 1, replicas: 0, workers: 1 }, async (job) => {
      for (const share of [0.1, 0.2, 0.3]) {
        await job.learnedFrom(share);
        await kill(job.workers.slice(-1));
        job.hire(1);
      }
      expect(await exitCodes([job.scheduler])).toEqual([1]);
      expect(job.said()).toMatch(/part-00, bytes 0 to \d+: three workers died of this part; look at its lines\n$/);
    });
  });
});
