import { createHash } from 'node:crypto';
import { type Answerer, json, jsonFailure } from './loopback';

const target = 'AmazonEC2ContainerRegistry_V20150921.';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** A repository in memory: manifests by digest, tags that point to them, and blobs. */
export class FakeEcr {
  readonly tags = new Map<string, string>();
  private readonly manifests = new Map<string, { text: string; type: string }>();
  private readonly blobs = new Map<string, string>();
  /** Set once the server listens. */
  url = '';

  constructor(private readonly repository: string) {}

  readonly answerer: Answerer = ({ headers, path, body }) => {
    if (path.startsWith('/blob/')) return { status: 200, body: this.blobs.get(path.slice('/blob/'.length)) ?? '' };
    const operation = String(headers['x-amz-target'] ?? '');
    if (!operation.startsWith(target)) return undefined;
    const input = JSON.parse(body.toString());
    if (input.repositoryName !== this.repository) return jsonFailure('RepositoryNotFoundException');
    switch (operation.slice(target.length)) {
      case 'BatchGetImage':
        return json(this.getImage(input.imageIds[0]));
      case 'GetDownloadUrlForLayer':
        return json({ downloadUrl: `${this.url}/blob/${input.layerDigest}` });
      case 'BatchDeleteImage':
        return json(this.deleteImage(input.imageIds[0]));
      default:
        return undefined;
    }
  };

  /** Stores an image with a label, if any, and tags it; as an index with an attestation if told so. */
  push(tag: string, sourceHash: string | undefined, { asIndex = false } = {}): void {
    const config = JSON.stringify({ config: { Labels: sourceHash ? { 'modelapp.source-hash': sourceHash } : null } });
    const configDigest = digest(config);
    this.blobs.set(configDigest, config);
    const image = this.store(
      JSON.stringify({ mediaType: manifestType, config: { digest: configDigest } }),
      manifestType,
    );
    if (!asIndex) {
      this.tags.set(tag, image);
      return;
    }
    const attestation = { digest: digest('attestation'), platform: { os: 'unknown', architecture: 'unknown' } };
    const manifests = [attestation, { digest: image, platform: { os: 'linux', architecture: 'amd64' } }];
    this.tags.set(tag, this.store(JSON.stringify({ mediaType: indexType, manifests }), indexType));
  }

  private store(text: string, type: string): string {
    this.manifests.set(digest(text), { text, type });
    return digest(text);
  }

  private getImage({ imageTag, imageDigest }: { imageTag?: string; imageDigest?: string }) {
    const manifest = this.manifests.get(imageDigest ?? this.tags.get(imageTag ?? '') ?? '');
    if (!manifest) return { images: [], failures: [{ imageId: { imageTag }, failureCode: 'ImageNotFound' }] };
    return { images: [{ imageManifest: manifest.text, imageManifestMediaType: manifest.type }], failures: [] };
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
