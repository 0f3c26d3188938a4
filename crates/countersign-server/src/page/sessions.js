// The sessions of the account.

import { act, certain, done } from './actions.js';
import { passkeys } from './client.js';
import { renderSessions } from './items.js';
import { byId } from './view.js';

export async function loadSessions() {
  const sessions = await passkeys.sessions();
  renderSessions(sessions, endSession);
  return sessions;
}

function endSession(part, one) {
  act({
    button: part('end'),
    notice: byId('sessions-notice'),
    work: async (wait) => {
      await certain(
        () => passkeys.endSession(one.id, wait.options()),
        async () => !(await loadSessions()).some(({ id }) => id === one.id),
      );
      await sessionsEnded(wait, 'That session is signed out.');
    },
  });
}

function endOtherSessions() {
  act({
    button: byId('end-others'),
    notice: byId('sessions-notice'),
    work: async (wait) => {
      const { ended } = await certain(
        async () => ({ ended: await passkeys.endOtherSessions(wait.options()) }),
        async () => (await loadSessions()).every(({ current }) => current) && {},
      );
      const counted = ended === 1 ? 'One other session is' : `${ended} other sessions are`;
      await sessionsEnded(wait, `${ended === undefined ? 'The other sessions are' : counted} signed out.`);
    },
  });
}

async function sessionsEnded(wait, text) {
  await done(wait, text, byId('sessions-notice'));
  byId('sessions-title').focus();
}

export function listenForSessions() {
  byId('end-others').addEventListener('click', endOtherSessions);
}
