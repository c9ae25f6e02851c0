import { CfnOutput, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { InstanceArchitecture } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { type Names, trainingImageTag } from '../config/names';
import type { Config } from '../config/schema';
import type { Version } from '../config/version';
import { BudgetGuard } from '../lambda/budget-guard/budget-guard';
import { EmptyFleet } from '../lambda/empty-fleet/empty-fleet';
import { JobMachine } from '../lambda/job-step/job-machine';
import { RollingRelease } from '../lambda/release/rolling-release';
import type { TrainingCluster } from '../lambda/training/training-cluster';
import type { BaseStack } from './base';
import { type ImageSource, ServiceImage } from './constructs/service-image';
import { EngineTask } from './constructs/training/engine-task';
import { TrainingFleet } from './constructs/training/fleet';
import { ModelTask } from './constructs/training/model-task';
import { Schedules } from './constructs/training/schedules';
import { ServerTask } from './constructs/training/server-task';
import { StorePassword } from './constructs/training/store-password';
import { TaskSecurityGroups } from './constructs/training/task-security-groups';
import { ReleaseSynthesizer } from './release-synthesizer';

export interface TrainingStackProps extends StackProps {
  readonly names: Names;
  readonly config: Config;
  /** The folder with a bundle `<name>/index.js` for each function. */
  readonly bundles: string;
  readonly base: BaseStack;
  readonly image: ImageSource;
  /** The version of the tree, whose models are trained. */
  readonly version: Version;
}

/**
 * Training jobs on machines that are there only while one runs: the image of the service as scheduler and workers, public
 * parameter servers, and a state machine that runs a job. It belongs to no version, and each deployment brings it the code
 * of the tree.
 */
export class TrainingStack extends Stack {
  constructor(scope: Construct, id: string, stackProps: TrainingStackProps) {
    const { names, config, bundles, base, image, version, ...props } = stackProps;
    const { sourceHash } = image;
    const tag = trainingImageTag(sourceHash);
    super(scope, id, {
      ...props,
      synthesizer: new ReleaseSynthesizer({ repositoryName: names.application, tag, sourceHash }),
    });
    new ServiceImage(this, 'Image', { ...image, architecture: InstanceArchitecture.X86_64 });
    const release = new RollingRelease(this, 'Release', { names, tag, sourceHash });

    const training = this.trainingCluster(stackProps, tag);
    const environment = { names, bundles, training };
    const jobs = new JobMachine(this, 'Jobs', environment);
    // Deletion follows these backwards: first what starts jobs, then all that runs, then the machine and its tasks' image.
    jobs.node.addDependency(release);
    const guard = new BudgetGuard(this, 'BudgetGuard', environment);
    const emptyFleet = new EmptyFleet(this, 'EmptyFleet', { ...environment, jobs });
    emptyFleet.node.addDependency(guard);
    const schedules = new Schedules(this, 'Schedules', { names, schedules: config.schedules, machine: jobs.machine });
    schedules.node.addDependency(emptyFleet);

    new CfnOutput(this, 'StateMachineArn', { value: jobs.machine.stateMachineArn });
    new CfnOutput(this, 'ClusterName', { value: training.cluster.clusterName });
    new CfnOutput(this, 'FleetId', { value: training.fleetId });
    new CfnOutput(this, 'MaxJobHours', { value: String(training.maxJobHours) });
  }

  /** What jobs run on. */
  private trainingCluster({ names, config, base, version }: TrainingStackProps, imageTag: string): TrainingCluster {
    const settings = config.training;
    const { vpc } = base.network;
    const cluster = new Cluster(this, 'Cluster', { vpc });
    Validations.of(cluster).acknowledge({
      id: 'AwsSolutions-ECS4',
      reason: 'Container Insights is billed by the metric; a job tells its progress, and how it ended, by itself.',
    });
    const storePassword = new StorePassword(this, 'StorePassword');
    const task = { names, machineMemoryMiB: settings.minMemoryGiB * 1024 };
    const own = {
      ...task,
      imageTag,
      artifacts: base.artifacts,
      dataBuckets: settings.dataBuckets,
      schedules: config.schedules,
    };
    const engine = { ...own, storePassword, machineVcpus: settings.minVcpus };
    const groups = new TaskSecurityGroups(this, 'TaskGroups', vpc);
    return {
      cluster,
      fleetId: new TrainingFleet(this, 'Machines', { vpc, cluster, machines: settings }).fleetId,
      taskDefinitions: {
        scheduler: new EngineTask(this, 'Scheduler', 'scheduler', engine).definition,
        server: new ServerTask(this, 'Server', { ...task, storePassword, image: settings.serverImage }).definition,
        worker: new EngineTask(this, 'Worker', 'worker', engine).definition,
      },
      securityGroups: groups.byRole,
      trainer: {
        definition: new ModelTask(this, 'Trainer', {
          ...own,
          version,
          database: base.database,
          secrets: config.aws.secrets,
        }).definition,
        securityGroups: [groups.trainer, base.network.databaseClients],
      },
      subnets: vpc.publicSubnets,
      artifacts: base.artifacts,
      notices: base.notices,
      capacityWaitMinutes: settings.capacityWaitMinutes,
      maxJobHours: settings.maxJobHours,
    };
  }
}
