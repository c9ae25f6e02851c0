import { MemoryStore } from '../../store/memory-store';
import type { JobHome } from '../lead-job';
import { MemoryJobState } from '../state/memory-job-state';

/** A job in this process: it begins with nothing, and is gone with the process. */
export class MemoryJob implements JobHome {
  readonly state = new MemoryJobState('in this process');
  private readonly store = new MemoryStore();
  readonly shards = 1;

  async prepare(): Promise<void> {}

  sums(): MemoryStore {
    return this.store;
  }

  async clear(): Promise<void> {}

  async isWhole(): Promise<boolean> {
    return true;
  }
}
