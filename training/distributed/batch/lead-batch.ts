import { randomBytes } from 'node:crypto';
import { requireSameConf } from '../../checkpoint/resume';
import { fingerprintOf } from '../../darlin/batch-checkpoint';
import { cachePathOf } from '../../darlin/load-rows';
import { type BatchJob, runBatch, type WrittenBatch } from '../../darlin/run-batch';
import type { BadLineLimit } from '../../data/bad-lines';
import { findParts } from '../../data/parts';
import { Servers } from '../../store/servers/servers';
import { StoreError, StoreExitCode } from '../../store/store-error';
import { endForWorkers, requireNoScheduler } from '../lead-job';
import { expire, type JobOnServers, withServers } from '../on-servers';
import { asScheduler, JobFailure } from '../scheduler';
import { JobRecords } from '../state/valkey/job-records';
import { ValkeyJobState } from '../state/valkey/valkey-job-state';
import { batchKeys, namesOf } from './batch-keys';
import { type AnyPlan, type BatchPlan, isBatch, publishBatchPlan, readAnyPlan } from './batch-plan';
import { AnswersReader } from './messages/answers-reader';
import { isQuestion } from './messages/call';
import { CallLog } from './messages/call-log';
import { RemoteTeam, type Wire } from './remote-team';
import { Seats } from './seats';
import { dealOut } from './shares';

/** A batch training whose workers are processes of their own. */
export interface DistributedBatch extends Omit<BatchJob, 'assemble'>, JobOnServers {
  readonly workers: number;
  readonly badLines: BadLineLimit | undefined;
  readonly signal: AbortSignal;
  /** Is called once workers may come. */
  begun?(): void;
}

/**
 * Leads a job of batch training to its model. What the scheduler knows is in this process and in its checkpoints: with
 * `resume` the job goes on from the newest, with the workers that are there.
 * @throws {StoreError | DataError | JobFailure} if it fails
 * @throws the signal's reason, after a checkpoint, if it aborts
 */
export const leadBatch = (training: DistributedBatch): Promise<WrittenBatch> =>
  withServers(training, training.warn, async (servers) => {
    const state = new ValkeyJobState(servers, training.job);
    const left = await readLeftPlan(state, training.resume);
    return asScheduler(
      () => state.tellAlive('scheduler'),
      async () => {
        const plan = await begin(training, state.records, left);
        training.begun?.();
        try {
          const trained = await run(training, state, plan);
          await state.publishOutcome({ status: 'done' });
          await forget(state.records, plan);
          await expire(state.records);
          return trained;
        } catch (error) {
          await endForWorkers(state, error, training.signal);
          throw error;
        }
      },
    );
  });

/** The plan of a scheduler before this one, which did not come to its end. @throws {StoreError} if it still leads */
async function readLeftPlan(state: ValkeyJobState, resume: boolean): Promise<AnyPlan | undefined> {
  const plan = await readAnyPlan(state.records);
  if (!plan || (await state.readOutcome())) return undefined;
  if (!resume) await requireNoScheduler(state);
  return plan;
}

/** Plans a run, in place of what a scheduler before this one has left. */
async function begin(training: DistributedBatch, records: JobRecords, left: AnyPlan | undefined): Promise<BatchPlan> {
  const { conf, seed, workers, resume, job } = training;
  const fingerprint = fingerprintOf(conf, seed);
  if (left && resume) requireSameConf(left.fingerprint, fingerprint);
  const parts = await findParts(conf.trainingData, workers);
  const shares = dealOut(parts, workers);
  const cache = await cachePathOf(conf, parts, { seats: shares.length });
  const plan: BatchPlan = { conf, fingerprint, run: randomBytes(4).toString('hex'), shares, cache };
  if (left && isBatch(left)) await forget(records, left);
  // The workers that are there keep their numbers, and look at the plan.
  const { plan: _, heard: __, workers: ___, ...others } = records.keys;
  await records.do((connection) => connection.unlink(Object.values(others)));
  await new Seats(records, batchKeys(job, plan)).open();
  await publishBatchPlan(records, plan);
  return plan;
}

async function run(training: DistributedBatch, state: ValkeyJobState, plan: BatchPlan): Promise<WrittenBatch> {
  const { job, address, signal } = training;
  const keys = batchKeys(job, plan);
  const check = async (): Promise<void> => {
    const outcome = await state.readOutcome();
    if (outcome?.status === 'failed') throw new JobFailure(outcome);
    if (!(await readAnyPlan(state.records))) {
      throw new StoreError(
        'the servers have lost the state of the job; try again with --resume',
        StoreExitCode.noAccess,
      );
    }
  };
  // Connections of their own, because they wait for answers.
  const reading = await Servers.connect(address);
  try {
    const answers = new AnswersReader(new JobRecords(reading, job), keys.answers, check, signal);
    const calls = new CallLog(state.records, keys);
    return await runBatch({
      ...training,
      assemble: () => RemoteTeam.assemble(wireOf(calls, answers), plan.shares.length, training),
    });
  } finally {
    reading.close();
  }
}

const wireOf = (calls: CallLog, answers: AnswersReader): Wire => ({
  async exchange(call) {
    const number = calls.add(call);
    if (!isQuestion(call.method)) return [];
    const [replies] = await Promise.all([answers.answersTo(number), calls.arrived()]);
    return replies;
  },
});

/** Removes what a run has on the servers. */
async function forget(records: JobRecords, plan: BatchPlan): Promise<void> {
  await records.do((connection) => connection.unlink([...namesOf(batchKeys(records.job, plan))]));
}
