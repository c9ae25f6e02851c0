import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { TrainingEnvironment } from '../../config/environment';
import type { BatchConf, OnlineConf } from '../../training/conf/conf';
import { type LocalWorkers, startLocalWorkers } from '../../training/distributed/local-workers';
import { startLocalServers } from '../../training/store/servers/local-servers';
import type { StoreAddress } from '../../training/store/servers/servers';
import { parseStoreUrl } from './store-url';
import type { LocalTraining } from './train-conf';

/** What a training with processes of its own is led with. */
export interface LocalJob {
  /** Names it on its servers. */
  readonly job: string;
  readonly address: StoreAddress;
  readonly isOwn: boolean;
  readonly replicas: number;
  readonly workers: number;
  /** To be called once workers may come. */
  begun(): void;
  /** Aborts when the job has to end in order: when it is told to, and when its workers fail. */
  readonly signal: AbortSignal;
}

/**
 * Leads a training with Valkey or Redis servers and worker processes on this machine, all ended with it.
 * @throws {CommandError} if `--store-url` is none
 * @throws {StoreError} if there are no servers to start, or workers end too soon
 */
export async function withLocalProcesses<T>(
  conf: OnlineConf | BatchConf,
  training: LocalTraining,
  lead: (job: LocalJob) => Promise<T>,
): Promise<T> {
  const { options, report, confFile } = training;
  const { servers = 1, workers: workerCount = 1, replicas = 0, storeUrl } = options;
  const local = storeUrl === undefined ? await startLocalServers(servers, replicas) : undefined;
  const address = local?.address ?? parseStoreUrl(storeUrl!);
  const job = jobOf(confFile, conf);
  const failed = new AbortController();
  const signal = AbortSignal.any([training.signal, failed.signal]);
  let workers: LocalWorkers | undefined;
  const begun = () => {
    workers = startWorkers(workerCount, environmentOf(job, address, training), report.warning);
    workers.failure.catch((error) => failed.abort(error));
  };
  try {
    return await lead({ job, address, isOwn: local !== undefined, replicas, workers: workerCount, begun, signal });
  } catch (error) {
    throw failed.signal.aborted ? failed.signal.reason : error;
  } finally {
    await workers?.stop();
    await local?.stop();
  }
}

const startWorkers = (
  count: number,
  environment: Readonly<Record<string, string>>,
  warn: (text: string) => void,
): LocalWorkers => startLocalWorkers(count, [process.execPath, process.argv[1]!, 'job', 'worker'], environment, warn);

/** The environment that workers in containers have, too. */
function environmentOf(job: string, address: StoreAddress, { confFile, options }: LocalTraining) {
  return {
    [TrainingEnvironment.jobId]: job,
    [TrainingEnvironment.conf]: confFile,
    [TrainingEnvironment.output]: '.',
    [TrainingEnvironment.servers]: address.servers.map(({ host, port }) => `${host}:${port}`).join(),
    [TrainingEnvironment.replicas]: String(options.replicas ?? 0),
    [TrainingEnvironment.storePassword]: address.password ?? '',
    DMLC_NUM_WORKER: String(options.workers ?? 1),
  };
}

/** The same for the same training, so that it is found again on servers that outlive a scheduler. */
const jobOf = (confFile: string, { modelOutput = '' }: OnlineConf | BatchConf): string =>
  createHash('sha256')
    .update(`${resolve(confFile)}\n${resolve(modelOutput)}`)
    .digest('hex')
    .slice(0, 16);
