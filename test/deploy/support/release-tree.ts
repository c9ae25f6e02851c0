import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runFolder } from '../../support/test-run';

const packageDirectory = resolve(__dirname, '../../..');

/** What a deployment is made of; the rest of the package describes, tests or measures it. */
const sources = [
  '.dockerignore',
  'Dockerfile',
  'bin',
  'cdk.json',
  'config',
  'custom-models',
  'examples',
  'lambda',
  'learning',
  'lib',
  'modelapp.config.ts',
  'package-lock.json',
  'package.json',
  'scripts',
  'service',
  'training',
  'tsconfig.json',
];

interface CdkJson {
  build?: string;
  readonly context: { 'modelapp:versions': readonly string[]; 'modelapp:traffic'?: boolean };
}

/** A checkout of this package that releases a version of its own. */
export class ReleaseTree {
  readonly folder: string;

  constructor(readonly version: string) {
    this.folder = mkdtempSync(join(runFolder(), `tree-${version}-`));
    for (const name of sources) {
      cpSync(join(packageDirectory, name), join(this.folder, name), { recursive: true });
    }
    symlinkSync(join(packageDirectory, 'node_modules'), join(this.folder, 'node_modules'));
    this.write('VERSION', `${version}\n`);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, content: string | Uint8Array): void {
    writeFileSync(join(this.folder, file), content);
  }

  /** Builds what the stacks are made of; the CDK CLI, which would do so before each command, no longer does. */
  build(): void {
    execFileSync('npm', ['run', '--silent', 'build:cdk'], { cwd: this.folder, stdio: ['ignore', 'ignore', 'inherit'] });
    this.editCdkJson((cdkJson) => {
      delete cdkJson.build;
    });
  }

  /** The versions that `cdk.json` lists. */
  get listed(): readonly string[] {
    return this.cdkJson().context['modelapp:versions'];
  }

  /** Whether `cdk.json` says that versions share an entry; undefined if it says nothing. */
  get sharesEntry(): boolean | undefined {
    return this.cdkJson().context['modelapp:traffic'];
  }

  list(...versions: readonly string[]): void {
    this.editCdkJson(({ context }) => {
      context['modelapp:versions'] = versions;
    });
  }

  private cdkJson(): CdkJson {
    return JSON.parse(this.read('cdk.json')) as CdkJson;
  }

  private editCdkJson(edit: (cdkJson: CdkJson) => void): void {
    const cdkJson = this.cdkJson();
    edit(cdkJson);
    this.write('cdk.json', `${JSON.stringify(cdkJson, null, 2)}\n`);
  }
}
