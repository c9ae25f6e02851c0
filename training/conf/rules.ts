import { whyNoPattern } from '../data/files/expression';
import type { Draft, Places } from './decode';
import type { Position, Remark } from './position';
import type { config } from './schema/config';
import type { exampleFiles } from './schema/data';
import type { Values } from './schema/field';

type ConfigDraft = Draft<Values<typeof config.fields>>;
type ExamplesDraft = Draft<Values<typeof exampleFiles.fields>>;
type Name = keyof ConfigDraft & string;

/** Fields that name files, which `[]` may leave out. */
const fileFields = ['training_data', 'validation_data', 'model_output', 'model_input', 'local_cache'] as const;

/** Those of them that may be patterns. */
const patternFields = ['training_data', 'validation_data', 'model_input'] as const;

const start: Position = { line: 1, column: 1 };

/** Which kind of job a configuration is for. */
export function kindOf(draft: ConfigDraft, places: Places): 'batch' | 'online' | 'evaluation' | undefined {
  if (places.of(draft, 'darlin')) return 'batch';
  if (places.of(draft, 'async_sgd')) return 'online';
  return places.of(draft, 'validation_data') && 'evaluation';
}

/** Checks what no field can tell by itself. */
export function checkRules(draft: ConfigDraft, places: Places) {
  const rules = new Rules(draft, places);
  rules.check();
  return { faults: rules.faults, warnings: rules.warnings };
}

class Rules {
  readonly faults: Remark[] = [];
  readonly warnings: Remark[] = [];

  constructor(
    private readonly draft: ConfigDraft,
    private readonly places: Places,
  ) {}

  check(): void {
    const { draft } = this;
    const kind = kindOf(draft, this.places);
    if (kind === undefined) {
      this.faults.push({
        at: start,
        message: 'the configuration has neither "darlin" nor "async_sgd" to train, nor "validation_data" to evaluate',
      });
    } else if (kind === 'evaluation') {
      this.needs('to evaluate', 'model_input');
      this.idle('training_data', 'there is neither "darlin" nor "async_sgd"');
    } else {
      this.needs('to train', 'training_data', 'loss', 'penalty', 'learning_rate');
    }
    if (kind === 'batch') this.checkBatch();
    else this.idle('local_cache', 'only "darlin" keeps parsed data');
    this.checkLambdas(kind === 'batch');
    for (const data of [draft.training_data, draft.validation_data]) if (data) this.checkCsv(data);
    for (const name of fileFields) this.checkFiles(name);
    for (const name of patternFields) this.checkPatterns(name);
    const output = draft.model_output;
    if ((output?.file?.length ?? 0) > 1) this.fault(output, 'file', 'model_output takes one "file", the prefix of all');
  }

  private checkBatch(): void {
    const { loss, penalty, darlin } = this.draft;
    this.idle('async_sgd', '"darlin" trains');
    if (loss?.type && loss.type !== 'LOGIT') this.fault(loss, 'type', 'darlin learns with loss LOGIT; use async_sgd');
    if (penalty?.type === 'L2') this.fault(penalty, 'type', 'darlin learns with penalty L1; use async_sgd');
    const weights = darlin?.init_w;
    if (weights?.type === 'FILE' && !this.places.of(weights, 'file_name')) {
      this.fault(weights, 'type', 'init_w of type FILE needs "file_name"');
    }
  }

  private checkLambdas(isBatch: boolean): void {
    const { penalty } = this.draft;
    const given = penalty?.lambda;
    if (!given) return;
    const used = penalty.type === 'L2' || isBatch ? 1 : 2;
    if (given.length === 0) this.fault(penalty, 'lambda', 'penalty needs a "lambda"');
    if (given.length > used) {
      this.warn(penalty, 'lambda', `only the first ${used === 1 ? '"lambda" has' : 'two "lambda" have'} an effect`);
    }
  }

  private checkFiles(name: (typeof fileFields)[number]): void {
    const data = this.draft[name];
    if (data?.file?.length === 0) this.fault(data, 'file', `${name} needs a "file"`);
  }

  private checkPatterns(name: (typeof patternFields)[number]): void {
    const data = this.draft[name];
    for (const file of data?.file ?? []) {
      const why = file && whyNoPattern(file);
      if (why) this.warn(data, 'file', why);
    }
  }

  private checkCsv(data: ExamplesDraft): void {
    const { csv } = data;
    if (!csv) return;
    if (data.text !== 'CSV') {
      if (data.text) this.warn(data, 'csv', `"csv" has no effect: "text" is ${data.text}`);
      return;
    }
    if (csv.delimiter && !/^[\t -!#-~]$/.test(csv.delimiter)) {
      this.fault(csv, 'delimiter', '"delimiter" must be one character of ASCII, and no quote or end of line');
    }
    if (csv.header !== false) return;
    const columns = { label: [csv.label], numeric: csv.numeric, skip: csv.skip } as const;
    for (const [field, names] of Object.entries(columns) as [keyof typeof columns, readonly (string | undefined)[]][]) {
      const named = names?.find((name) => name !== undefined && !/^[1-9]\d*$/.test(name));
      if (named === undefined) continue;
      const at = this.places.of(csv, field) ?? this.places.of(csv, 'header');
      const message = `without a header "${field}" is the number of a column from 1, as "3", not "${named}"`;
      if (at) this.faults.push({ at, message });
    }
  }

  /** Fields of the top level that this kind of job cannot do without. */
  private needs(purpose: string, ...names: readonly Name[]): void {
    for (const name of names) {
      if (this.places.of(this.draft, name)) continue;
      this.faults.push({ at: start, message: `the configuration lacks "${name}" ${purpose}` });
    }
  }

  private idle(name: Name, why: string): void {
    this.warn(this.draft, name, `"${name}" has no effect: ${why}`);
  }

  /** Tells of a field, if it was given. */
  private warn<Block extends object>(block: Block | undefined, field: keyof Block & string, message: string): void {
    const at = this.places.of(block, field);
    if (at) this.warnings.push({ at, message });
  }

  private fault<Block extends object>(block: Block | undefined, field: keyof Block & string, message: string): void {
    const at = this.places.of(block, field);
    if (at) this.faults.push({ at, message });
  }
}
