import { createHash } from 'node:crypto';
import { type Answerer, json, jsonFailure, type LoopbackAnswer } from './loopback';

const target = 'AmazonEC2ContainerRegistry_V20150921.';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexTypes = {
  oci: 'application/vnd.oci.image.index.v1+json',
  docker: 'application/vnd.docker.distribution.manifest.list.v2+json',
};

/** A repository in memory: manifests by digest, tags that point to them, and blobs. */
export class FakeEcr {
  readonly tags = new Map<string, string>();
  private readonly manifests = new Map<string, { text: string; type: string }>();
  private readonly blobs = new Map<string, string>();
  /** Set once the server listens. */
  url = '';
  /** May refuse an operation, or what it is to be done to, in ECR's stead. */
  refuse: (operation: string) => LoopbackAnswer | undefined = () => undefined;

  constructor(private readonly repository: string) {}

  readonly answerer: Answerer = ({ headers, path, body }) => {
    if (path.startsWith('/blob/')) {
      return this.refuse('blob') ?? { status: 200, body: this.blobs.get(path.slice('/blob/'.length)) ?? '' };
    }
    const header = String(headers['x-amz-target'] ?? '');
    if (!header.startsWith(target)) return undefined;
    const operation = header.slice(target.length);
    const refusal = this.refuse(operation);
    if (refusal) return refusal;
    const input = JSON.parse(body.toString());
    if (input.repositoryName !== this.repository) return jsonFailure('RepositoryNotFoundException');
    switch (operation) {
      case 'BatchGetImage':
        return json(this.getImages(input.imageIds));
      case 'GetDownloadUrlForLayer':
        return json({ downloadUrl: `${this.url}/blob/${input.layerDigest}` });
      case 'DescribeImages':
        return this.describe(input.imageIds[0]);
      case 'BatchDeleteImage':
        return json(this.deleteImage(input.imageIds[0]));
      default:
        return undefined;
    }
  };

  /** Stores an image with a label, if any, and tags it. */
  push(tag: string, sourceHash: string | undefined): void {
    this.tags.set(tag, this.storeImage(sourceHash));
  }

  /** Stores an image for each label and an attestation, and tags the index of them. */
  pushIndex(tag: string, sourceHashes: readonly (string | undefined)[], type: keyof typeof indexTypes = 'oci'): void {
    const attestation = { digest: digest('attestation'), platform: { os: 'unknown', architecture: 'unknown' } };
    const images = sourceHashes.map((sourceHash, index) => ({
      digest: this.storeImage(sourceHash, index),
      platform: { os: 'linux', architecture: ['amd64', 'arm64'][index] },
    }));
    const mediaType = indexTypes[type];
    this.tags.set(tag, this.store(JSON.stringify({ mediaType, manifests: [attestation, ...images] }), mediaType));
  }

  private storeImage(sourceHash: string | undefined, layer = 0): string {
    const labels = sourceHash ? { 'modelapp.source-hash': sourceHash } : null;
    const config = JSON.stringify({ layer, config: { Labels: labels } });
    this.blobs.set(digest(config), config);
    return this.store(JSON.stringify({ mediaType: manifestType, config: { digest: digest(config) } }), manifestType);
  }

  private store(text: string, type: string): string {
    this.manifests.set(digest(text), { text, type });
    return digest(text);
  }

  private getImages(ids: readonly { imageTag?: string; imageDigest?: string }[]) {
    const found = ids.map((imageId) => ({
      imageId,
      manifest: this.manifests.get(imageId.imageDigest ?? this.tags.get(imageId.imageTag ?? '') ?? ''),
    }));
    return {
      images: found.flatMap(({ manifest }) =>
        manifest ? { imageManifest: manifest.text, imageManifestMediaType: manifest.type } : [],
      ),
      failures: found.flatMap(({ imageId, manifest }) =>
        manifest ? [] : { imageId, failureCode: 'ImageNotFound', failureReason: 'not found' },
      ),
    };
  }

  private describe({ imageTag }: { imageTag: string }) {
    const imageDigest = this.tags.get(imageTag);
    return imageDigest
      ? json({ imageDetails: [{ imageDigest, imageTags: [imageTag] }] })
      : jsonFailure('ImageNotFoundException');
  }

  private deleteImage({ imageTag, imageDigest }: { imageTag?: string; imageDigest?: string }) {
    if (imageDigest) this.manifests.delete(imageDigest);
    const found = this.tags.delete(imageTag ?? '');
    return { imageIds: [], failures: found ? [] : [{ imageId: { imageTag }, failureCode: 'ImageNotFound' }] };
  }

  /** Digests of the images, tagged or not. */
  get images(): readonly string[] {
    return [...this.manifests.keys()];
  }
}

const digest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
