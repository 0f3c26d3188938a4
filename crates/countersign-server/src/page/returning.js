// The way back to the application that sent the user here: `?return_to=` and perhaps `?max_age=` in the page's address. The
// server decides where it may lead. The page never goes by itself when it loads, or an application that rejects the session
// would send the user around in a circle.

import { failure, passkeys } from './client.js';
import { byId, element, showFailure, words } from './view.js';

const query = new URLSearchParams(location.search);
/** Where the page leads, and whether the session may go there; `null` if it leads nowhere. */
let way = null;

const parameters = () => {
  const asked = new URLSearchParams({ to: query.get('return_to') });
  if (query.has('max_age')) asked.set('max_age', query.get('max_age'));
  return asked;
};

/** Asks the server where the page leads. Never fails, since the user can sign in here anyway. */
export async function findWay() {
  if (!query.has('return_to')) return;
  try {
    way = await passkeys.request('GET', `/return?${parameters()}`);
  } catch (error) {
    way = null;
    if (error.code !== 'return-address-not-allowed') return;
    byId('return').hidden = false;
    showFailure(byId('return-text'), failure(error));
  }
}

/** Shows where the page leads: with a button for the signed-in `view`. */
export function showWay(view) {
  if (!way) return;
  const { host } = new URL(way.to);
  const text = {
    out: words`Sign in to go on to ${host}.`,
    in: way.open ? words`You can go on to ${host}.` : words`Confirm with your passkey that it is you, to go on to ${host}.`,
  }[view];
  byId('return').hidden = !text;
  byId('return-text').replaceChildren(element('p', text ?? ''));
  byId('continue').hidden = view !== 'in';
  byId('continue').querySelector('.label').textContent = way.open ? 'Go on' : 'Confirm and go on';
}

/** Whether the user has to confirm with a passkey before going on. */
export const mustConfirm = () => way !== null && !way.open;

/** Goes to the application, if the page leads to one. Returns whether it does. */
export function goOn() {
  if (way) location.assign(`/auth/return?${parameters()}`);
  return way !== null;
}
