/** Stands in for the group commit: it says that events are stored before they are. */
import { GroupCommit as RealGroupCommit } from '../../../../service/database/commit/group-commit';
import type { NewEvent, Outcome } from '../../../../service/events/store/new-event';

export * from '../../../../service/database/commit/group-commit';

const delayMs = 500;

export class GroupCommit extends RealGroupCommit<NewEvent, Outcome> {
  override async store(events: readonly NewEvent[], waitMs: number): Promise<readonly Outcome[]> {
    setTimeout(() => void super.store(events, waitMs).catch(() => {}), delayMs);
    return events.map(() => 'stored' as const);
  }
}
