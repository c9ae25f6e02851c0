import { Environment, Port } from '../config/environment';

/**
 * The container's health check: exit code 0 while the service answers with its models loaded, else 1. It asks `/alive`
 * and not `/readyz`, because a container that drains, or whose spool is full, is not mended by being replaced.
 */
const port = process.env[Environment.port] ?? Port.service;
fetch(`http://127.0.0.1:${port}/alive`, { signal: AbortSignal.timeout(2_000) }).then(
  (response) => process.exit(response.ok ? 0 : 1),
  () => process.exit(1),
);
