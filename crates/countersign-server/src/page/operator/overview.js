// What concerns all accounts: models, sign-ins over time, metadata, and the operators.

import { announce, element, fact, words } from '/view.js';
import { flow } from '/actions.js';
import { bar, columns } from './charts.js';
import { accountLink } from './entrance.js';
import { asked, button, count, hint, loaded, model, moment, named, panel, place, table } from './parts.js';
import { change, read, segment } from './server.js';

/** How often work that is under way is asked about, in milliseconds. */
const AGAIN = 1_000;

/** Shows the section again after a while, unless the user has gone on. */
export function again(show) {
  const { turn } = place;
  setTimeout(() => { if (turn === place.turn) show().catch(() => {}); }, AGAIN);
}

export function showModels() {
  return loaded(() => read('/models'), ({ running, at, models, others, unreadable }) => {
    const most = Math.max(1, ...models.map(({ passkeys }) => passkeys));
    const rows = models.map(({ aaguid, name, status, passkeys, flagged, lastUsedAt }) => [
      model(name, aaguid), passkeys, [bar(passkeys, flagged, most)], flagged, status ?? 'not listed', moment(lastUsedAt)[0],
    ]);
    const content = [hint('By the model that the authenticator or the browser named. Only an attestation proves it: see each passkey.')];
    if (running && !at) content.push(progress(running, 'Counting passkeys…'));
    if (at && !models.length) content.push(hint('There are no passkeys yet.'));
    if (models.length) {
      content.push(table('Passkeys by authenticator model', ['Model', 'Passkeys', 'Share', 'Flagged', 'Status in the metadata', 'Last used'], rows));
    }
    if (others) content.push(hint(`${others} passkeys are of further models.`));
    if (unreadable) content.push(hint(`${unreadable} passkeys can’t be read: their rows are damaged.`));
    if (at) content.push(element('p', ['Counted ', moment(at)[0], '.'], { class: 'hint' }));
    panel('Passkeys by model', { content });
    if (running) again(showModels);
  });
}

/** How far work on all passkeys is. */
export function progress({ done, total }, text) {
  const whole = Math.max(total, done, 1);
  return element('div', [
    element('p', text), element('progress', '', { max: String(whole), value: String(done), 'aria-label': text }),
    element('p', `${done} of ${Math.max(total, done)}`, { class: 'hint' }),
  ], { class: 'card block' });
}

/** The intervals of a day, also those without counts, with what was accepted and rejected in each. */
function day({ intervals, latest, intervalSeconds }, wanted) {
  const step = intervalSeconds * 1_000;
  const end = new Date(latest).getTime();
  const sums = new Map(intervals.map(({ start, counts }) => [new Date(start).getTime(), counts.filter(({ ceremony }) => wanted(ceremony))]));
  return Array.from({ length: 96 }, (_, n) => {
    const at = end - (95 - n) * step;
    const counts = sums.get(at) ?? [];
    const sum = (is) => counts.filter(({ outcome }) => (outcome === 'accepted') === is).reduce((all, one) => all + one.count, 0);
    return { at, accepted: sum(true), rejected: sum(false) };
  });
}

const CEREMONIES = {
  __proto__: null,
  account: 'New account', credential: 'New passkey', recovery: 'Recovery', session: 'Sign-in', 'step-up': 'Confirmation',
};
const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

export function showSignIns() {
  return loaded(() => read('/counts'), (counts) => {
    const columnsOfDay = day(counts, (ceremony) => ceremony === 'session');
    const total = (key) => columnsOfDay.reduce((all, one) => all + one[key], 0);
    const labels = columnsOfDay.flatMap(({ at }, n) => (n % 16 === 0 ? [{ at: n, text: hour.format(at) }] : []));
    const text = `${count(total('accepted'), 'sign-in was', 'sign-ins were')} accepted and ${total('rejected')} rejected in the last 24 hours.`;
    const sums = new Map();
    for (const { counts: some } of counts.intervals) {
      for (const { ceremony, outcome, count: number } of some) {
        const key = `${ceremony} ${outcome}`;
        sums.set(key, { ceremony, outcome, number: (sums.get(key)?.number ?? 0) + number });
      }
    }
    const rows = [...sums.values()].sort((one, other) => other.number - one.number)
      .map(({ ceremony, outcome, number }) => [CEREMONIES[ceremony] ?? ceremony, outcome === 'accepted' ? 'accepted' : [element('code', outcome)], number]);
    panel('Sign-ins', {
      content: [
        element('p', text),
        element('figure', [
          columns('Sign-ins in the last 24 hours', `${text} Accepted ones are above the line, rejected ones below it.`, columnsOfDay, labels),
          element('figcaption', [element('span', 'accepted', { class: 'key accepted' }), ' above the line, ', element('span', 'rejected', { class: 'key rejected' }), ' below it, each quarter of an hour']),
        ], { class: 'card block' }),
        rows.length ? table('Ceremonies by outcome, last 24 hours', ['Ceremony', 'Outcome', 'Number'], rows) : hint('Nothing has happened yet.'),
        element('p', ['Counted by this instance only, since ', moment(counts.since)[0], ', and for 24 hours at most. For longer, and for all instances, let Prometheus read /metrics. “countersign explain CODE” explains a code.'], { class: 'hint' }),
      ],
    });
  });
}

export function showMetadata() {
  return loaded(() => read('/metadata'), ({ source, number, nextUpdate, models, usedSince, checkedAt, problem, change: last }) => {
    if (source === null) {
      panel('Metadata', { content: [hint('No FIDO metadata is configured: set metadata.url or metadata.file. Models are named from a list, and none is judged.')] });
      return;
    }
    const content = [];
    if (problem) {
      content.push(element('div', [
        element('p', number ? 'The metadata may be out of date.' : 'There is no metadata yet.'), element('p', problem, { class: 'code' }),
      ], { class: 'notice notice-warning' }));
    }
    content.push(element('dl', [
      fact('Serial number', number ? String(number) : 'none yet'), fact('Next update', nextUpdate ?? '—'), fact('Models', String(models ?? '—')),
      fact('In use', ...moment(usedSince)), fact('Checked', ...moment(checkedAt)), fact('Source', element('code', source)),
    ], { class: 'facts card block' }));
    content.push(element('h2', 'The last change'), ...changed(last));
    panel('Metadata', { content });
    if (last?.models.some(({ passkeys }) => passkeys === null)) again(showMetadata);
  });
}

function changed(last) {
  if (!last) return [hint('Since this instance was started, the metadata has not changed.')];
  const { from, to, at, models, leftOut } = last;
  const touched = models.filter(({ status, passkeys }) => status && passkeys);
  const passkeys = touched.reduce((all, one) => all + one.passkeys, 0);
  const rows = models.map(({ key, name, changes, passkeys }) => [model(name, key), changes.join('; '), passkeys ?? 0]);
  return [
    element('p', [`No. ${to} took the place of no. ${from} `, moment(at)[0], `. It changed ${count(models.length + leftOut, 'model', 'models')}.`]),
    element('p', passkeys
      ? `The status of ${count(touched.length, 'model', 'models')} with ${count(passkeys, 'stored passkey', 'stored passkeys')} changed: assess them.`
      : 'No model of a stored passkey has another status.'),
    ...(rows.length ? [table('Changed models, those with passkeys first', ['Model', 'Change', 'Passkeys'], rows)] : []),
    ...(leftOut ? [hint(`${leftOut} more models changed.`)] : []),
  ];
}

/** The audit log, of all accounts or of one. It names no account: it has another ID in place of each. */
export function showLog(handle) {
  const query = handle ? `?${new URLSearchParams({ account: handle })}` : '';
  return loaded(() => read(`/audit${query}`), ({ rows }) => {
    const of = ({ at, kind, actor, account, address, traceId }) => [
      moment(at), kind.replaceAll('-', ' '), actor, account ? [element('code', account)] : '—', address ?? '—',
      traceId ? [element('code', traceId)] : '—',
    ];
    const actions = handle ? [element('a', 'The account', { href: `#account/${handle}`, class: 'button quiet' }), element('a', 'All rows', { href: '#log', class: 'button quiet' })] : [];
    panel(handle ? 'Log of an account' : 'Log', {
      actions,
      content: [
        hint('What users and operators did, the newest 100 rows first. An account has another ID here, which is forgotten with the account.'),
        rows.length ? table(count(rows.length, 'row', 'rows'), ['Time', 'Act', 'Actor', 'Account', 'Address', 'Trace ID'], rows.map(of)) : hint('There are no rows yet.'),
      ],
    });
  });
}

export function showOperators() {
  return loaded(() => read('/operators'), ({ operators }) => {
    const rows = operators.map(({ name, userHandle, since, own }) => [
      [accountLink(userHandle, [named(name)]), ...(own ? [' ', element('span', 'You', { class: 'tag here' })] : [])], moment(since),
      own ? '' : [button('Take the role', { tone: 'quiet destructive', label: `Take the role from \u2068${name}\u2069`, run: (one) => revoke(one, { name, userHandle }) })],
    ]);
    panel('Operators', {
      content: [
        table(count(operators.length, 'operator', 'operators'), ['Name', 'Since', 'Role'], rows),
        hint('To make an account an operator, open it. Your own role can be taken by another operator, or on the server’s machine.'),
      ],
    });
  });
}

function revoke(one, { name, userHandle }) {
  asked({
    title: words`Take the role from ${name}?`,
    text: 'The account stays, and can no longer open this page, at once.',
    yes: 'Take the role',
    no: 'Cancel',
  }, one, async (wait) => {
    await change('DELETE', `/operators/${segment(userHandle)}`, undefined, wait.options());
    wait.done();
    await flow.refresh();
    announce(words`${name} is no longer an operator.`);
  });
}
