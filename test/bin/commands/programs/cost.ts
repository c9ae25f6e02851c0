import { costCommand } from '../../../../bin/commands/aws/cost';
import { run } from '../../../../bin/failure';
import { createProgram } from '../../../../bin/program';

void run(createProgram([costCommand()]), process.argv);
