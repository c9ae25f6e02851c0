import type { Definition } from './definition';
import { type Clock, execute, StatesError, type Work } from './interpreter';
import type { Json } from './json-path';

const work: Definition['States'][string] = { Type: 'Task', Resource: 'work', End: true };

const machine = (States: Definition['States'], StartAt = Object.keys(States)[0]!): Definition => ({ StartAt, States });

/** A clock that remembers how long it was waited for. */
function clock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => Date.parse('2026-05-04T12:00:00Z') + 1000 * waits.reduce((sum, each) => sum + each, 0),
    pass: async (seconds) => void waits.push(seconds),
  };
}

async function run(definition: Definition, answer: Work = async () => null, input: Json = {}) {
  const time = clock();
  const outcome = await execute(definition, { id: 'arn:1', name: 'one', input, clock: time, work: answer });
  return { ...outcome, waits: time.waits };
}

/** Fails so often, then answers. */
function failing(times: number, error: string): Work {
  let calls = 0;
  return async () => {
    if (++calls <= times) throw new StatesError(error, 'why');
    return 'done';
  };
}

test('parameters are filled with parts of the input and of the context, and the result takes its place', async () => {
  const definition = machine({
    Work: {
      ...work,
      Parameters: { fixed: 1, 'part.$': '$.a[1].b', 'id.$': '$$.Execution.Name', 'at.$': '$$.State.EnteredTime' },
      ResultSelector: { 'whole.$': '$' },
      ResultPath: '$.x.y',
    },
  });

  const { status, ...rest } = await run(definition, async ({ input }) => input, { a: [0, { b: 'here' }] });

  const filled = { fixed: 1, part: 'here', id: 'one', at: '2026-05-04T12:00:00.000Z' };
  expect(status).toBe('SUCCEEDED');
  expect(rest).toMatchObject({ output: { a: [0, { b: 'here' }], x: { y: { whole: filled } } } });
});

test('an error is tried again after growing waits up to the longest, at the time that the state was entered', async () => {
  const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 4, MaxDelaySeconds: 6 }];
  const times: Json[] = [];
  const flaky = failing(4, 'Busy');

  const outcome = await run(
    machine({ Work: { ...work, Parameters: { 'at.$': '$$.State.EnteredTime' }, Retry } }),
    (task) => {
      times.push(task.input);
      return flaky(task);
    },
  );

  expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: 'done', waits: [2, 4, 6, 6] });
  expect(new Set(times.map((time) => JSON.stringify(time))).size).toBe(1);
});

test('after the last attempt, and for other errors at once, the Catch tells error and cause', async () => {
  const states: Definition['States'] = {
    Work: {
      Type: 'Task',
      Resource: 'work',
      Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Failed', ResultPath: '$.failure' }],
      End: true,
    },
    Failed: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
  };

  expect(await run(machine(states), failing(2, 'Busy'))).toMatchObject({ error: 'Busy', cause: 'why', waits: [1] });
  expect(await run(machine(states), failing(1, 'Other'))).toMatchObject({ error: 'Other', cause: 'why', waits: [] });
});

test.each(['States.Runtime', 'States.DataLimitExceeded'])('%s passes every Catch of all errors', async (error) => {
  const states: Definition['States'] = {
    Work: { ...work, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Saved' }] } as Definition['States'][string],
    Saved: { Type: 'Succeed' },
  };

  expect(await run(machine(states), failing(9, error))).toMatchObject({ status: 'FAILED', error });
});

test('States.TaskFailed stands for every error of a task but that it took too long', async () => {
  const Retry = [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 1 }];

  expect(await run(machine({ Work: { ...work, Retry } }), failing(1, 'Any'))).toMatchObject({ status: 'SUCCEEDED' });
  expect(await run(machine({ Work: { ...work, Retry } }), failing(1, 'States.Timeout'))).toMatchObject({
    status: 'FAILED',
  });
});

test('more than 256 KiB between two states ends an execution', async () => {
  const states: Definition['States'] = {
    Work: { Type: 'Task', Resource: 'work', Next: 'End' },
    End: { Type: 'Succeed' },
  };

  expect(await run(machine(states), async () => 'x'.repeat(262_144))).toMatchObject({
    status: 'FAILED',
    error: 'States.DataLimitExceeded',
  });
});

test('a Choice goes the first way that holds, else the default, else fails', async () => {
  const states = (Default?: string): Definition['States'] => ({
    Which: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.none', IsPresent: true, Next: 'A' },
        { Variable: '$.way', StringEquals: 'b', Next: 'B' },
      ],
      ...(Default && { Default }),
    },
    A: { Type: 'Pass', Result: 'a', End: true },
    B: { Type: 'Pass', Result: 'b', End: true },
  });

  expect(await run(machine(states()), undefined, { way: 'b' })).toMatchObject({ output: 'b' });
  expect(await run(machine(states('A')), undefined, { way: 'c' })).toMatchObject({ output: 'a' });
  expect(await run(machine(states()), undefined, { way: 'c' })).toMatchObject({ error: 'States.NoChoiceMatched' });
});

test("an error in a branch ends the Parallel, whose own Catch keeps the Parallel's input", async () => {
  const inner = machine({ Work: work });
  const states: Definition['States'] = {
    All: {
      Type: 'Parallel',
      Branches: [machine({ Wait: { Type: 'Wait', Seconds: 5, End: true } }), inner],
      ResultPath: '$.all',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Saved', ResultPath: '$.failure' }],
      Next: 'Done',
    },
    Saved: { Type: 'Pass', End: true },
    Done: { Type: 'Succeed', OutputPath: '$.all' },
  };

  expect(await run(machine(states), undefined, { a: 1 })).toMatchObject({ output: [{ a: 1 }, null] });
  expect(await run(machine(states), failing(1, 'Broken'), { a: 1 })).toMatchObject({
    output: { a: 1, failure: { Error: 'Broken', Cause: 'why' } },
  });
});

test('the history has the events that Step Functions writes', async () => {
  const states: Definition['States'] = {
    Wait: { Type: 'Wait', Seconds: 1, Next: 'Work' },
    Work: { Type: 'Task', Resource: 'work', Next: 'Done' },
    Done: { Type: 'Succeed' },
  };

  // Execution 2, Wait 2, Task 2 and 3 of the function, Succeed 2.
  expect(await run(machine(states))).toMatchObject({ events: 11, path: ['Wait', 'Work', 'Done'] });
});

test.each<[string, Definition['States'], string]>([
  ['an unknown type', { A: { Type: 'Map', End: true } as never }, 'A: states of type Map are not known here'],
  ['an unknown field', { A: { Type: 'Pass', Assign: {}, End: true } as never }, 'A: Assign is not known here'],
  ['a way to nowhere', { A: { Type: 'Pass', Next: 'B' } }, 'A leads to B, which is no state'],
])('a definition with %s is refused', async (_, states, message) => {
  await expect(run(machine(states))).rejects.toThrow(message);
});
