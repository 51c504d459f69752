// What the server gives: serve/api.hpp in the source.

export class Failure extends Error {}

async function ask(path, parameters, signal) {
  const query = new URLSearchParams(parameters).toString();
  let response;
  try {
    response = await fetch('/api/' + path + (query ? '?' + query : ''), {signal, credentials: 'same-origin'});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Failure('The server does not answer. Is "dislodge serve" still running?');
  }
  if (response.status === 403) throw new Failure('This session has ended. Run "dislodge serve" again and open the new address.');
  if (!response.ok) {
    const told = await response.json().catch(() => ({}));
    throw new Failure(told.error ?? 'The server answered with status ' + response.status + '.');
  }
  return response;
}

export async function getObject(path, parameters, signal) {
  return (await ask(path, parameters, signal)).json();
}

// One page of a list: {rows, total, matching}. query: {q, where: [...], from, until, offset, limit}
export async function getList(path, query, signal) {
  const parameters = [];
  if (query.q) parameters.push(['q', query.q]);
  for (const where of query.where ?? []) parameters.push(['where', where]);
  if (query.from) parameters.push(['from', query.from]);
  if (query.until) parameters.push(['until', query.until]);
  if (query.offset) parameters.push(['offset', query.offset]);
  if (query.limit) parameters.push(['limit', query.limit]);
  const response = await ask(path, parameters, signal);
  return {
    rows: await response.json(),
    total: Number(response.headers.get('Dislodge-Total')),
    matching: Number(response.headers.get('Dislodge-Matching')),
  };
}
