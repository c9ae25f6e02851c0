import type { Answer, Arguments, Method } from '../../../learning/darlin/batch-worker';
import { WorkerGroup } from '../../../learning/darlin/worker-group';
import type { Team } from '../../darlin/team';
import { BadLineCount, type BadLineLimit, describeBadLine } from '../../data/bad-lines';
import type { Call, LoadReport, Reply } from './messages/call';

/** What calls travel by. */
export interface Wire {
  /** The replies of all seats to a call, in their order; none to what is no question. */
  exchange(call: Call): Promise<readonly Reply[]>;
}

/** Workers in processes or threads of their own: a seat of the job is a worker, whoever has it. */
export class RemoteTeam extends WorkerGroup implements Team {
  /** Seconds that each seat has computed. */
  private readonly seconds: Float64Array;
  cached = false;

  private constructor(
    private readonly wire: Wire,
    seats: number,
  ) {
    super();
    this.seconds = new Float64Array(seats);
  }

  /**
   * Waits until all seats are taken and their rows loaded.
   * @throws {DataError} if too many lines are bad
   */
  static async assemble(
    wire: Wire,
    seats: number,
    { badLines, warn }: { readonly badLines: BadLineLimit | undefined; warn(message: string): void },
  ): Promise<RemoteTeam> {
    const team = new RemoteTeam(wire, seats);
    const reports = (await team.put({ method: 'load' })) as readonly LoadReport[];
    const count = new BadLineCount(badLines);
    for (const report of reports) count.add(report);
    count.finish();
    for (const line of count.first) warn(describeBadLine(line));
    team.cached = reports.every(({ cached }) => cached);
    return team;
  }

  takeBusy(): { least: number; most: number } {
    const busy = { least: Math.min(...this.seconds), most: Math.max(...this.seconds) };
    this.seconds.fill(0);
    return busy;
  }

  protected async ask<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>[]> {
    return (await this.put({ method, args } as Call)) as Answer<M>[];
  }

  /** The answers of all seats, none to what is no question. */
  private async put(call: Call): Promise<unknown[]> {
    const replies = await this.wire.exchange(call);
    return replies.map(({ value, seconds }, seat) => {
      this.seconds[seat]! += seconds[0]!;
      return value;
    });
  }
}
