import { InstanceArchitecture } from 'aws-cdk-lib/aws-ec2';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';

/** The image that a stack builds and publishes. */
export interface ImageSource {
  /** The build context. */
  readonly directory: string;
  /** Hash of the build context. */
  readonly sourceHash: string;
}

export interface ServiceImageProps extends ImageSource {
  /** What the image is to run on. */
  readonly architecture: InstanceArchitecture;
}

/** The image of the service, which the stack's synthesizer publishes; its label tells the hash of its sources. */
export class ServiceImage extends DockerImageAsset {
  constructor(scope: Construct, id: string, { directory, sourceHash, architecture }: ServiceImageProps) {
    const arm = architecture === InstanceArchitecture.ARM_64;
    super(scope, id, {
      directory,
      buildArgs: { SOURCE_HASH: sourceHash },
      platform: arm ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    });
  }
}
