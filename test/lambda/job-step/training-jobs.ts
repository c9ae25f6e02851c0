import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionName } from '../../../config/names';
import type { JobInput } from '../../../lambda/job-step/job-input';
import { type Settings, settingsVariable } from '../../../lambda/job-step/settings';
import { runFolder } from '../../support/test-run';
import { buildBundles } from '../support/bundles';
import { bucket } from '../support/fake-s3';
import { type Loopback, startLoopback } from '../support/loopback';
import type { Definition } from '../support/state-machine/definition';
import { execute, type Outcome, StatesError, type Work } from '../support/state-machine/interpreter';
import type { Json } from '../support/state-machine/json-path';
import { WarmFunction } from '../support/warm-function';
import { clusterName, type FakeTask } from '../training/fake-cluster';
import { executionArn, machineArn } from '../training/fake-executions';
import { fleetId } from '../training/fake-fleet';
import { zoneId } from '../training/fake-zone';
import { TrainingAccount } from '../training/training-account';
import { synthesizedDefinition } from './job-machine-under-test';

/** Two servers and three workers. */
export const input: JobInput = { conf: 's3://artifacts/jobs/ctr-1/job.conf', servers: 2, workers: 3 };

const role = (name: string) => ({ family: name, container: name, securityGroups: [`sg-${name}`] });

const settings: Settings = {
  machine: machineArn,
  cluster: clusterName,
  fleet: fleetId,
  bucket,
  subnets: ['subnet-1', 'subnet-2'],
  roles: {
    scheduler: role('scheduler'),
    server: role('server'),
    worker: role('worker'),
  },
  trainer: { ...role('trainer'), securityGroups: ['sg-trainer', 'sg-database'] },
  zone: { id: zoneId, name: 'modelapp.internal' },
  capacityWaitMinutes: 10,
  maxJobHours: 6,
};

/** The state machine with the built function, on an account of its own. */
export class TrainingJobs {
  account!: TrainingAccount;
  /** Fails a state in the function's stead, as long as it says an error. */
  fault: (state: string) => string | undefined = () => undefined;
  /** Fails a state after the function did its work, as when that is cut off before it answers. */
  answered: (state: string) => string | undefined = () => undefined;
  /** Whether somebody stops the execution by hand, after the work of a state. */
  stopped: (state: string) => boolean = () => false;
  /** Seconds that our scheduler works. */
  workSeconds = 300;
  /** Whether it makes a model, or only scores one. */
  makesModel = true;
  #aws!: Loopback;
  #bundles!: string;
  #function!: WarmFunction;
  #definition!: Definition;

  /** Builds what all jobs of a test file run with. */
  async build(): Promise<void> {
    // Of its own: other files of tests build at the same time.
    this.#bundles = mkdtempSync(join(runFolder(), 'job-step-'));
    await buildBundles(this.#bundles);
    this.#definition = synthesizedDefinition();
    this.#aws = await startLoopback((request) => this.account.answerer(request));
    const environment = {
      AWS_ENDPOINT_URL: this.url,
      AWS_MAX_ATTEMPTS: '1',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ARTIFACTS_BUCKET: bucket,
      [settingsVariable]: JSON.stringify(settings),
    };
    this.#function = new WarmFunction({ bundle: this.bundle('job-step'), environment });
  }

  /** A built function. */
  bundle(name: FunctionName): string {
    return join(this.#bundles, name);
  }

  /** Where AWS is. */
  get url(): string {
    return this.#aws.url;
  }

  /** An account in which nothing has happened. */
  open(): void {
    this.fault = () => undefined;
    this.answered = () => undefined;
    this.stopped = () => false;
    this.workSeconds = 300;
    this.makesModel = true;
    this.account = new TrainingAccount();
    this.account.cluster.running = (task) => this.work(task);
  }

  async close(): Promise<void> {
    await this.#function.stop();
    await this.#aws.close();
  }

  /** Starts a job and follows it to its end. */
  async run(given: Json = { ...input }, name = 'ctr-1'): Promise<Outcome> {
    const { clock, executions } = this.account;
    executions.start(name, clock.now());
    const outcome = await execute(this.#definition, {
      id: executionArn(name),
      name,
      input: given,
      clock,
      work: (task) => this.#call(task),
    });
    executions.end(name);
    return outcome;
  }

  /** What a job leaves that ends well. */
  writeOutput(job = 'ctr-1'): void {
    const content = 'key\tweight\n';
    const { objects } = this.account.artifacts;
    const files = (this.makesModel ? ['ctr_S0', 'ctr_S1'] : []).map((name) => {
      objects.set(`jobs/${job}/out/${name}`, Buffer.from(content));
      return { name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
    });
    const manifest = { files, evaluation: { auc: 0.75, logloss: 0.5 } };
    objects.set(`jobs/${job}/out/manifest.json`, Buffer.from(JSON.stringify(manifest)));
  }

  /** The only task of a role that runs. */
  task(name: FakeTask['role'], index = 0): FakeTask {
    return this.account.cluster.live.filter((task) => task.role === name)[index]!;
  }

  #call: Work = async ({ state, input: request }) => {
    const error = this.fault(state);
    if (error) throw new StatesError(error, 'injected');
    const answer = await this.#function.call(request);
    const cut = this.answered(state);
    if (cut) throw new StatesError(cut, 'injected');
    if (this.stopped(state)) throw new Error('stopped by hand');
    if ('value' in answer) return answer.value as Json;
    const { name, message } = answer.error;
    throw new StatesError(name, JSON.stringify({ errorType: name, errorMessage: message }));
  };

  /** What our image does once its task runs. */
  work(task: FakeTask): void {
    if (task.role === 'trainer') this.trainModel(task);
    if (task.role !== 'scheduler' || task.family !== 'scheduler') return;
    this.account.clock.after(this.workSeconds, () => {
      if (task.state !== 'RUNNING') return;
      this.writeOutput(task.environment.MODELAPP_JOB_ID);
      this.account.cluster.end(task, 0);
    });
  }

  private trainModel(task: FakeTask): void {
    this.account.clock.after(this.workSeconds, () => {
      if (task.state !== 'RUNNING') return;
      const [, , model] = task.command!;
      const made = { model, revision: 7, activated: true, reason: null, scores: { train: 0.9, test: 0.8 } };
      const key = `jobs/${task.environment.MODELAPP_JOB_ID}/out/revision.json`;
      this.account.artifacts.objects.set(key, Buffer.from(JSON.stringify(made)));
      this.account.cluster.end(task, 0);
    });
  }
}
