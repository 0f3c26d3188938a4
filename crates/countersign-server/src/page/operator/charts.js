// Small charts in SVG. Each has a title and a description, and a table next to it has the numbers. Colours are classes of the
// style sheet, since the policy of the page allows no style in an attribute.

const SVG = 'http://www.w3.org/2000/svg';
let numbered = 0;

function node(name, attributes = {}, content = []) {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, String(value));
  one.append(...[content].flat());
  return one;
}

function chart(size, className, title, description, content) {
  numbered += 1;
  const [titled, described] = [`chart-${numbered}-title`, `chart-${numbered}-text`];
  return node('svg', {
    viewBox: `0 0 ${size.width} ${size.height}`, class: `chart ${className}`, role: 'img',
    'aria-labelledby': `${titled} ${described}`,
  }, [node('title', { id: titled }, title), node('desc', { id: described }, description), ...content]);
}

const COLUMNS = { width: 960, height: 220, middle: 150, top: 12, bottom: 190 };

/**
 * Columns over time: what was accepted above the line, and what was rejected below it, so that neither needs a colour.
 * `columns` are `{ label, accepted, rejected }`; `labels` are the places of labels below.
 */
export function columns(title, description, columns, labels) {
  const { width, middle, top, bottom, height } = COLUMNS;
  const most = (key) => Math.max(1, ...columns.map((one) => one[key]));
  const [up, down] = [(middle - top) / most('accepted'), (bottom - middle) / most('rejected')];
  const step = width / columns.length;
  const bars = columns.flatMap(({ accepted, rejected }, n) => {
    const of = (y, tall, name) => tall > 0 && node('rect', {
      x: (n * step + 1).toFixed(1), y: y.toFixed(1), width: Math.max(1, step - 2).toFixed(1), height: tall.toFixed(1), class: name,
    });
    return [of(middle - accepted * up, accepted * up, 'accepted'), of(middle + 1, rejected * down, 'rejected')];
  }).filter(Boolean);
  const line = node('path', { d: `M0 ${middle}.5H${width}`, class: 'axis' });
  const texts = labels.map(({ at, text }) => node('text', { x: (at * step).toFixed(1), y: height - 6, class: 'tick' }, text));
  return chart({ width, height }, 'columns', title, description, [...bars, line, ...texts]);
}

/** A bar of a table's row: the whole, and a part of it. The row has the numbers, so that it is hidden from screen readers. */
export function bar(whole, part, most) {
  const width = (number) => ((100 * number) / Math.max(1, most)).toFixed(1);
  return node('svg', {
    viewBox: '0 0 100 10', class: 'chart share', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false',
  }, [
    node('rect', { x: 0, y: 0, width: width(whole), height: 10, class: 'accepted' }),
    node('rect', { x: 0, y: 0, width: width(part), height: 10, class: 'rejected' }),
  ]);
}
