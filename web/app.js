// The frame of the page: which view is shown, the search box, keys and the banner of a partial run. Every view is a
// place in the address (#/reach/ID?q=...), so that each can be linked to, kept and gone back to.

import {getObject, Failure} from './api.js';
import {h, place, placeOf, replace} from './dom.js';
import {views} from './views.js';

const kTypingMs = 150;  // a search waits for a pause in typing

const main = document.getElementById('main');
const search = document.getElementById('search');
const nav = document.getElementById('nav');
const from = document.getElementById('from');
const until = document.getElementById('until');
let running = new AbortController();
let typing = 0;
let going = false;
const kGoTo = {o: 'overview', t: 'timeline', s: 'secrets', r: 'reach', p: 'plan', e: 'evidence', y: 'parties', d: 'duties', j: 'journal', n: 'statements'};

// The time filter goes along from view to view.
function span(parameters) {
  return ['from', 'until'].filter((name) => parameters.get(name)).map((name) => [name, parameters.get(name)]);
}

function navigation(current, parameters) {
  const links = Object.entries(views)
    .filter(([, view]) => view.title)
    .map(([name, view]) => h('a', {href: place(name, '', span(parameters)), 'aria-current': name === current ? 'page' : null}, view.title));
  replace(nav, links);
}

async function show(focus) {
  const where = placeOf(location.hash);
  const view = Object.hasOwn(views, where.view) ? views[where.view] : null;
  running.abort();
  running = new AbortController();
  const mine = running;
  const query = where.parameters.get('q') ?? '';
  if (document.activeElement !== search) search.value = query;
  for (const box of [from, until])
    if (document.activeElement !== box) box.value = where.parameters.get(box.id) ?? '';
  navigation(where.view, where.parameters);
  if (!view) {
    replace(main, h('h1', null, 'Nothing here'), h('p', null, 'This address names no view.'));
    return;
  }
  document.title = (view.title ?? 'Search') + ' - Dislodge';
  main.setAttribute('aria-busy', 'true');
  try {
    const content = await view.show({
      argument: where.argument,
      query,
      where: where.parameters.getAll('where'),
      from: where.parameters.get('from') ?? '',
      until: where.parameters.get('until') ?? '',
      signal: mine.signal,
    });
    if (mine.signal.aborted) return;
    replace(main, content);
  } catch (error) {
    if (mine.signal.aborted) return;
    replace(main, h('h1', null, view.title ?? 'Search'),
            h('p', {class: 'failure', role: 'alert'}, error instanceof Failure ? error.message : 'This view failed: ' + error.message));
  }
  main.removeAttribute('aria-busy');
  if (focus) {
    scrollTo(0, 0);
    main.focus({preventScroll: true});
  }
}

// Filters the view in place, without a step in the history for each letter.
function filter() {
  const where = placeOf(location.hash);
  if (!Object.hasOwn(views, where.view) || !views[where.view].filters) {
    searchAll();
    return;
  }
  if (search.value) where.parameters.set('q', search.value);
  else where.parameters.delete('q');
  history.replaceState(null, '', place(where.view, where.argument, where.parameters));
  show(false);
}

function searchAll() {
  const hash = search.value.trim() ? place('search', '', [['q', search.value]]) : place('overview');
  if (placeOf(location.hash).view === 'search' || !search.value.trim()) history.replaceState(null, '', hash);
  else history.pushState(null, '', hash);
  show(false);
}

function setSpan() {
  const where = placeOf(location.hash);
  for (const box of [from, until]) {
    if (box.value.trim()) where.parameters.set(box.id, box.value.trim());
    else where.parameters.delete(box.id);
  }
  history.pushState(null, '', place(where.view, where.argument, where.parameters));
  show(false);
}
document.getElementById('when').addEventListener('submit', (event) => {
  event.preventDefault();
  setSpan();
});
document.getElementById('always').addEventListener('click', () => {
  from.value = '';
  until.value = '';
  setSpan();
});

search.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(filter, kTypingMs);
});
search.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.isComposing) return;
  clearTimeout(typing);
  searchAll();
});
document.addEventListener('keydown', (event) => {
  const writing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
  // g and a letter goes to a view, as in mail programs: g o, g t, g s, g r, g p, g e, g y (parties), g d.
  if (!writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    if (going && Object.hasOwn(kGoTo, event.key)) location.hash = place(kGoTo[event.key], '', span(placeOf(location.hash).parameters));
    going = event.key === 'g';
  }
  if (event.key === '/' && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});
document.getElementById('skip').addEventListener('click', () => main.focus());
addEventListener('hashchange', () => show(true));
// Paper has no disclosure triangles.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});

async function begin() {
  show(false);
  try {
    const [status] = await getObject('status', {}, undefined);
    const banner = document.getElementById('partial');
    banner.hidden = !status.partial;
    banner.textContent = status.partial ? 'partial: ' + status.percent + ' % read; nothing here is excluded or closed' : '';
  } catch {
    // The view says why the server does not answer.
  }
}

begin();
