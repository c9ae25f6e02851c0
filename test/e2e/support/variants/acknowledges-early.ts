/** Stands in for the group commit: it says that events are stored before they are. */
import { GroupCommit as RealGroupCommit } from '../../../../service/events/store/group-commit';
import type { NewEvent, Outcome } from '../../../../service/events/store/new-event';

export * from '../../../../service/events/store/group-commit';

const delayMs = 500;

export class GroupCommit extends RealGroupCommit {
  override async store(events: readonly NewEvent[], waitMs: number): Promise<readonly Outcome[]> {
    setTimeout(() => void super.store(events, waitMs).catch(() => {}), delayMs);
    return events.map(() => 'stored' as const);
  }
}
