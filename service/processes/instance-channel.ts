/**
 * What a request process asks of the instance it belongs to. One process answers for itself; several ask the
 * supervising process.
 */
export interface InstanceChannel {
  /**
   * Claims an (id, request_time) pair for a prediction.
   * @returns the id of the prediction that has it already; undefined if it is now ours; a promise only if the answer
   *   comes from another process
   */
  claim(id: string, requestTimeMicros: number, predictionId: string): string | undefined | Promise<string | undefined>;
  /** Gives up a claim whose prediction was not answered. */
  release(id: string, requestTimeMicros: number): void;
  /** Resolves when all answers given so far by this instance are in the tables, or the database is away. */
  ship(): Promise<void>;
  /** The metrics of all processes of the instance, as Prometheus text. */
  metrics(): Promise<string>;
  /** Has the instance shut down in order; returns at once. */
  stop(): void;
}
