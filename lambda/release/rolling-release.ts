import type { Construct } from 'constructs';
import type { Names } from '../../config/names';
import { ReleaseResource } from './release-resource';

export interface RollingReleaseProps {
  readonly names: Names;
  /** Of the image, another one for each code. */
  readonly tag: string;
  /** Of the image's sources. */
  readonly sourceHash: string;
}

/**
 * The image of a stack that takes new code with each deployment. After an update it removes the tag of the code before,
 * and deleted last, that of the last.
 */
export class RollingRelease extends ReleaseResource {
  constructor(scope: Construct, id: string, { names, tag, sourceHash }: RollingReleaseProps) {
    super(scope, id, names, { Kind: 'rolling', Tag: tag, SourceHash: sourceHash });
  }
}
