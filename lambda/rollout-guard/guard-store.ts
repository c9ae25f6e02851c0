import {
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  paginateGetParameterHistory,
  SSMClient,
} from '@aws-sdk/client-ssm';
import {
  emptyRecord,
  type GuardRecord,
  parseGuardRecord,
  type Removal,
  type Weights,
  withRemovals,
} from './guard-record';

const client = new SSMClient();

/** The record in its SSM parameter. Two guards may write at once: neither's removal is lost. */
export class GuardStore {
  constructor(
    private readonly parameter: string,
    private readonly split: Weights,
  ) {}

  /** @returns the empty record if there is none that can be read, as after a change by hand */
  async read(): Promise<GuardRecord> {
    return (await this.current()).record;
  }

  /** Adds a removal, or says more of the one that is there. */
  async add(removal: Removal): Promise<void> {
    let { record, version } = await this.current();
    record = withRemovals(record, [removal]);
    for (;;) {
      const written = await this.write(record);
      if (written <= version + 1) return;
      record = withRemovals(record, await this.removalsBetween(version, written));
      version = written;
    }
  }

  private async current(): Promise<{ record: GuardRecord; version: number }> {
    try {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: this.parameter }));
      return { record: this.parse(Parameter?.Value), version: Parameter?.Version ?? 0 };
    } catch (error) {
      if (error instanceof ParameterNotFound) return { record: emptyRecord(this.split), version: 0 };
      throw error;
    }
  }

  /** @returns the version that the parameter has now; more than one above the last if others wrote meanwhile */
  private async write(record: GuardRecord): Promise<number> {
    const { Version } = await client.send(
      new PutParameterCommand({
        Name: this.parameter,
        Value: JSON.stringify(record),
        Type: 'String',
        Overwrite: true,
      }),
    );
    return Version ?? 0;
  }

  /** What others wrote after one version of the parameter and before another. */
  private async removalsBetween(after: number, before: number): Promise<Removal[]> {
    const removals: Removal[] = [];
    for await (const { Parameters = [] } of paginateGetParameterHistory({ client }, { Name: this.parameter })) {
      for (const { Version = 0, Value } of Parameters) {
        if (Version > after && Version < before) removals.push(...this.parse(Value).removals);
      }
    }
    return removals;
  }

  private parse(text = ''): GuardRecord {
    try {
      return parseGuardRecord(text);
    } catch (error) {
      console.warn(`${this.parameter}: ${error instanceof Error ? error.message : error}; it is begun anew`);
      return emptyRecord(this.split);
    }
  }
}
