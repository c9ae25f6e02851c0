import {
  CloudFormationClient,
  DescribeStacksCommand,
  type Stack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { ECRClient, ListImagesCommand } from '@aws-sdk/client-ecr';
import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { InvokeCommand, LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsServer } from './aws-server';

/** The part of an archive's `manifest.json` that tests read. */
export interface ArchiveManifest {
  readonly version: string;
  readonly dropped: boolean;
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly complete: boolean }[];
}

/** What is in an account, as its own services tell. */
export class Account {
  constructor(private readonly aws: Pick<AwsServer, 'client'>) {}

  /** @returns undefined if there is no such stack */
  async stackState(name: string): Promise<string | undefined> {
    return (await this.stack(name))?.StackStatus;
  }

  /** The names of all stacks. */
  async stackNames(): Promise<readonly (string | undefined)[]> {
    return (await this.stacks()).map(({ StackName }) => StackName).sort();
  }

  /** Lets a stack be deleted that is protected against it. */
  async liftProtection(name: string): Promise<void> {
    await new CloudFormationClient(this.aws.client).send(
      new UpdateTerminationProtectionCommand({ StackName: name, EnableTerminationProtection: false }),
    );
  }

  /** The names of all buckets. */
  async buckets(): Promise<readonly (string | undefined)[]> {
    const { Buckets = [] } = await new S3Client(this.aws.client).send(new ListBucketsCommand({}));
    return Buckets.map(({ Name }) => Name);
  }

  async outputs(name: string): Promise<Record<string, string | undefined>> {
    const { Outputs = [] } = (await this.stack(name)) ?? {};
    return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  }

  /** Tags of the images. */
  async imageTags(): Promise<readonly (string | undefined)[]> {
    const { imageIds = [] } = await new ECRClient(this.aws.client).send(
      new ListImagesCommand({ repositoryName: 'modelapp' }),
    );
    return imageIds.map(({ imageTag }) => imageTag).sort();
  }

  /** Weights of the target groups of a listener rule, in its order. */
  async ruleWeights(ruleArn: string | undefined): Promise<readonly (number | undefined)[]> {
    const { Rules } = await new ElasticLoadBalancingV2Client(this.aws.client).send(
      new DescribeRulesCommand({ RuleArns: [ruleArn ?? ''] }),
    );
    return (Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? []).map(({ Weight }) => Weight);
  }

  /** Makes a listener rule forward to its first target group only, as the rollout guard or a person may. */
  async forwardToFirst(ruleArn: string | undefined): Promise<void> {
    const balancing = new ElasticLoadBalancingV2Client(this.aws.client);
    const { Rules } = await balancing.send(new DescribeRulesCommand({ RuleArns: [ruleArn ?? ''] }));
    const [{ ForwardConfig, Type } = { Type: 'forward' as const }] = Rules?.[0]?.Actions ?? [];
    const TargetGroups = ForwardConfig?.TargetGroups?.slice(0, 1);
    await balancing.send(
      new ModifyRuleCommand({
        RuleArn: ruleArn,
        Actions: [{ Type, ForwardConfig: { ...ForwardConfig, TargetGroups } }],
      }),
    );
  }

  /** The JSON document in a parameter. */
  async readParameter(name: string): Promise<unknown> {
    const { Parameter } = await new SSMClient(this.aws.client).send(new GetParameterCommand({ Name: name }));
    return JSON.parse(Parameter?.Value ?? '');
  }

  async writeParameter(name: string, document: object): Promise<void> {
    await new SSMClient(this.aws.client).send(
      new PutParameterCommand({ Name: name, Value: JSON.stringify(document), Overwrite: true }),
    );
  }

  /** How long a function may run from now on. */
  async setTimeout(functionName: string, seconds: number): Promise<void> {
    await new LambdaClient(this.aws.client).send(
      new UpdateFunctionConfigurationCommand({ FunctionName: functionName, Timeout: seconds }),
    );
  }

  /**
   * Calls a function, as the service does that it is for.
   * @returns what it answers
   * @throws {Error} what it throws
   */
  async invoke(functionName: string, event: object): Promise<unknown> {
    const { Payload, FunctionError } = await new LambdaClient(this.aws.client).send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }),
    );
    const text = Buffer.from(Payload ?? []).toString();
    if (FunctionError) throw new Error(text);
    return JSON.parse(text || 'null');
  }

  /** The manifests of all archives of a version. */
  async archives(version: string): Promise<readonly ArchiveManifest[]> {
    const s3 = new S3Client(this.aws.client);
    const { ArtifactsName: Bucket } = await this.outputs('ModelApp-Base');
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `archives/${version}/` }));
    const keys = Contents.flatMap(({ Key }) => (Key?.endsWith('/manifest.json') ? [Key] : []));
    return Promise.all(
      keys.map(async (Key) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        return JSON.parse((await Body?.transformToString()) ?? '') as ArchiveManifest;
      }),
    );
  }

  private async stack(name: string): Promise<Stack | undefined> {
    return (await this.stacks()).find(({ StackName }) => StackName === name);
  }

  private async stacks(): Promise<Stack[]> {
    const { Stacks = [] } = await new CloudFormationClient(this.aws.client).send(new DescribeStacksCommand({}));
    return Stacks.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE');
  }
}
