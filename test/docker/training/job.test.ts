import { setTimeout as delay } from 'node:timers/promises';
import { outputManifest, parseOutputManifest } from '../../../config/training/training-output';
import type { TaskRole, TrainingJob } from '../../../config/training/training-task';
import { describeWithMoto } from '../../deploy/support/requirements';
import { describeWithDocker } from '../requirements';
import { rows, type Scores, score, trainAlone, trainingConf, uploadClicks } from './clicks';
import { JobContainers } from './job-containers';
import { type JobPlace, startJobPlace } from './job-place';

jest.setTimeout(300_000);

describeWithMoto('A training job of two primaries, their replicas and four workers', ({ python }) => {
  describeWithDocker('in containers', () => {
    let place: JobPlace;
    let alone: Scores;
    let job: JobContainers;

    beforeAll(async () => {
      place = await startJobPlace(python);
      await uploadClicks(place.objects);
      alone = await trainAlone(place);
    });
    afterAll(() => place?.stop());

    async function start(id: string): Promise<void> {
      const folder = `s3://${place.objects.bucket}/jobs/${id}`;
      await place.objects.write(`jobs/${id}/ctr.conf`, trainingConf(place.objects));
      const described: TrainingJob = {
        id,
        conf: `${folder}/ctr.conf`,
        output: `${folder}/out/`,
        servers: 2,
        replicas: 1,
        workers: 4,
        hostOf: ({ role, index }) => `${role}-${index}.modelapp.internal`,
      };
      job = await JobContainers.start(place, described);
    }

    /** Scores the model that a job handed in. */
    async function handedIn(id: string): Promise<Scores> {
      const manifest = await place.objects.read(`jobs/${id}/out/${outputManifest}`);
      expect(parseOutputManifest(manifest).files.map(({ name }) => name)).toEqual(['ctr_S0', 'ctr_S1']);
      return score(place, `jobs/${id}/out/ctr_S*`);
    }

    describe('that nothing happens to', () => {
      beforeAll(() => start('whole'));
      afterAll(() => job.remove());

      it.each<TaskRole>(['server', 'scheduler', 'worker'])(
        'runs its %s as a user without rights, who cannot write to the root file system',
        async (role) => {
          const task = { role, index: 0 };
          expect(Number(await job.execute(task, 'id', '-u'))).toBeGreaterThan(0);
          await expect(job.execute(task, 'touch', '/tmp/file')).rejects.toThrow('Read-only file system');
        },
      );

      it('ends with exit code 0 in the scheduler and in all workers', async () => {
        expect(await job.exits('scheduler')).toEqual([0]);
        expect(await job.exits('worker')).toEqual([0, 0, 0, 0]);
      });

      it('learns from each example once', async () => {
        expect(await job.learned()).toMatchObject({ examples: rows, lines: rows, badLines: 0 });
      });

      it('hands in a model as good as that of one process', async () => {
        const { auc, logloss } = await handedIn('whole');
        expect(Math.abs(auc - alone.auc)).toBeLessThan(0.003);
        expect(Math.abs(logloss - alone.logloss)).toBeLessThan(0.003);
      });
    });

    describe('of which a worker and a primary are killed on the way', () => {
      beforeAll(async () => {
        await start('killed');
        while ((await job.learned()).examples < 0.1 * rows) await delay(20);
        await Promise.all([job.kill({ role: 'worker', index: 0 }), job.kill({ role: 'server', index: 0 })]);
      });
      afterAll(() => job.remove());

      it('ends with exit code 0 in the scheduler and in the workers that are left', async () => {
        expect(await job.exits('scheduler')).toEqual([0]);
        expect(await job.exits('worker')).toEqual([137, 0, 0, 0]);
      });

      it('lets the replica take over', async () => {
        expect(await job.logs({ role: 'scheduler', index: 0 })).toMatch(/is away; its replica .* takes over/);
      });

      it('learns from each example, and twice from few', async () => {
        const { examples } = await job.learned();
        expect(examples).toBeGreaterThanOrEqual(rows);
        expect(examples).toBeLessThan(1.05 * rows);
      });

      it('hands in a model as good as that of one process', async () => {
        expect(Math.abs((await handedIn('killed')).auc - alone.auc)).toBeLessThan(0.003);
      });
    });
  });
});
