// The assessment of all passkeys by today's metadata. The server does it, so that it goes on whatever page watches it.

import { flow } from '/actions.js';
import { server } from '/client.js';
import { announce, element, words } from '/view.js';
import { accountLink } from './entrance.js';
import { again, progress } from './overview.js';
import { asked, button, count, hint, loaded, model, moment, named, panel, run, table } from './parts.js';
import { change, read } from './server.js';

const FINDINGS = {
  __proto__: null,
  trusted: 'Attestation trusted',
  uncertified: 'No certificate attests the model',
  untrusted: 'Certificate leads to no trusted root',
  rejected: 'Model, device or certificate rejected',
  unusable: 'Stored attestation can’t be used',
};

export function showAssessment() {
  return loaded(() => read('/assessment'), show);
}

function show({ running, latest, failure }) {
  const content = [hint('Each stored attestation is verified again, by the metadata of today: certificates may be revoked, and models compromised, since a passkey was registered.')];
  if (!server.operator.metadata) content.push(hint('This needs FIDO metadata: set metadata.url or metadata.file.'));
  if (running) content.push(progress(running, running.flags ? 'Assessing all passkeys, and flagging compromised ones…' : 'Assessing all passkeys…'));
  if (failure && !running) {
    content.push(element('div', [element('p', 'The last assessment failed.'), element('p', failure, { class: 'code' })], { class: 'notice notice-error' }));
  }
  if (latest) content.push(...result(latest));
  const startable = server.operator.metadata && !running;
  const actions = startable ? [
    button('Assess all passkeys', { tone: 'primary', run: (one) => start(one, 'report') }),
    button('Assess, and flag…', { run: startFlagging }),
  ] : [];
  panel('Assessment', { actions, content });
  if (running) again(showAssessment);
}

function result({ finishedAt, metadata, flags, assessed, findings, trustLost, newlyFlagged, notable, leftOut }) {
  const rows = findings.map(({ finding, passkeys }) => [FINDINGS[finding] ?? finding, passkeys]);
  const call = notable.map((one) => [
    [accountLink(one.account, [named(one.label ?? 'Unreadable')])], one.aaguid ? model(one.model, one.aaguid) : '—',
    [element('span', one.detail, { dir: 'auto' }), ...(one.code ? [' ', element('code', one.code)] : [])],
    one.newlyFlagged ? 'flagged now' : one.flagged ? 'flagged' : 'not flagged',
  ]);
  return [
    element('h2', 'The latest result'),
    element('p', [
      `${count(assessed, 'passkey was', 'passkeys were')} assessed by metadata no. ${metadata}, `, moment(finishedAt)[0],
      `. ${count(trustLost, 'lost its trust since it was registered', 'lost their trust since they were registered')}.`,
      flags ? ` ${count(newlyFlagged, 'was', 'were')} flagged.` : '',
    ]),
    table('Passkeys by finding', ['Finding', 'Passkeys'], rows),
    ...(call.length ? [table('Passkeys that call for you', ['Passkey', 'Model', 'Reason', 'State'], call)] : [hint('No passkey calls for you.')]),
    ...(leftOut ? [hint(`${leftOut} more are not shown.`)] : []),
  ];
}

async function begin(wait, compromised) {
  await change('POST', '/assessment', { compromised }, wait.options());
  wait.done();
  await flow.refresh();
  announce('The assessment goes on, also if you leave this page.');
}

function start(one, compromised) {
  run(one, (wait) => begin(wait, compromised));
}

function startFlagging(one) {
  asked({
    title: words`Assess all passkeys, and flag compromised ones?`,
    text: 'A passkey whose certificate is revoked, or whose model or device is rejected, can’t sign in any more until its flag is removed.',
    yes: 'Assess and flag',
    no: 'Cancel',
  }, one, (wait) => begin(wait, 'flag'));
}
