// An explanation as a part of the document. Everything in it may come from the pasted text, so it enters the document only as text, each
// name and value isolated in its direction, and with escapes in place of characters that are invisible or change how others are shown.

import { byId, element } from '/view.js';

/** The characters for which the command `countersign inspect` prints escapes too. */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/gu;
/** The most characters of hexadecimal digits that are shown at first: those of 32 bytes. */
const HEX_MAX = 64;
const NOTES = { met: ['ok', 'good'], deviation: ['deviation', 'open'], fault: ['fault', 'bad'] };

export const visible = (text) => text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);

const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;
/** The words of a kind or an encoding, such as `attestation-object`. */
const words = (name) => name.replaceAll('-', ' ');
const shown = (text) => element('bdi', visible(text));

export function clearExplanation() {
  byId('explanation').hidden = true;
  for (const id of ['kind', 'also', 'fault', 'deviations', 'fields']) byId(id).replaceChildren();
}

/** Shows an explanation. `again` explains the same text as another kind. */
export function showExplanation(explanation, again) {
  const { kind, encodings, length, also, fault, deviations, field } = explanation;
  const from = encodings.length ? `, from ${encodings.map(words).join(', then ')}` : '';
  byId('kind').textContent = `${words(kind)}, ${count(length, 'byte')}${from}`;
  byId('also').replaceChildren(...also.map((other) => {
    const button = element('button', [element('span', `Read as ${words(other)}`, { class: 'label' })], { type: 'button', class: 'button quiet' });
    button.addEventListener('click', () => again(button, other));
    return button;
  }));
  if (fault) {
    const place = [shown(fault.path.join(' > ')), ` breaks off at byte ${fault.at}: `, shown(fault.text)];
    byId('fault').replaceChildren(element('p', place));
  }
  if (deviations) byId('deviations').replaceChildren(element('p', count(deviations, 'deviation')));
  byId('fields').replaceChildren(item(field));
  byId('explanation').hidden = false;
  byId('kind').focus();
}

/** A field with its parts. */
function item({ name, range, value, hex, decoded, source, notes = [], fields = [] }) {
  const head = [];
  if (range) head.push(element('span', `${range[0]}–${range[1]}`, { class: 'place' }));
  const title = element('bdi', visible(name), { class: 'name' });
  // The address is one of the program's own: the section of a specification.
  head.push(source?.startsWith('https://') ? element('a', [title], { href: source, rel: 'noreferrer', target: '_blank' }) : title);
  if (value) head.push(element('bdi', visible(value), { class: 'value' }));
  const parts = [element('div', head, { class: 'field-head' })];
  if (hex) parts.push(digits(hex));
  for (const note of notes) parts.push(noted(note));
  if (fields.length) {
    if (decoded) {
      const from = `The places below count in the ${count(decoded.length, 'byte')} of its ${decoded.encodings.map(words).join(', then ')}.`;
      parts.push(element('p', from, { class: 'hint' }));
    }
    parts.push(element('ul', fields.map(item), { class: 'fields' }));
  }
  return element('li', parts);
}

function noted({ kind, text, code, rules = [], at }) {
  const [word, tone] = NOTES[kind] ?? [];
  const about = [at === undefined ? '' : `byte ${at}`, code ?? '', rules.length ? `rule${rules.length === 1 ? '' : 's'} ${rules.join(', ')}` : ''];
  const reason = about.filter(Boolean).join(', ');
  const parts = [shown(text)];
  if (word) parts.unshift(element('span', word, { class: `tag ${tone}` }), ' ');
  if (reason) parts.push(element('span', ` [${reason}]`, { class: 'reason' }));
  return element('p', parts, { class: 'note' });
}

/** Digits in groups of four bytes. Many are cut, and shown whole on request. */
function digits(hex) {
  const grouped = (text) => text.match(/.{1,8}/g).join(' ');
  if (hex.length <= HEX_MAX) return element('code', grouped(hex), { class: 'hex' });
  const summary = element('summary', [element('code', `${grouped(hex.slice(0, HEX_MAX))} …`, { class: 'hex' })]);
  return element('details', [summary, element('code', grouped(hex), { class: 'hex' })]);
}
