import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { TrainingEnvironment } from '../../config/environment';
import { Checkpoints } from '../../training/checkpoint/checkpoints';
import type { OnlineConf } from '../../training/conf/conf';
import { type LocalWorkers, startLocalWorkers } from '../../training/distributed/local-workers';
import { type DistributedModel, trainDistributed } from '../../training/distributed/train-distributed';
import { modelFiles } from '../../training/output/model-files';
import { startLocalServers } from '../../training/store/servers/local-servers';
import type { StoreAddress } from '../../training/store/servers/servers';
import { CommandError, ExitCode } from '../failure';
import { checkpointPlace, type LocalTraining, type TrainedModel, writeModel } from './train-conf';

/** Trains with parameters on Valkey or Redis servers and worker processes on this machine, all ended with the job. */
export async function trainOnServers(conf: OnlineConf, training: LocalTraining): Promise<TrainedModel> {
  const { options, report, confFile } = training;
  const { servers = 1, workers: workerCount = 1, replicas = 0, storeUrl } = options;
  const local = storeUrl === undefined ? await startLocalServers(servers, replicas) : undefined;
  const address = local?.address ?? addressOf(storeUrl!);
  const job = jobOf(confFile, conf);
  let workers: LocalWorkers | undefined;
  try {
    report.begin();
    const { model, learned } = await new Promise<DistributedModel>((done, fail) => {
      trainDistributed({
        job,
        conf,
        address,
        replicas,
        workers: workerCount,
        seed: options.seed,
        syncExamples: options.syncExamples,
        badLines: options.maxBadLines,
        startWeights: () => startOf(conf),
        checkpoints: new Checkpoints(checkpointPlace(conf, training)),
        checkpointEvery: options.checkpointEvery,
        resume: options.resume === true,
        row: report.row,
        warn: report.warning,
        begun: () => {
          workers = startWorkers(workerCount, environmentOf(job, address, training), report.warning);
          workers.failure.catch(fail);
        },
        signal: training.signal,
      }).then(done, fail);
    });
    return { model, modelFiles: await writeModel(conf, model, training), examples: learned.examples };
  } finally {
    await workers?.stop();
    await local?.stop();
  }
}

const startOf = async ({ modelInput }: OnlineConf) => modelInput && modelFiles(1).read(modelInput);

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
const jobOf = (confFile: string, { modelOutput = '' }: OnlineConf): string =>
  createHash('sha256')
    .update(`${resolve(confFile)}\n${resolve(modelOutput)}`)
    .digest('hex')
    .slice(0, 16);

function addressOf(url: string): StoreAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'redis:' || parsed.hostname === '') {
    throw new CommandError(`--store-url: '${url}' is not like redis://:password@host:6379`, ExitCode.usage);
  }
  const { hostname, port, password } = parsed;
  return {
    servers: [{ host: hostname, port: Number(port || 6379) }],
    password: password === '' ? undefined : decodeURIComponent(password),
  };
}
