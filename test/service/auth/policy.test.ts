import type { AuthConfig } from '../../../config/schema';
import { createPolicy } from '../../../service/auth/policy';
import { authConfig } from './guarded-server';

const requirements = (given: Partial<AuthConfig>, address: string) => {
  const policy = createPolicy(authConfig(given), [address]);
  return (['open', 'predict', 'admin'] as const).map((access) => policy.requirement(access, '/route', '/route'));
};

test.each([
  ['nothing configured, on loopback', {}, '127.0.0.1', ['local', 'local', 'local']],
  ['nothing configured, on all addresses', {}, '0.0.0.0', ['nothing', 'predict', 'admin']],
  ['nothing configured, on all IPv6 addresses', {}, '::', ['nothing', 'predict', 'admin']],
  ['predictions public', { predict: 'public' }, '0.0.0.0', ['nothing', 'nothing', 'admin']],
  ['all public', { predict: 'public', admin: 'public' }, '0.0.0.0', ['nothing', 'nothing', 'nothing']],
  ['all public, on loopback', { predict: 'public', admin: 'public' }, '::1', ['local', 'local', 'local']],
  ['admin required, on loopback', { admin: 'required' }, 'localhost', ['local', 'local', 'admin']],
  ['all required, on loopback', { predict: 'required', admin: 'required' }, '::1', ['nothing', 'predict', 'admin']],
] as const)('%s', (_, given, address, expected) => {
  expect(requirements(given, address)).toEqual(expected);
});

describe('a list of opened routes', () => {
  const policy = createPolicy(authConfig({ predict: ['/run', '/models/:model/ready'] }), ['0.0.0.0']);

  test.each([
    ['the path of the request', '/other', '/run?id=1', 'nothing'],
    ['the path of the route', '/models/:model/ready', '/models/iris/ready', 'nothing'],
    ['either with a trailing slash', '/run/', '/run/', 'nothing'],
    ['no longer path', '/run/more', '/run/more', 'predict'],
    ['no other case', '/RUN', '/RUN', 'predict'],
  ])('is matched by %s', (_, routePath, url, expected) => {
    expect(policy.requirement('predict', routePath, url)).toBe(expected);
  });

  test('opens no route of another level', () => {
    expect(policy.requirement('admin', '/run', '/run')).toBe('admin');
  });

  test('leaves the need for credentials', () => {
    expect(policy.needsCredentials).toBe(true);
  });
});

test('one address off loopback among several is enough to need credentials', () => {
  const policy = createPolicy(authConfig(), ['127.0.0.1', '10.0.0.1']);
  expect(policy.requirement('predict', '/run', '/run')).toBe('predict');
});

test('no address at all needs credentials', () => {
  expect(createPolicy(authConfig(), []).requirement('predict', '/run', '/run')).toBe('predict');
});

test.each([
  ['public, off loopback', 'public', '0.0.0.0', 1],
  ['public, on loopback', 'public', '127.0.0.1', 0],
  ['required, off loopback', 'required', '0.0.0.0', 0],
] as const)('warnings about an admin level that is %s', (_, admin, address, count) => {
  expect(createPolicy(authConfig({ admin }), [address]).warnings).toHaveLength(count);
});
