// What the operator's page asks the server. This module does not touch the document.

import { Passkeys } from '/api/passkeys.js';
import { Failure, passkeys, server } from '/client.js';

const routes = new Passkeys('/operator/api');

/** Sends a request about the operator whose name is on the screen. */
export const read = (path, options = {}) => routes.request('GET', path, undefined, options);

/**
 * Sends a request that changes something. If the operator was not verified lately, a passkey is asked for, and the request is
 * sent again.
 */
export async function change(method, path, body, options = {}) {
  const { account = server.account } = options;
  const send = () => routes.request(method, path, body, { ...options, account });
  try {
    return await send();
  } catch (error) {
    if (error.code !== 'reauthentication-required') throw understood(error);
  }
  await passkeys.confirm({ kind: 'verify' }, { ...options, account });
  return send().catch((error) => { throw understood(error); });
}

/** An operator who lost the role gets the answer of a stranger, as for what is gone. */
function understood(error) {
  if (error.code !== 'not-found') return error;
  return new Failure('That is no longer there, or you are no longer an operator.', {
    code: error.code, advice: 'Reload the page to see.', cause: error,
  });
}

/** The token of a link that the page was opened with. It is removed from the address, so that it is not in the history. */
export function takeLink() {
  const [, token] = /^#link=([\w-]+)$/.exec(location.hash) ?? [];
  if (token) history.replaceState(null, '', location.pathname);
  return token ?? null;
}

export const segment = encodeURIComponent;
