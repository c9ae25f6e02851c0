/**
 * What a request process asks of the instance it belongs to. One process answers for itself; several ask the
 * supervising process.
 */
export interface InstanceChannel {
  /**
   * Claims an (id, request_time) pair for a prediction.
   * @returns the id of the prediction that has it already; undefined if it is now ours
   */
  claim(id: string, requestTimeMicros: bigint, predictionId: string): Promise<string | undefined>;
  /** Gives up a claim whose prediction was not answered. */
  release(id: string, requestTimeMicros: bigint): void;
  /** Resolves when all answers given so far by this instance are in the tables, or the database is away. */
  ship(): Promise<void>;
  /** The metrics of all processes of the instance, as Prometheus text. */
  metrics(): Promise<string>;
}
