import { type Answerer, json, jsonFailure } from './loopback';

/** One SSM parameter, with its history. */
export class FakeParameter {
  /** The value of version 1, 2 and so on. */
  readonly versions: string[] = [];
  /** Runs before a value is written. */
  writing: (value: string) => Promise<void> = async () => {};
  /** Whether to refuse what is written. */
  broken = false;

  constructor(private readonly name: string) {}

  readonly answerer: Answerer = async ({ headers, body }) => {
    const target = String(headers['x-amz-target'] ?? '');
    if (!target.startsWith('AmazonSSM.')) return undefined;
    const input = JSON.parse(body.toString());
    if (input.Name !== this.name) return jsonFailure('AccessDeniedException');
    switch (target) {
      case 'AmazonSSM.GetParameter':
        return this.get();
      case 'AmazonSSM.GetParameterHistory':
        return json({ Parameters: this.versions.map((Value, index) => ({ Value, Version: index + 1 })) });
      case 'AmazonSSM.PutParameter':
        return this.put(input);
      default:
        return undefined;
    }
  };

  get value(): string {
    return this.versions.at(-1)!;
  }

  private get() {
    return this.versions.length
      ? json({ Parameter: { Name: this.name, Value: this.value, Version: this.versions.length } })
      : jsonFailure('ParameterNotFound');
  }

  private async put({ Value, Overwrite, Type }: { Value: string; Overwrite?: boolean; Type?: string }) {
    if (this.broken || Value.length > 4096) return jsonFailure('ValidationException');
    if (this.versions.length ? !Overwrite : !Type) return jsonFailure('ValidationException');
    await this.writing(Value);
    this.versions.push(Value);
    return json({ Version: this.versions.length });
  }
}
