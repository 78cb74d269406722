// SPDX-License-Identifier: GPL-3.0-or-later
// The page is complete without this: it adds the choice of a case and a theme, sorting, and larger hints on the map.
'use strict';
(function () {
  const root = document.documentElement;
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const make = (name, attributes, text) => {
    const element = document.createElement(name);
    Object.entries(attributes || {}).forEach(([key, value]) => element.setAttribute(key, value));
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const controls = document.getElementById('controls');

  // One case at a time. Addresses with #case-N lead to a case.
  const verdicts = all('section.verdict');
  const cases = verdicts.map((section) => ({ number: section.dataset.case, name: section.querySelector('h2').textContent }));
  let choosers = [];
  function show(number) {
    all('section[data-case]').forEach((section) => { section.hidden = section.dataset.case !== number; });
    choosers.forEach((chooser) => {
      if (chooser.tagName === 'SELECT') chooser.value = number;
      else chooser.setAttribute('aria-pressed', String(chooser.dataset.case === number));
    });
  }
  function fromAddress() {
    const found = /^#case-(\d+)$/.exec(location.hash);
    return found && cases.some((one) => one.number === found[1]) ? found[1] : null;
  }
  function addChoosers() {
    const box = make('div', { class: 'cases', role: 'group', 'aria-label': 'Case' });
    if (cases.length > 6) {
      const select = make('select', { 'aria-label': 'Case' });
      cases.forEach((one) => select.append(make('option', { value: one.number }, one.name)));
      select.addEventListener('change', () => show(select.value));
      choosers = [select];
    } else {
      choosers = cases.map((one) => {
        const button = make('button', { type: 'button', 'data-case': one.number, 'aria-pressed': 'false' }, one.name);
        button.addEventListener('click', () => show(one.number));
        return button;
      });
    }
    box.append(...choosers);
    controls.append(box);
    show(fromAddress() || cases[0].number);
    window.addEventListener('hashchange', () => {
      const number = fromAddress();
      if (number === null) return;
      show(number);
      window.scrollTo(0, 0);
    });
  }
  if (cases.length > 1) addChoosers();

  // Light or dark: the system's choice until the reader makes one; ?theme=dark asks for one in the address.
  function addTheme() {
    const button = make('button', { type: 'button' });
    const isDark = () => (root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
    const label = () => { button.textContent = isDark() ? 'Light' : 'Dark'; };
    const asked = new URLSearchParams(location.search).get('theme');
    let kept = null;
    try { kept = localStorage.getItem('keyhaul-theme'); } catch (error) { kept = null; }
    const theme = asked || kept;
    if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
    button.addEventListener('click', () => {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      try { localStorage.setItem('keyhaul-theme', root.dataset.theme); } catch (error) { /* private mode: the choice lasts as long as the page */ }
      label();
    });
    label();
    const print = make('button', { type: 'button' }, 'Print');
    print.addEventListener('click', () => window.print());
    controls.append(button, print);
  }
  addTheme();

  // Sorting by a click on a heading: by data-sort where there is one, else by text.
  function sortBy(table, column, heading) {
    const down = heading.getAttribute('aria-sort') === 'descending' ? false : heading.getAttribute('aria-sort') === 'ascending' || heading.className === 'n';
    const key = (row) => {
      const cell = row.cells[column];
      return cell.dataset.sort !== undefined ? Number(cell.dataset.sort) : cell.textContent.trim();
    };
    const order = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : typeof a === 'number' ? 1 : typeof b === 'number' ? -1 : a.localeCompare(b));
    const body = table.tBodies[0];
    const rows = Array.from(body.rows).sort((a, b) => (down ? -1 : 1) * order(key(a), key(b)));
    body.append(...rows);
    all('thead th', table).forEach((other) => other.removeAttribute('aria-sort'));
    heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  }
  all('table').forEach((table) => {
    if (table.tBodies[0].rows.length < 2) return;
    all('thead th', table).forEach((heading, column) => {
      const button = make('button', { type: 'button' }, heading.textContent);
      heading.replaceChildren(button);
      button.addEventListener('click', () => sortBy(table, column, heading));
    });
  });

  // Hints on the map: the text of <title>, at once and readable; also on a tap.
  const tip = make('div', { id: 'tip', role: 'status', hidden: 'hidden' });
  document.body.append(tip);
  function place(event) {
    const x = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
    const below = event.clientY + 16;
    const y = below + tip.offsetHeight > window.innerHeight ? event.clientY - tip.offsetHeight - 12 : below;
    tip.style.left = Math.max(8, x) + 'px';
    tip.style.top = Math.max(8, y) + 'px';
  }
  all('svg.map g > title').forEach((title) => {
    const group = title.parentNode;
    const text = title.textContent;
    group.setAttribute('aria-label', text);
    title.remove();
    const on = (event) => { tip.textContent = text; tip.hidden = false; place(event); };
    group.addEventListener('pointerenter', on);
    group.addEventListener('pointermove', place);
    group.addEventListener('click', on);
    group.addEventListener('pointerleave', () => { tip.hidden = true; });
  });
}());
