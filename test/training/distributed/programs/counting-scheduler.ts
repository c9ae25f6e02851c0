import { type CountingJob, leadCountingJob } from '../support/counting-job';

/** Leads a job that counts keys. */
async function main([job = '']: readonly string[]): Promise<void> {
  console.log(JSON.stringify(await leadCountingJob(JSON.parse(job) as CountingJob)));
}

void main(process.argv.slice(2));
