import { ask, isSignedIn } from './api.mjs';
import { element, find } from './elements.mjs';

const form = find('#try form');
const error = form.querySelector('.error');
let service;

/** Shows a form made from the metadata of a model, and its answer. */
export async function showTry({ version, body }) {
  service = version;
  const names = Object.keys(body.models ?? {});
  const select = form.elements.model;
  if (select.options.length !== names.length) {
    select.replaceChildren(...names.map((name) => element('option', { value: name }, name)));
    await showFeatures();
  }
}

form.addEventListener('input', showCurl);
form.elements.model.addEventListener('change', showFeatures);
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  error.textContent = '';
  try {
    const { status, body } = await ask(path(), { method: 'POST', body: request(), version: service });
    if (status === 503) throw new Error(body.error);
    showAnswer(body);
  } catch (failure) {
    error.textContent = failure.message;
  }
});

find('#copy').addEventListener('click', async ({ target }) => {
  await navigator.clipboard.writeText(find('#curl').textContent);
  target.textContent = 'Copied';
  setTimeout(() => {
    target.textContent = 'Copy';
  }, 1500);
});

const path = () => `/v2/models/${form.elements.model.value}/infer`;

async function showFeatures() {
  const { body: model } = await ask(`/v2/models/${form.elements.model.value}`);
  const fields = (model.inputs ?? []).map((input) => element('label', {}, input.name, fieldOf(input)));
  find('#features').replaceChildren(...fields);
  showCurl();
}

/** A field per feature: `data-datatype` tells how it is read. */
function fieldOf({ name, datatype, parameters }) {
  const field = datatype === 'BOOL' ? choice() : element('input', inputKinds[datatype]);
  Object.assign(field, { name: `feature:${name}`, required: true });
  if (parameters) field.value = parameters.example;
  Object.assign(field.dataset, { feature: name, datatype });
  return field;
}

const inputKinds = {
  FP64: { type: 'number', step: 'any', value: '1.5' },
  INT64: { type: 'number', step: '1', value: '1' },
  BYTES: { type: 'text', value: 'text' },
};

const choice = () => element('select', {}, ...['true', 'false'].map((value) => element('option', { value }, value)));

function request() {
  const fields = [...find('#features').querySelectorAll('[data-feature]')];
  return {
    inputs: fields.map(({ value, dataset }) => ({
      name: dataset.feature,
      shape: [1],
      datatype: dataset.datatype,
      data: [valueFrom(dataset.datatype, value)],
    })),
  };
}

function valueFrom(datatype, text) {
  if (datatype === 'BYTES') return text;
  return datatype === 'BOOL' ? text === 'true' : Number(text);
}

function showCurl() {
  const body = JSON.stringify(request()).replaceAll("'", "'\\''");
  // The credential itself is never shown.
  const key = isSignedIn() ? ' -H "authorization: Bearer $KEY"' : '';
  find('#curl').textContent = `curl${key} ${location.origin}${path()} -H 'content-type: application/json' -d '${body}'`;
}

function showAnswer({ id, model_version, outputs }) {
  const [predict, probabilities] = ['predict', 'predict_proba'].map((name) => outputs.find((it) => it.name === name));
  const bars = (probabilities?.data ?? []).map((value, i) =>
    element('label', {}, `Class ${i + 1}: ${value.toFixed(4)}`, element('meter', { max: 1, value })),
  );
  find('#answer').replaceChildren(
    element('h2', {}, 'Answer'),
    element('p', { className: 'label' }, String(predict.data[0])),
    ...bars,
    element('p', { className: 'quiet' }, `Revision ${model_version}, prediction ${id}`),
  );
}
