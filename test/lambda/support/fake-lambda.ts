import { type FunctionUnderTest, invoke } from './invoke';
import type { Answerer } from './loopback';

/** Lambda with one function, which runs its bundle. */
export const fakeLambda =
  (name: string, target: () => FunctionUnderTest): Answerer =>
  async ({ path, body }) => {
    if (path !== `/2015-03-31/functions/${name}/invocations`) return undefined;
    const { value, error } = await invoke(target(), JSON.parse(body.toString()));
    if (error === undefined) return { status: 200, body: JSON.stringify(value ?? null) };
    return {
      status: 200,
      headers: { 'x-amz-function-error': 'Unhandled' },
      body: JSON.stringify({ errorMessage: error }),
    };
  };
