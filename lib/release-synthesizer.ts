import { DefaultStackSynthesizer, type DockerImageAssetLocation, type DockerImageAssetSource } from 'aws-cdk-lib';

export interface ReleaseSynthesizerProps {
  readonly repositoryName: string;
  /** Of the image: a version, or what a stack that takes new code calls it. */
  readonly tag: string;
  /** Hash of the image's sources. */
  readonly sourceHash: string;
}

/** Publishes the image of a stack in our own repository, with a tag of our own. */
export class ReleaseSynthesizer extends DefaultStackSynthesizer {
  constructor(private readonly release: ReleaseSynthesizerProps) {
    super({ imageAssetsRepositoryName: release.repositoryName });
  }

  /**
   * The tag is the asset's hash, hence ours here. The name keys the local build cache: with a version's tag alone an older
   * build of it would be pushed.
   */
  override addDockerImageAsset(asset: DockerImageAssetSource): DockerImageAssetLocation {
    const { tag, sourceHash } = this.release;
    return super.addDockerImageAsset({ ...asset, assetName: sourceHash, sourceHash: tag });
  }
}
