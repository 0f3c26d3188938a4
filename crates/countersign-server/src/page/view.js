// The parts of the document that all views share. This module sends no requests. What comes from the server or the authenticator
// enters the document only as text.

import { Wait } from './client.js';

export const byId = (id) => document.getElementById(id);

export function element(name, content, attributes = {}) {
  const node = document.createElement(name);
  if (content) node.append(...[content].flat());
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/**
 * A sentence with names in quotation marks. Each name is isolated: its direction and that of the sentence don't affect each
 * other.
 */
export function words(texts, ...names) {
  return texts.flatMap((text, n) => (n === 0 ? [text] : ['“', element('bdi', names[n - 1]), '”', text])).filter(Boolean);
}

export function fact(term, ...description) {
  return element('div', [element('dt', term), element('dd', description)]);
}

/** A name for an attribute, isolated by characters: FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE. */
export const isolated = (name) => `\u2068${name}\u2069`;

export function showFailure(notice, failure) {
  const parts = [element('p', failure.message)];
  if (failure.advice) parts.push(element('p', failure.advice));
  if (failure.link) parts.push(element('p', [element('a', failure.link, { href: failure.link, target: '_top' })]));
  if (failure.code) parts.push(element('p', failure.code, { class: 'code', title: 'The exact reason, for your administrator' }));
  notice.replaceChildren(...parts);
}

/** How long an outcome stays visible while the page is scrolled, in milliseconds. */
const FRESH = 8_000;
let freshUntil = 0;

export function announce(text, tone = 'success') {
  const status = byId('status');
  const { classList } = document.querySelector('.bar');
  clearTimeout(freshUntil);
  classList.add('fresh');
  freshUntil = setTimeout(() => classList.remove('fresh'), FRESH);
  status.className = `notice notice-${tone}`;
  status.replaceChildren(...(text?.length ? [element('p', text)] : []));
}

export function clearNotices() {
  for (const notice of document.querySelectorAll('[role=alert]:not(#capability, #outdated-text), #status')) notice.replaceChildren();
  for (const field of document.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
}

export function markInvalid(field) {
  field.setAttribute('aria-invalid', 'true');
  field.focus();
}

/** Asks for a decision; resolves to the answer once the dialog is closed. */
export function confirmed({ title, text, yes, no, tone = 'destructive' }) {
  const dialog = byId('confirm');
  byId('confirm-title').replaceChildren(...[title].flat());
  byId('confirm-text').replaceChildren(...[text].flat());
  byId('confirm-yes').textContent = yes;
  byId('confirm-yes').className = `button ${tone}`;
  byId('confirm-no').textContent = no;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

// ---- Waiting ------------------------------------------------------------------------------------------

const SIDES = {
  server: 'Waiting for the server…',
  device: 'Waiting for your device…',
  user: 'Waiting for you…',
};
const CONFIRMING = `${SIDES.device} Use a passkey of this account, to confirm that it is you.`;
/** How long the page waits for the server, in milliseconds, before it says so. */
const QUICK = 400;

/** Begins a wait, which the button and the bar with Cancel show. */
export function beginWait(button) {
  const label = button.querySelector('.label');
  const text = byId('waiting-text');
  const original = label.textContent;
  let timer = 0;
  const say = (words) => {
    text.textContent = words;
    byId('cancel').hidden = words === '';
    byId('waiting').classList.toggle('idle', words === '');
  };
  const wait = new Wait((side, purpose) => {
    clearTimeout(timer);
    label.textContent = SIDES[side];
    if (side === 'server') timer = setTimeout(say, QUICK, SIDES.server);
    else if (side === 'user') say('');
    else say(purpose === 'confirm' ? CONFIRMING : SIDES.device);
  });
  button.setAttribute('aria-busy', 'true');
  setDisabled(true);
  return Object.assign(wait, {
    button,
    /** Notes that the awaited work is done: what follows can't be cancelled. */
    done() {
      clearTimeout(timer);
      label.textContent = original;
      say('');
    },
    end() {
      clearTimeout(timer);
      label.textContent = original;
      say('');
      button.setAttribute('aria-busy', 'false');
      setDisabled(false);
    },
  });
}

function setDisabled(disabled) {
  // Not `disabled`, which would lose the keyboard focus.
  for (const one of document.querySelectorAll('button:not(#cancel, #reload, dialog button)')) {
    one.setAttribute('aria-disabled', String(disabled));
  }
}

// ---- Times --------------------------------------------------------------------------------------------

const LOCALE = navigator.language.startsWith('en') ? navigator.language : 'en-GB';
const dayOnly = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });
export const exactTime = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full', timeStyle: 'medium' });
const relativeTime = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const UNITS = [
  ['year', 31_557_600], ['month', 2_629_800], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60],
];

export function ago(date) {
  const seconds = (Date.now() - date) / 1_000;
  const unit = UNITS.find(([, length]) => seconds >= length);
  return unit ? relativeTime.format(-Math.floor(seconds / unit[1]), unit[0]) : 'just now';
}

export function timeOf(text) {
  const date = new Date(text);
  const time = element('time', ago(date), { datetime: text, title: exactTime.format(date) });
  return [time, element('small', dayOnly.format(date))];
}

export function refreshTimes() {
  for (const time of document.querySelectorAll('time')) time.textContent = ago(new Date(time.dateTime));
}
