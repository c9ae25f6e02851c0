import { Environment, HealthPath, Port, type ServiceRole } from '../config/environment';

/**
 * The container's health check: exit code 0 while the service answers, with its models loaded if it has any, else 1. It
 * does not ask `/readyz`, because a container that drains, or whose spool is full, is not mended by being replaced.
 */
const role = (process.env[Environment.role] || 'inference') as ServiceRole;
const port = process.env[Environment.port] ?? Port[role];
fetch(`http://127.0.0.1:${port}${HealthPath[role]}`, { signal: AbortSignal.timeout(2_000) }).then(
  (response) => process.exit(response.ok ? 0 : 1),
  () => process.exit(1),
);
