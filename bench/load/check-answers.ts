import type { RequestSource } from './requests';

/** Probabilities of two implementations differ by rounding only. */
const tolerance = 1e-9;

interface Answer {
  readonly output: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

/**
 * Sends the same requests to several servers.
 * @throws {Error} if the answers differ, as a comparison of their speed would say nothing then
 */
export async function checkAnswers(ports: readonly number[], nextRequest: RequestSource, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const request = nextRequest();
    const [first, ...others] = await Promise.all(ports.map((port) => ask(port, request)));
    if (!others.every((other) => agree(first as Answer, other))) {
      throw new Error(`the servers disagree: ${JSON.stringify([first, ...others])}`);
    }
  }
}

async function ask(port: number, request: string): Promise<Answer> {
  const path = request.split(' ', 2)[1];
  const body = request.slice(request.indexOf('\r\n\r\n') + 4);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return (await response.json()) as Answer;
}

function agree(a: Answer, b: Answer): boolean {
  const classes = Object.keys(a.probabilities);
  return (
    a.output === b.output &&
    classes.every((name) => Math.abs((a.probabilities[name] ?? 0) - (b.probabilities[name] ?? 1)) < tolerance)
  );
}
