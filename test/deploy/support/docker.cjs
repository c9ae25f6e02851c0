#!/usr/bin/env node
/**
 * Stands in for the `docker` command where the CDK CLI publishes images: what it builds are labels without layers, and it
 * pushes to the ECR of `AWS_ENDPOINT_URL`. That images build, ship and run is tested with a real Docker.
 */
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');
const {
  CompleteLayerUploadCommand,
  ECRClient,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} = require('@aws-sdk/client-ecr');

/** Source hashes by name of image. */
const file = join(homedir(), 'images.json');
const images = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const save = () => writeFileSync(file, JSON.stringify(images));

const [command, ...words] = process.argv.slice(process.argv[2] === '--config' ? 4 : 2);
const option = (name) => words[words.indexOf(name) + 1];

const commands = {
  version: () => console.log('28.0.0'),
  login: () => {},
  inspect: () => {
    if (!(words[0] in images)) process.exitCode = 1;
  },
  build: () => {
    images[option('--tag')] = option('--build-arg').slice('SOURCE_HASH='.length);
    save();
  },
  tag: () => {
    images[words[1]] = images[words[0]];
    save();
  },
  push: () => push(words[0], images[words[0]]),
};

async function push(name, sourceHash) {
  const ecr = new ECRClient();
  const [repositoryName, imageTag] = name.slice(name.indexOf('/') + 1).split(':');
  const config = Buffer.from(JSON.stringify({ config: { Labels: { 'modelapp.source-hash': sourceHash } } }));
  const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
  const { uploadId } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
  const part = { uploadId, partFirstByte: 0, partLastByte: config.length - 1, layerPartBlob: config };
  await ecr.send(new UploadLayerPartCommand({ repositoryName, ...part }));
  await ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] }));
  const blob = { digest, size: config.length };
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...blob },
    // Moto tells images apart by their layers.
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...blob }],
  };
  await ecr.send(
    new PutImageCommand({
      repositoryName,
      imageTag,
      imageManifest: JSON.stringify(manifest),
      imageManifestMediaType: manifest.mediaType,
    }),
  );
}

if (!(command in commands)) throw new Error(`docker ${command}: is not needed to publish an image`);
Promise.resolve(commands[command]()).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
