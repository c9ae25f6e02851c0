import { define } from '../../custom-models/definition';

const defining = (body: string) => define(`exports.default = ${body}`, '/models/my-model.ts', './my-model.ts');
const functions = 'train() {}, load() {}, predict() {}';

describe('The module of a custom model', () => {
  it('defines a model by its kind and three functions', () => {
    expect(defining(`{ kind: 'classifier', ${functions} }`).kind).toBe('classifier');
  });

  it('of users and items goes with the mode that is configured', () => {
    const ofUsers = `exports.default = { kind: 'user-item', ${functions}, topK() {} }`;

    expect(define(ofUsers, '/models/my-model.ts', './my-model.ts', 'user-item').kind).toBe('user-item');
    expect(() =>
      define(`exports.default = { kind: 'regression', ${functions} }`, '/models/m.ts', './m.ts', 'user-item'),
    ).toThrow("./m.ts: kind: must be 'user-item' as the configured mode, not 'regression'");
  });

  it('may require what Node.js has', () => {
    expect(defining(`{ kind: 'regression', ${functions}, sep: require('node:path').sep }`)).toMatchObject({ sep: '/' });
  });

  it.each([
    ["{ kind: 'classifier', train() {}, load() {} }", './my-model.ts: predict: is missing; write it as a function'],
    [`{ ${functions} }`, "./my-model.ts: kind: must be 'classifier', 'regression' or 'user-item'"],
    [`{ kind: 'classifier', ${functions}, score: 1 }`, './my-model.ts: score: must be a function'],
    [`{ kind: 'classifier', ${functions}, topK() {} }`, "./my-model.ts: topK: goes with kind 'user-item'"],
    [
      `{ kind: 'user-item', ${functions} }`,
      "./my-model.ts: kind: 'user-item' needs the line mode: 'user-item' in the model's configuration",
    ],
    [
      "{ kind: 'regression', train: 1 }",
      './my-model.ts: load: is missing; write it as a function\n' +
        './my-model.ts: predict: is missing; write it as a function\n' +
        './my-model.ts: train: must be a function',
    ],
    ['undefined', './my-model.ts: has no default export; write `export default defineModel({ … })`'],
    ["(() => { throw new Error('no weights'); })()", './my-model.ts: no weights'],
  ])('is refused, naming the file and the member: %s', (body, message) => {
    expect(() => defining(body)).toThrow(expect.objectContaining({ name: 'DefinitionError', message, exitCode: 2 }));
  });
});
