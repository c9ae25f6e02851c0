import { scryptSync } from 'node:crypto';
import { createBasicCheck } from '../../../service/auth/basic';

/** Hashed at a cost that keeps the tests quick. */
function cheaply(password: string): string {
  const salt = Buffer.from('0123456789abcdef');
  const key = scryptSync(password, salt, 32, { N: 16, r: 8, p: 1 });
  return `scrypt$16$8$1$${salt.toString('base64')}$${key.toString('base64')}`;
}

const ann = { user: 'ann', scrypt: cheaply('right'), scopes: ['predict' as const] };
const bob = { user: 'bob', scrypt: cheaply('other'), scopes: ['admin' as const] };
const clock = () => 0;

/** As many different wrong passwords at once as may wait. */
const fillQueue = (check: ReturnType<typeof createBasicCheck>) =>
  Array.from({ length: 16 }, (_, index) => check('ann', `wrong ${index}`));

test('a right password names the user and its scopes', async () => {
  const check = createBasicCheck([ann, bob], clock);
  expect(await check('bob', 'other')).toEqual({ name: 'bob', scopes: ['admin'] });
});

test.each([
  ['a wrong password', 'ann', 'wrong'],
  ["another user's password", 'ann', 'other'],
  ['an empty password', 'ann', ''],
  ['an unknown user with a known password', 'eve', 'right'],
])('%s is refused', async (_, user, password) => {
  const check = createBasicCheck([ann, bob], clock);
  expect(await check(user, password)).toBeUndefined();
});

test('a burst of the same credential is checked once', async () => {
  // GIVEN a check that refuses more than 16 different ones at a time
  const check = createBasicCheck([ann], clock);
  // WHEN
  const callers = await Promise.all(Array.from({ length: 100 }, () => check('ann', 'right')));
  // THEN
  expect(callers.every((caller) => caller?.name === 'ann')).toBe(true);
});

test('a burst of different wrong passwords is 503 beyond 16', async () => {
  // GIVEN
  const check = createBasicCheck([ann], clock);
  const waiting = fillQueue(check);
  // WHEN
  const next = check('ann', 'right');
  // THEN
  await expect(next).rejects.toMatchObject({ status: 503 });
  await Promise.all(waiting);
});

test('the queue is free again after a burst', async () => {
  const check = createBasicCheck([ann], clock);
  await Promise.all(fillQueue(check));
  expect(await check('ann', 'right')).toMatchObject({ name: 'ann' });
});

describe('a success', () => {
  test('is remembered for 60 s, even while others wait', async () => {
    // GIVEN
    let milliseconds = 0;
    const check = createBasicCheck([ann], () => milliseconds);
    await check('ann', 'right');
    milliseconds = 59_999;
    // WHEN
    const waiting = fillQueue(check);
    // THEN
    expect(await check('ann', 'right')).toMatchObject({ name: 'ann' });
    await Promise.all(waiting);
  });

  test('is checked again after 60 s', async () => {
    // GIVEN
    let milliseconds = 0;
    const check = createBasicCheck([ann], () => milliseconds);
    await check('ann', 'right');
    milliseconds = 60_000;
    // WHEN
    const waiting = fillQueue(check);
    // THEN
    await expect(check('ann', 'right')).rejects.toMatchObject({ status: 503 });
    await Promise.all(waiting);
  });

  test('does not open the door to another password', async () => {
    const check = createBasicCheck([ann], clock);
    await check('ann', 'right');
    expect(await check('ann', 'wrong')).toBeUndefined();
  });
});

test('a hash that cannot be used is named at start', () => {
  const create = () => createBasicCheck([ann, { ...bob, scrypt: 'scrypt$1' }], clock);
  expect(create).toThrow('auth.basic[1].scrypt: make it with `modelapp key basic bob`');
});
