import type { Construct } from 'constructs';
import type { Names } from '../../config/names';
import type { Version } from '../../config/version';
import { ReleaseResource } from './release-resource';
import type { SourceHash } from './source-hash';

export interface ReleaseGuardProps {
  readonly names: Names;
  readonly version: Version;
  readonly source: SourceHash;
}

/** Refuses to deploy other code under a released version. Deleted last, it removes the version's image tag. */
export class ReleaseGuard extends ReleaseResource {
  constructor(scope: Construct, id: string, { names, version, source }: ReleaseGuardProps) {
    super(scope, id, names, { Version: version, SourceHash: source });
  }
}
