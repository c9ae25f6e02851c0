import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  ECRClient,
  GetDownloadUrlForLayerCommand,
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
  /** An index instead has manifests: of images and, with platform `unknown`, of their attestations. */
  readonly manifests?: readonly { readonly digest: string; readonly platform?: { readonly os: string } }[];
}

const ecr = new ECRClient();

/**
 * The hash of the sources that an image was built from, as its label says.
 * @returns `undefined` if there is no such image; an empty text if it has no such label
 */
export async function imageSourceHash(repository: string, tag: string): Promise<string | undefined> {
  const manifest = await imageManifest(repository, { imageTag: tag });
  if (!manifest?.config) return undefined;
  const { downloadUrl } = await ecr.send(
    new GetDownloadUrlForLayerCommand({ repositoryName: repository, layerDigest: manifest.config.digest }),
  );
  const response = await fetch(downloadUrl!);
  if (!response.ok) throw new Error(`${repository}:${tag}: its configuration cannot be read (${response.status})`);
  const image = (await response.json()) as { config?: { Labels?: Record<string, string> } };
  return image.config?.Labels?.[label] ?? '';
}

async function imageManifest(
  repository: string,
  id: { imageTag: string } | { imageDigest: string },
): Promise<Manifest | undefined> {
  const { images } = await ecr.send(
    new BatchGetImageCommand({
      repositoryName: repository,
      imageIds: [id],
      acceptedMediaTypes: [...imageTypes, ...indexTypes],
    }),
  );
  const text = images?.[0]?.imageManifest;
  if (!text) return undefined;
  const manifest = JSON.parse(text) as Manifest;
  const image = manifest.manifests?.find(({ platform }) => platform?.os !== 'unknown');
  return image ? imageManifest(repository, { imageDigest: image.digest }) : manifest;
}

/** Removes a tag, if it is there. The image stays under its other tags; an image without any expires. */
export async function removeTag(repository: string, tag: string): Promise<void> {
  try {
    const { failures = [] } = await ecr.send(
      new BatchDeleteImageCommand({ repositoryName: repository, imageIds: [{ imageTag: tag }] }),
    );
    const failure = failures.find(({ failureCode }) => failureCode !== 'ImageNotFound');
    if (failure) throw new Error(`${repository}:${tag}: ${failure.failureReason}`);
  } catch (error) {
    if (!(error instanceof RepositoryNotFoundException)) throw error;
  }
}
