import { ContainerImage, LinuxParameters, TmpfsMountOption } from 'aws-cdk-lib/aws-ecs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { TrainingEnvironment } from '../../../config/environment';
import { storeServerConfiguration } from '../../../config/training/store-server';
import { storePort } from '../../../config/training/training-task';
import { storeSecret, TrainingTask, type TrainingTaskProps } from './training-task';

export interface ServerTaskProps extends TrainingTaskProps {
  /** What it is asked with. */
  readonly storePassword: ISecret;
  /** Pinned by its digest. */
  readonly image: string;
}

/** The user `valkey` of the image; a number, as other images may have other names. */
const user = '999';

const folder = '/data';

/** A parameter server: the engine's public image, with no data but what is in memory. */
export class ServerTask extends TrainingTask {
  constructor(scope: Construct, id: string, { image, storePassword, ...props }: ServerTaskProps) {
    const mebibytes = (share: number): number => Math.floor(share * props.machineMemoryMiB);
    super(scope, id, props, {
      kind: 'server',
      secrets: storeSecret(storePassword),
      lifecycle: 'on-demand',
      image: ContainerImage.fromRegistry(image),
      entryPoint: ['sh', '-c', startServer(mebibytes(0.5))],
      command: [],
      memoryLimitMiB: mebibytes(0.6),
      user,
      linuxParameters: writableFolder(scope, `${id}Linux`),
    });
  }
}

/** In memory, and so small that only the state of a cluster has room. */
function writableFolder(scope: Construct, id: string): LinuxParameters {
  const linux = new LinuxParameters(scope, id, { initProcessEnabled: true });
  linux.addTmpfs({
    containerPath: folder,
    size: 16,
    mountOptions: [TmpfsMountOption.NOEXEC, TmpfsMountOption.NOSUID],
  });
  return linux;
}

/**
 * The command that starts a server. The shell fills in the password of the container, and the server reads it from its
 * standard input: it stands in no list of processes, and no file.
 * @param memoryMiB how much its data may take; beyond that it refuses to grow, by which the job fails
 */
export const startServer = (memoryMiB: number): string => `\
if [ "$DMLC_NUM_SERVER" -gt 1 ]; then cluster=yes; else cluster=no; fi
exec valkey-server - <<END
${storeServerConfiguration({
  port: String(storePort),
  folder,
  password: `$${TrainingEnvironment.storePassword}`,
  isClusterMember: '$cluster',
})}
maxmemory ${memoryMiB}mb
maxmemory-policy noeviction
END`;
