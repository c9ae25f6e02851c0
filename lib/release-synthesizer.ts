import { DefaultStackSynthesizer, type DockerImageAssetLocation, type DockerImageAssetSource } from 'aws-cdk-lib';
import type { Version } from '../config/version';

export interface ReleaseSynthesizerProps {
  readonly repositoryName: string;
  /** Becomes the tag of the image. */
  readonly version: Version;
  /** Hash of the image's sources. */
  readonly sourceHash: string;
}

/** Publishes the image of a stack in our own repository, with the version as its tag. */
export class ReleaseSynthesizer extends DefaultStackSynthesizer {
  constructor(private readonly release: ReleaseSynthesizerProps) {
    super({ imageAssetsRepositoryName: release.repositoryName });
  }

  /**
   * The tag is the asset's hash, hence the version here. The name keys the local build cache: with the version alone an
   * older build of it would be pushed.
   */
  override addDockerImageAsset(asset: DockerImageAssetSource): DockerImageAssetLocation {
    const { version, sourceHash } = this.release;
    return super.addDockerImageAsset({ ...asset, assetName: sourceHash, sourceHash: version });
  }
}
