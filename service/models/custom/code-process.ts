import type { CustomConfig } from '../../../config/schema';
import { dataIn, LoadedModel } from '../../../custom-models/loaded-model';
import type { Abilities } from '../../../custom-models/messages';
import { type ModelCode, readModelCode } from '../../../custom-models/model-code';
import { ModelProcess } from '../../../custom-models/model-process';
import type { ModelFile } from '../../../learning/model-file';
import { KeptRunning } from '../../processes/kept-running';
import { CallLimit } from './call-limit';

interface Running {
  readonly process: ModelProcess;
  readonly model: LoadedModel;
}

/** The code of a custom model and its data in a process beside this one, which is started anew whenever it ends. */
export class CodeProcess {
  readonly #kept = new KeptRunning(
    () => this.#start(),
    ({ process }, hear) => void process.ended.then(hear, hear),
  );
  readonly #calls = new CallLimit();
  #abilities: Abilities | undefined;

  private constructor(
    private readonly code: ModelCode,
    private readonly file: ModelFile,
    private readonly config: CustomConfig,
  ) {}

  /**
   * Takes the code as it is now: what is edited later serves with a later revision.
   * @throws {DefinitionError | ConfigError | ModelProcessError | Error} if the code cannot be run or refuses the data
   */
  static async start(file: ModelFile, config: CustomConfig, directory: string): Promise<CodeProcess> {
    const process = new CodeProcess(await readModelCode(config.algorithm, directory), file, config);
    await process.#kept.get();
    return process;
  }

  /** What its code can do. */
  get abilities(): Abilities {
    return this.#abilities as Abilities;
  }

  /**
   * Asks the model.
   * @param call gets it, and how long it may take in milliseconds
   * @throws {HttpError} 503 if too many calls are open already
   */
  ask<T>(call: (model: LoadedModel, timeoutMs: number) => Promise<T>): Promise<T> {
    return this.#calls.run(async () => {
      const { model } = await this.#kept.get();
      const answer = await call(model, this.config.process.timeoutMs);
      this.#kept.answered();
      return answer;
    });
  }

  /** Ends the process after the calls that are open; the next call starts another. */
  close(): void {
    this.#kept.close(({ process }) => process.close());
  }

  async #start(): Promise<Running> {
    const { code, file, config } = this;
    const { features, classes } = file.header;
    const process = await ModelProcess.start({
      code,
      features: features.map(({ name }) => name),
      mode: config.mode,
      memoryMiB: config.process.memoryMiB,
    });
    this.#abilities = process.abilities;
    try {
      return { process, model: await LoadedModel.load(process, dataIn(file), (classes ?? []).map(String), code.shown) };
    } catch (error) {
      process.kill('its data could not be loaded');
      throw error;
    }
  }
}
