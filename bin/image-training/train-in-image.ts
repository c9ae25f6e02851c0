import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TaskName, TrainingJob } from '../../config/training/training-task';
import type { ConfTrainOptions } from '../commands/training/conf-train';
import { requireDocker } from '../deploy/docker';
import { CommandError, ExitCode } from '../failure';
import { newJobId } from '../job-id';
import { reported, reportTo } from '../local-training/report';
import { print, progress } from '../output';
import { runTasks, type TaskReport } from './run-tasks';
import { type ContainerSettings, docker, TaskContainers } from './task-containers';

/** A training by another engine, whose image plays all roles in containers on this machine. */
export interface ImageTraining extends Pick<ContainerSettings, 'image' | 'command'> {
  readonly confFile: string;
}

/**
 * Trains with another engine's image. Ends well when its scheduler and its workers do; its servers are stopped then.
 * @throws {CommandError | InterruptedError} with one line that says what to do
 */
export async function trainInImage(training: ImageTraining, options: ConfTrainOptions): Promise<void> {
  refuseOwnOptions(options);
  const { confFile, image } = training;
  await requireFile(confFile);
  await requireDocker('--image runs in containers', ExitCode.usage);
  const json = options.json === true;
  await reported(reportTo(json), async ({ signal, wrote }) => {
    await requireImage(image);
    const job = await prepareJob(confFile, options);
    wrote(await runJob(job, training, taskReport(json), signal));
    return {};
  });
}

/** Other engines know nothing of them. */
function refuseOwnOptions(options: ConfTrainOptions): void {
  const { replicas, store, storeUrl, syncExamples, checkpoint, resume, maxBadLines } = options;
  const ours = {
    '--replicas': replicas || undefined,
    '--store': store,
    '--store-url': storeUrl,
    '--sync-examples': syncExamples,
    '--checkpoint': checkpoint,
    '--resume': resume,
    '--max-bad-lines': maxBadLines,
  };
  const [asked] = Object.entries(ours).find(([, value]) => value !== undefined) ?? [];
  if (asked) throw new CommandError(`${asked}: does not go with --image; leave it out`, ExitCode.usage);
}

async function requireFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw new CommandError(`${file}: there is no such file`, ExitCode.usage);
}

async function requireImage(image: string): Promise<void> {
  const isHere = await docker('image', 'inspect', image).then(
    () => true,
    () => false,
  );
  if (isHere) return;
  progress(`Pulling ${image}`);
  await docker('pull', '--quiet', image).catch((error: Error) => {
    throw new CommandError(`the image ${image} is not here and cannot be pulled: ${error.message}`, ExitCode.absent);
  });
}

/** Describes a job and makes the folder of its output, beside its configuration. */
async function prepareJob(confFile: string, { servers = 1, workers = 1 }: ConfTrainOptions): Promise<TrainingJob> {
  const conf = resolve(confFile);
  const id = newJobId(conf, new Date());
  const output = join(dirname(conf), 'jobs', id, 'out');
  await mkdir(output, { recursive: true });
  // Who an image runs as is not known here.
  await chmod(output, 0o777);
  const hostOf = ({ role, index }: TaskName) => `${role}-${index}`;
  return { id, conf, output: `${output}/`, servers, replicas: 0, workers, hostOf };
}

/** @returns the files that the job left in its output */
async function runJob(
  job: TrainingJob,
  { image, command }: ImageTraining,
  report: TaskReport,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const folders = [
    { path: dirname(job.conf), writable: false },
    { path: job.output, writable: true },
  ];
  const containers = await TaskContainers.open(job, { image, command, folders });
  try {
    report.notice(`Job ${job.id} is started`);
    await runTasks(job, containers, report, signal);
  } finally {
    await containers.stop();
  }
  const entries = await readdir(job.output, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** What the scheduler writes is the log of the job, as in AWS. */
const taskReport = (json: boolean): TaskReport => ({
  line({ role, index }, text) {
    if (role !== 'scheduler') progress(`${role} ${index}: ${text}`);
    else print(json ? JSON.stringify({ type: 'log', at: Date.now(), text }) : text);
  },
  notice: progress,
});
