import type { Json } from './json-path';

/** A machine in the Amazon States Language, as far as the machines here use it. */
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly ResultPath?: string | null;
}

interface Common {
  readonly Comment?: string;
  readonly InputPath?: string;
  readonly OutputPath?: string;
  readonly Next?: string;
  readonly End?: boolean;
}

interface Worked extends Common {
  readonly Parameters?: Json;
  readonly ResultSelector?: Json;
  readonly ResultPath?: string | null;
}

export interface Failing extends Worked {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface PassState extends Worked {
  readonly Type: 'Pass';
  readonly Result?: Json;
}

export interface TaskState extends Failing {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly TimeoutSeconds?: number;
}

export interface ParallelState extends Failing {
  readonly Type: 'Parallel';
  readonly Branches: readonly Definition[];
}

export interface WaitState extends Common {
  readonly Type: 'Wait';
  readonly Seconds: number;
}

export interface ChoiceRule {
  readonly Variable: string;
  readonly StringEquals?: string;
  readonly IsPresent?: boolean;
  readonly Next: string;
}

export interface ChoiceState extends Common {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}

export interface SucceedState extends Common {
  readonly Type: 'Succeed';
}

export interface FailState extends Common {
  readonly Type: 'Fail';
  readonly Error?: string;
  readonly ErrorPath?: string;
  readonly Cause?: string;
  readonly CausePath?: string;
}

export type State = PassState | TaskState | ParallelState | WaitState | ChoiceState | SucceedState | FailState;

const common = ['Type', 'Comment', 'InputPath', 'OutputPath', 'Next', 'End'];
const worked = [...common, 'Parameters', 'ResultSelector', 'ResultPath'];
const failing = [...worked, 'Retry', 'Catch'];
const fields: Readonly<Record<State['Type'], readonly string[]>> = {
  Pass: [...worked, 'Result'],
  Task: [...failing, 'Resource', 'TimeoutSeconds'],
  Parallel: [...failing, 'Branches'],
  Wait: [...common, 'Seconds'],
  Choice: [...common, 'Choices', 'Default'],
  Succeed: common,
  Fail: [...common, 'Error', 'ErrorPath', 'Cause', 'CausePath'],
};

/**
 * A definition that can be interpreted here.
 * @throws {Error} naming a state, and what it has that is not known here or leads nowhere
 */
export function checkDefinition(definition: Definition): Definition {
  const { StartAt, States } = definition;
  if (!States[StartAt]) throw new Error(`StartAt names ${StartAt}, which is no state`);
  for (const [name, state] of Object.entries(States)) {
    const known = fields[state.Type] as readonly string[] | undefined;
    if (!known) throw new Error(`${name}: states of type ${state.Type} are not known here`);
    const unknown = Object.keys(state).find((field) => !known.includes(field));
    if (unknown) throw new Error(`${name}: ${unknown} is not known here`);
    for (const next of nextOf(state)) if (!States[next]) throw new Error(`${name} leads to ${next}, which is no state`);
    if (state.Type === 'Parallel') state.Branches.forEach(checkDefinition);
  }
  return definition;
}

/** The states that one may lead to. */
export function nextOf(state: State): readonly string[] {
  const caught = 'Catch' in state ? (state.Catch ?? []).map(({ Next }) => Next) : [];
  const chosen = state.Type === 'Choice' ? [...state.Choices.map(({ Next }) => Next), state.Default] : [];
  return [...caught, ...chosen, state.Next].filter((next) => next !== undefined);
}
