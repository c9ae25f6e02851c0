import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { containerDataDirectory } from '../../../config/environment';
import type { Schedule } from '../../../config/training/training';
import { acceptWildcard } from '../../../lambda/training/accepted-wildcard';
import { allowPulling, releasedImage } from '../released-image';
import { type TaskContainer, TrainingTask, type TrainingTaskProps } from './training-task';

/** Where jobs find data and configurations. */
export interface TrainingData {
  /** The bucket of data, configurations, outputs and models. */
  readonly artifacts: { readonly bucketName: string; readonly bucketArn: string };
  /** Names of further buckets. */
  readonly dataBuckets: readonly string[];
  readonly schedules: readonly Pick<Schedule, 'conf'>[];
}

export interface DataTaskProps extends TrainingTaskProps, TrainingData {
  /** Of the image, in the repository of all versions. */
  readonly imageTag: string;
}

/** A task of our own image, which reads data from buckets and writes what jobs make. */
export abstract class DataTask extends TrainingTask {
  constructor(scope: Construct, id: string, props: DataTaskProps, container: Omit<TaskContainer, 'image'>) {
    super(scope, id, props, {
      ...container,
      image: releasedImage(scope, props.names, props.imageTag),
      // The one place that the image may write to.
      environment: { ...container.environment, TMPDIR: containerDataDirectory },
    });
    allowPulling(this, props.names, this.definition.obtainExecutionRole());
    this.allowData(props);
  }

  private allowData({ artifacts: { bucketArn }, dataBuckets, schedules }: TrainingData): void {
    const buckets = dataBuckets.map((name) => this.bucketArn(name));
    const reason = 'Names of data files, and of what a job writes, are not known before.';
    this.allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'], [`${bucketArn}/jobs/*`]);
    const readable = [`${bucketArn}/data/*`, `${bucketArn}/models/*`, ...buckets.map((arn) => `${arn}/*`)];
    const confs = schedules.flatMap(({ conf }) => (conf ? [this.bucketArn(conf.slice('s3://'.length))] : []));
    this.allow(['s3:GetObject'], [...readable, ...confs]);
    // Without it S3 answers 403 instead of 404, and a file that is not there could not be told from one out of reach.
    this.allow(['s3:ListBucket'], [bucketArn, ...buckets]);
    for (const objects of [`${bucketArn}/jobs/*`, ...readable]) {
      acceptWildcard(this.definition.taskRole, objects, reason);
    }
  }

  protected allow(actions: string[], resources: string[]): void {
    this.definition.addToTaskRolePolicy(new PolicyStatement({ actions, resources }));
  }

  private bucketArn(resource: string): string {
    return Stack.of(this).formatArn({ service: 's3', region: '', account: '', resource });
  }
}
