import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MakeRequest, type PredictionRequest, requestMakers } from './requests';
import { until } from './wait';

/** A prediction that a client has received whole. */
export interface Answer {
  readonly predictionId: string;
  readonly revision: number;
  /** When its request was sent, in milliseconds since the epoch. */
  readonly sentAt: number;
  readonly samples: readonly { readonly length: number; readonly output: string }[];
}

/** A request that got another answer, or none. */
export interface Failure {
  readonly path: string;
  /** Undefined if the connection failed. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface LoadOptions {
  readonly seed: number;
  /**
   * Between two requests of a connection.
   * @default 2
   */
  readonly pauseMs?: number;
}

/** A client with a keep-alive connection for each kind of request, which notes what it is answered. */
export class Load {
  readonly answers: Answer[] = [];
  readonly failures: Failure[] = [];
  /** Answers that closed their connection. */
  closed = 0;
  readonly #loops: Promise<void>[];
  readonly #pauseMs: number;
  #running = true;

  private constructor(
    private readonly url: string,
    { seed, pauseMs = 2 }: LoadOptions,
  ) {
    this.#pauseMs = pauseMs;
    this.#loops = requestMakers(seed).map((make) => this.#loop(make));
  }

  /** Asks from before to after some work; lets the requests under way come to their end. */
  static async during(url: string, options: LoadOptions, work: (load: Load) => Promise<void>): Promise<Load> {
    const load = new Load(url, options);
    try {
      await work(load);
    } finally {
      load.#running = false;
      await Promise.all(load.#loops);
    }
    return load;
  }

  /** Resolves when as many more predictions were answered. */
  async untilAnswered(count: number): Promise<void> {
    const before = this.answers.length;
    await until(`${count} more answers`, () => this.answers.length >= before + count);
  }

  async #loop(make: MakeRequest): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (this.#running) {
      await this.#ask(agent, make());
      await sleep(this.#pauseMs);
    }
    agent.destroy();
  }

  async #ask(agent: Agent, request: PredictionRequest): Promise<void> {
    const sentAt = Date.now();
    const { status, headers, text } = await send(agent, this.url, request);
    const predictionId = headers['x-prediction-id'];
    if (headers.connection === 'close') this.closed += 1;
    if (status === undefined || status >= 300 || typeof predictionId !== 'string') {
      this.failures.push({ path: request.path, status, headers, text });
      return;
    }
    const outputs = request.outputs(JSON.parse(text) as never);
    this.answers.push({
      predictionId,
      revision: Number(headers['x-modelapp-revision']),
      sentAt,
      samples: request.lengths.map((length, n) => ({ length, output: outputs[n] as string })),
    });
  }
}

type Received = Omit<Failure, 'path'>;

/** Resolves in any case; a connection that fails, also in the midst of an answer, gives no status. */
function send(agent: Agent, url: string, { method, path, body }: PredictionRequest): Promise<Received> {
  return new Promise((resolve) => {
    const unanswered = (error: Error) => resolve({ status: undefined, headers: {}, text: error.message });
    const headers = body ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } : {};
    httpRequest(`${url}${path}`, { agent, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', unanswered);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    })
      .on('error', unanswered)
      .end(body);
  });
}
