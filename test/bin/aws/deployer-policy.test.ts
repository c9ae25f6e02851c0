import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import policy from '../../../docs/deployer-policy.json';

const bin = resolve(__dirname, '../../../bin');

/** Services whose actions have another prefix than their SDK client. */
const prefixes: Readonly<Record<string, string>> = {
  'auto-scaling': 'autoscaling',
  'cloudwatch-logs': 'logs',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  eventbridge: 'events',
  'resource-groups-tagging-api': 'tag',
  'secrets-manager': 'secretsmanager',
  sfn: 'states',
};

/** Calls that need other rights than that of their name, or none. */
const rights: Readonly<Record<string, string | readonly string[] | undefined>> = {
  // The task takes on the roles of its definition.
  'ecs:RunTask': ['ecs:RunTask', 'iam:PassRole'],
  'lambda:Invoke': 'lambda:InvokeFunction',
  's3:HeadObject': 's3:GetObject',
  'sts:GetCallerIdentity': undefined,
};

/** The actions that a source file asks AWS for, by the commands and paginators that it imports. */
function actionsOf(source: string): string[] {
  return [...source.matchAll(/import\s*\{([^}]*)\}\s*from '@aws-sdk\/client-([\w-]+)'/g)].flatMap(
    ([, names = '', client = '']) =>
      [...names.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)].flatMap(([, paged, called]) => {
        const call = `${prefixes[client] ?? client}:${paged ?? called}`;
        return call in rights ? (rights[call] ?? []) : call;
      }),
  );
}

/** The SDK's uploads in parts, which name no command. */
const uploadActions = (source: string): string[] =>
  source.includes("from '@aws-sdk/lib-storage'") ? ['s3:AbortMultipartUpload', 's3:PutObject'] : [];

const needed = readdirSync(bin, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(bin, file), 'utf8'))
  .flatMap((source) => [...actionsOf(source), ...uploadActions(source)]);

const allowed = policy.Statement.flatMap(({ Action }) => Action).filter((action) => action !== 'sts:AssumeRole');

const distinct = (actions: readonly string[]): string[] => [...new Set(actions)].sort();

test('the policy of the docs allows each call that the commands make, and no other', () => {
  expect(needed.length).toBeGreaterThan(0);
  expect(distinct(allowed)).toEqual(distinct(needed));
});

test('every action that changes or reads content is bound to resources of this product', () => {
  const open = policy.Statement.filter(({ Resource }) => [Resource].flat().includes('*'));

  expect(
    open.flatMap(({ Action }) => Action).filter((action) => !/:(Describe|List|GetResources)/.test(action)),
  ).toEqual([]);
});

/** The names of the stacks that the policy lets an action work on. */
function stacksFor(action: string): string[] {
  const patterns = policy.Statement.filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => Resource)
    .map((resource) => new RegExp(`^${resource.replaceAll('*', '.*')}$`));
  const names = [
    'ModelApp-1-2-0',
    'ModelApp-10-0-12',
    'ModelApp-Base',
    'ModelApp-Events',
    'ModelApp-Split',
    'ModelApp-Traffic',
  ];
  const arn = (name: string) =>
    `arn:aws:cloudformation:eu-central-1:111111111111:stack/${name}/4ae35d57-ef8d-4327-a072-ad3d461fddf7`;
  return names.filter((name) => patterns.some((pattern) => pattern.test(arn(name))));
}

test('versions and the split may be deleted, and nothing that versions share', () => {
  expect(stacksFor('cloudformation:DeleteStack')).toEqual(['ModelApp-1-2-0', 'ModelApp-10-0-12', 'ModelApp-Split']);
});

test('protection may be lifted where a command does so', () => {
  expect(stacksFor('cloudformation:UpdateTerminationProtection')).toEqual([
    'ModelApp-Base',
    'ModelApp-Split',
    'ModelApp-Traffic',
  ]);
});
