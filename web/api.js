// @ts-check
// What the server gives and takes: serve/api.hpp in the source.

export class Failure extends Error {}

// A server that lets an idle connection go at the moment at which it is used again has not answered: what only asks is
// asked once more.
/** @param {string} path @param {RequestInit} init @param {boolean} [again] @returns {Promise<Response>} */
async function ask(path, init, again = false) {
  let response;
  try {
    response = await fetch(path, {credentials: 'same-origin', ...init});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    if (!again && init.method !== 'POST') return ask(path, init, true);
    throw new Failure('The server does not answer. Is "dislodge serve" still running?');
  }
  if (response.status === 403) throw new Failure('This session has ended. Run "dislodge serve" again and open the new address.');
  if (!response.ok) {
    const told = await response.json().catch(() => ({}));
    throw new Failure(told.error ?? 'The server answered with status ' + response.status + '.');
  }
  return response;
}

/** @param {string} path @param {any} parameters @param {AbortSignal} [signal] */
function get(path, parameters, signal) {
  const query = new URLSearchParams(parameters).toString();
  return ask('/api/' + path + (query ? '?' + query : ''), {signal});
}

export async function getObject(path, parameters, signal) {
  return (await get(path, parameters, signal)).json();
}

// One page of a list: {rows, total, matching}. query: {q, where: [...], from, until, sort, offset, limit}
export async function getList(path, query, signal) {
  const parameters = [];
  for (const name of ['q', 'from', 'until', 'sort', 'offset', 'limit'])
    if (query[name]) parameters.push([name, query[name]]);
  for (const where of query.where ?? []) parameters.push(['where', where]);
  const response = await get(path, parameters, signal);
  return {
    rows: await response.json(),
    total: Number(response.headers.get('Dislodge-Total')),
    matching: Number(response.headers.get('Dislodge-Matching')),
  };
}

// What a person does. The header is one that only this page can send (serve/gate.hpp).
export async function act(name, fields) {
  const response = await ask('/api/act/' + name, {
    method: 'POST',
    headers: {'Content-Type': 'application/json', 'Dislodge-Act': '1'},
    body: JSON.stringify(fields),
  });
  return response.json();
}

// Names of principals, secrets and resources, asked once each: ids are long and say little to a person.
const known = new Map();

export function forgetNames() {
  known.clear();
}

const kAddressBytes = 6000;  // of one question; servers refuse addresses of more than 8 kB

export async function learnNames(ids, signal) {
  const wanted = [...new Set(ids)].filter((id) => id && !known.has(id));
  const parts = [];
  let bytes = kAddressBytes;
  for (const id of wanted) {
    const size = encodeURIComponent(id).length + 4;
    if (bytes + size > kAddressBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1).push(['id', id]);
    bytes += size;
  }
  await Promise.all(parts.map(async (part) => {
    const given = await getObject('names', part, signal);
    for (const [id, name] of Object.entries(given.names)) known.set(id, name);
  }));
}

export function nameOf(id) {
  return known.get(id) ?? id;
}
