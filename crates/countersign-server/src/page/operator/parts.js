// Parts of the document that the sections of the operator's page share. What comes from the server enters it only as text.

import { act, decided } from '/actions.js';
import { failure } from '/client.js';
import { byId, element, showFailure, timeOf } from '/view.js';

/** What the page is about at the moment. A section that loads slowly must not replace a newer one. */
export const place = { turn: 0 };

/** The panel of a section: its heading, its buttons, and its content. */
export function panel(title, { actions = [], content = [] } = {}) {
  const held = byId('panel').contains(document.activeElement);
  byId('panel-title').replaceChildren(...[title].flat());
  byId('panel-actions').replaceChildren(...actions);
  byId('panel-body').replaceChildren(...content);
  byId('panel-notice').replaceChildren();
  // What had the focus may be gone.
  if (held && !byId('panel').contains(document.activeElement)) byId('panel-title').focus();
}

/** Loads what a section shows, and shows it unless the user has gone on meanwhile. */
export async function loaded(load, show) {
  const { turn } = place;
  try {
    const value = await load();
    if (turn !== place.turn) return;
    byId('panel-notice').replaceChildren();
    show(value);
  } catch (error) {
    if (turn !== place.turn) return;
    if (['not-found', 'not-signed-in', 'reauthentication-required'].includes(error.code)) throw error;
    showFailure(byId('panel-notice'), failure(error));
  }
}

export function button(text, { tone = '', label, run } = {}) {
  const one = element('button', [element('span', text, { class: 'label' })], { type: 'button', class: `button ${tone}`.trim() });
  if (label) one.setAttribute('aria-label', label);
  if (run) one.addEventListener('click', () => run(one));
  return one;
}

/** Runs an action of the panel. Its problem is shown in the panel. */
export const run = (one, work, more = {}) => act({ button: one, notice: byId('panel-notice'), work, ...more });

/** Asks first, and then runs an action of the panel. */
export const asked = (question, one, work) => decided(question, { button: one, notice: byId('panel-notice'), work });

/** A table with a caption. Cells are nodes, texts, or lists of them; a number and the head of its column are aligned to the right. */
export function table(caption, head, rows) {
  const cell = (name, content) => element(name, content === 0 ? '0' : content, typeof content === 'number' ? { class: 'number' } : {});
  const ofNumbers = (n) => typeof rows[0]?.[n] === 'number';
  const header = element('tr', head.map((text, n) => element('th', text, { scope: 'col', ...(ofNumbers(n) ? { class: 'number' } : {}) })));
  const body = rows.map((row) => element('tr', row.map((content, n) => {
    const one = cell(n === 0 ? 'th' : 'td', typeof content === 'number' ? String(content) : content);
    if (n === 0) one.setAttribute('scope', 'row');
    if (typeof content === 'number') one.className = 'number';
    return one;
  })));
  const whole = element('table', [element('caption', caption), element('thead', [header]), element('tbody', body)]);
  // Keyboards scroll what is focused.
  return element('div', [whole], { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption });
}

export const hint = (text) => element('p', text, { class: 'hint' });
export const moment = (text) => (text ? timeOf(text) : ['—']);
export const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;
/** A name, isolated so that its direction does not change that of its neighbours. */
export const named = (name) => element('bdi', name);
export const model = (name, aaguid) => (name ? [named(name)] : [element('code', aaguid)]);
