import { ask, RequestError, signIn } from './api.mjs';
import { find } from './elements.mjs';
import { showOverview } from './overview.mjs';
import { showTry } from './try.mjs';

const views = { '#overview': showOverview, '#try': showTry };
const refreshMs = 5_000;

/** What is shown, so that a view that has not changed stays as its reader left it. */
let shown;

/** Shows the view that the address names, if it or the state of the service has changed. */
async function show() {
  const view = location.hash in views ? location.hash : '#overview';
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  try {
    const ready = await ask('/readyz');
    showHealth(ready.body.status, ready.status === 200);
    const wanted = `${view} ${JSON.stringify(ready.body)}`;
    if (wanted !== shown) await views[view](ready);
    shown = wanted;
    showSection(view);
  } catch (error) {
    if (error instanceof RequestError && [401, 403].includes(error.status)) askForCredentials(error);
    else showHealth('out of reach', false);
  }
  find('main').dataset.ready = 'true';
}

function showSection(selector) {
  for (const section of document.querySelectorAll('main > section')) section.hidden = `#${section.id}` !== selector;
}

function showHealth(text, good) {
  const pill = find('#health');
  pill.textContent = text;
  pill.className = `pill ${good ? 'good' : 'bad'}`;
}

function askForCredentials(error) {
  shown = undefined;
  showSection('#sign-in');
  find('#sign-in .error').textContent = error.message;
}

find('#sign-in form').addEventListener('submit', (event) => {
  event.preventDefault();
  const { user, secret } = event.target.elements;
  signIn(user.value, secret.value);
  void show();
});

/** The system's theme, until the switch is used. */
const theme = {
  stored: () => localStorage.getItem('modelapp-theme'),
  now: () => theme.stored() ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
  apply: () => {
    document.documentElement.dataset.theme = theme.now();
  },
};
find('#theme').addEventListener('click', () => {
  localStorage.setItem('modelapp-theme', theme.now() === 'dark' ? 'light' : 'dark');
  theme.apply();
});
theme.apply();

addEventListener('hashchange', show);
setInterval(() => {
  const signingIn = !find('#sign-in').hidden;
  if (!document.hidden && !signingIn) void show();
}, refreshMs);
void show();
