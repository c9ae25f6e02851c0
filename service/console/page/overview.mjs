import { ask } from './api.mjs';
import { element, find, table } from './elements.mjs';

/** Shows the version, its models and their revisions. */
export async function showOverview({ version, body }) {
  find('#version').textContent = version;
  const cards = await Promise.all(Object.keys(body.models ?? {}).map(modelCard));
  if (cards.length === 0) cards.push(element('p', { className: 'card quiet' }, 'No model answers at the moment.'));
  find('#models').replaceChildren(...cards);
}

async function modelCard(name) {
  const { body: model } = await ask(`/v2/models/${name}`);
  const heading = element('div', { className: 'row' }, element('h2', {}, name), pill(model.platform));
  const features = model.inputs.map((input) => [input.name, input.datatype]);
  return element(
    'article',
    { className: 'card' },
    heading,
    await revisionTable(name),
    element('details', {}, element('summary', {}, `${features.length} features`), featureTable(name, features)),
  );
}

const featureTable = (name, features) => table(`Features of ${name}`, ['Feature', 'Type'], features);

/** Revisions are for administrators; others see the model without them. */
async function revisionTable(name) {
  const list = await ask(`/models/${name}/revisions`).catch((error) => error);
  if (!list.body?.revisions)
    return element('p', { className: 'quiet' }, `Revisions: ${list.message ?? list.body.error}`);
  const rows = list.body.revisions
    .toReversed()
    .map((revision) => [
      String(revision.revision),
      stateOf(revision, list.body.active),
      new Date(revision.created_at).toLocaleString(),
      revision.origin,
      percent(revision.scores?.train),
      percent(revision.scores?.test),
    ]);
  return table(`Revisions of ${name}`, ['Revision', 'State', 'Made', 'By', 'Train score', 'Test score'], rows);
}

function stateOf({ revision, rolled_back }, active) {
  if (revision === active) return pill('active', 'good');
  return rolled_back ? pill('rolled back', 'bad') : '';
}

const pill = (text, kind = '') => element('span', { className: `pill ${kind}` }, text);

const percent = (score) => (typeof score === 'number' ? `${(100 * score).toFixed(1)} %` : '–');
