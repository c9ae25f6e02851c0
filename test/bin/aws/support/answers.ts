import { type Answerer, json } from '../../../lambda/support/loopback';

/** Answers one operation of the services that speak JSON, such as `AmazonSSM.GetParameter`. */
export const answersJson =
  <Input>(target: string, answer: (input: Input) => unknown): Answerer =>
  ({ headers, body }) =>
    headers['x-amz-target'] === target ? json(answer(JSON.parse(body.toString()) as Input)) : undefined;

/** Answers one action of the services that speak the query protocol, such as `DescribeTargetHealth`. */
export const answersQuery =
  (action: string, answer: (input: URLSearchParams) => object): Answerer =>
  ({ headers, body }) => {
    if (headers['x-amz-target']) return undefined;
    const input = new URLSearchParams(body.toString());
    if (input.get('Action') !== action) return undefined;
    const result = `<${action}Result>${xml(answer(input))}</${action}Result>`;
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: `<${action}Response>${result}</${action}Response>`,
    };
  };

/** Fails an operation of either kind: `DescribeStacks`. */
export const fails =
  (operation: string, code: string, message: string, status = 400): Answerer =>
  ({ headers, body }) => {
    const target = headers['x-amz-target'];
    if (target)
      return String(target).endsWith(`.${operation}`) ? { ...json({ __type: code, message }), status } : undefined;
    if (new URLSearchParams(body.toString()).get('Action') !== operation) return undefined;
    const error = xml({ Error: { Type: 'Sender', Code: code, Message: message } });
    return { status, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse>${error}</ErrorResponse>` };
  };

/** An object as elements; lists hold an element `member` for each value. */
function xml(value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => `<member>${xml(each)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([name, each]) => `<${name}>${xml(each)}</${name}>`)
    .join('');
}
