import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  ECRClient,
  GetDownloadUrlForLayerCommand,
  type ImageFailure,
  type ImageIdentifier,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';

/** The label that the Dockerfile gives an image. */
const label = 'modelapp.source-hash';

const imageTypes = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
];
const indexTypes = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];

interface Manifest {
  readonly config?: { readonly digest: string };
  /** An index instead has manifests: of images, one for each architecture, and of their attestations. */
  readonly manifests?: readonly { readonly digest: string; readonly platform?: { readonly os: string } }[];
}

const ecr = new ECRClient();

/**
 * The hash of the sources that an image was built from, as its label says.
 * @returns `undefined` if there is no such image; an empty text if it has no such label, or another for each architecture
 */
export async function imageSourceHash(repository: string, tag: string): Promise<string | undefined> {
  const [tagged] = await readManifests(repository, [{ imageTag: tag }]);
  if (!tagged) return undefined;
  const hashes = new Set<string>();
  for (const { config } of await imagesOf(repository, tagged)) {
    hashes.add(config ? await readLabel(repository, tag, config.digest) : '');
  }
  const [hash = '', ...others] = hashes;
  return others.length === 0 ? hash : '';
}

/** The images that an index holds, without attestations; a manifest that is no index is the image itself. */
async function imagesOf(repository: string, manifest: Manifest): Promise<readonly Manifest[]> {
  if (!manifest.manifests) return [manifest];
  const images = manifest.manifests.filter(({ platform }) => platform?.os !== 'unknown');
  if (images.length === 0) return [];
  return readManifests(
    repository,
    images.map(({ digest }) => ({ imageDigest: digest })),
  );
}

/** @returns those that are there */
async function readManifests(repository: string, ids: ImageIdentifier[]): Promise<readonly Manifest[]> {
  const { images = [], failures = [] } = await ecr.send(
    new BatchGetImageCommand({
      repositoryName: repository,
      imageIds: ids,
      acceptedMediaTypes: [...imageTypes, ...indexTypes],
    }),
  );
  throwUnlessNotFound(repository, failures);
  return images.map(({ imageManifest }) => JSON.parse(imageManifest!) as Manifest);
}

async function readLabel(repository: string, tag: string, configDigest: string): Promise<string> {
  const { downloadUrl } = await ecr.send(
    new GetDownloadUrlForLayerCommand({ repositoryName: repository, layerDigest: configDigest }),
  );
  const response = await fetch(downloadUrl!);
  if (!response.ok) throw new Error(`${repository}:${tag}: its configuration cannot be read (${response.status})`);
  const image = (await response.json()) as { config?: { Labels?: Record<string, string> | null } };
  return image.config?.Labels?.[label] ?? '';
}

function throwUnlessNotFound(repository: string, failures: readonly ImageFailure[]): void {
  const failure = failures.find(({ failureCode }) => failureCode !== 'ImageNotFound');
  if (!failure) return;
  const { imageId, failureCode, failureReason = failureCode } = failure;
  throw new Error(`${repository}:${imageId?.imageTag ?? imageId?.imageDigest}: ${failureReason}`);
}

/** Removes a tag, if it is there. The image stays under its other tags; an image without any expires. */
export async function removeTag(repository: string, tag: string): Promise<void> {
  try {
    const { failures = [] } = await ecr.send(
      new BatchDeleteImageCommand({ repositoryName: repository, imageIds: [{ imageTag: tag }] }),
    );
    throwUnlessNotFound(repository, failures);
  } catch (error) {
    if (!(error instanceof RepositoryNotFoundException)) throw error;
  }
}
