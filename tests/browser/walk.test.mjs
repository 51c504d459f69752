// The walk of docs/page.md as a person does it who has never seen the page: from what `dislodge demo` prints on, by
// what stands on the screen (names, roles, labels) and by nothing else; then as the party that is given its package.
// Each step keeps a picture with PICTURES=DIR.

import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, readFileSync, readdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, test} from 'node:test';
import {away, dislodge, opened, root, served} from './session.mjs';

const pictures = process.env.PICTURES ? resolve(root, process.env.PICTURES) : null;
let folder, theirs, server, browser, page, seen, taken = 0;

const picture = async (name) => {
  if (!pictures) return;
  mkdirSync(pictures, {recursive: true});
  await page.screenshot({path: join(pictures, `walk-${++taken}-${name}.png`)});
};
const shows = (text, seconds = 20) => page.getByText(text).first().waitFor({timeout: seconds * 1000});
const view = async (name) => {
  await page.getByRole('navigation', {name: 'Views'}).getByRole('link', {name}).click();
  await page.getByRole('heading', {level: 1, name}).waitFor();
};
const row = (text) => page.getByRole('row').filter({hasText: text}).first();
const press = (name) => page.getByRole('button', {name}).first().click();
const fill = (label, text) => page.getByLabel(label, {exact: true}).fill(text);

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dislodge-walk-'));
  const printed = dislodge('demo', '--evidence', join(root, 'examples/northwind'), '--out', folder);
  // The last line of the demo says how to open the page.
  const [, caseFolder, key] = printed.match(/Page: +dislodge serve (\S+) --key-file (\S+)/);
  const running = await served(resolve(root, caseFolder), resolve(root, key));
  server = running.server;
  ({browser, page, seen} = await opened(running.url));
  await page.getByRole('heading', {level: 1, name: 'Overview'}).waitFor();
});

after(async () => {
  await browser?.close();
  server?.kill();
  if (folder) away(folder);
});

test('the overview says where one stands, and how they got from the test account to the customer', async () => {
  await shows('Incomplete');
  await shows('It does not cover');
  for (const question of ['What was stolen?', 'Which secrets are in it, and whose?', 'How did they get in, and what did they do?', 'What can they reach?', 'How do we get them out?', 'Whom must we tell, about what, by when?'])
    await page.getByRole('heading', {name: question}).waitFor();
  await picture('overview');
  const acts = page.getByRole('list').filter({hasText: 'failed tries on 13 accounts'});
  const told = await acts.innerText();
  // In order of time: the test account, the old application, the mailboxes, the customer.
  const order = ['Legacy Test Account was signed in', 'added a client secret', 'full_access_as_app', 'read 3 mailboxes', 'harborline.example'].map((text) => told.indexOf(text));
  assert.ok(order.every((at, index) => at >= 0 && (index === 0 || at > order[index - 1])), JSON.stringify(order) + told);
  await acts.getByRole('link').filter({hasText: 'harborline.example'}).first().click();
  await page.getByRole('heading', {level: 1, name: 'Timeline'}).waitFor();
  // The act is open beside the list, with the events that show it.
  const details = page.getByRole('complementary', {name: 'Details'});
  await details.getByText('signins-harborline.json').first().waitFor();
  await picture('act');
  await details.getByRole('link', {name: /harborline\.example/}).first().click();
  await page.getByRole('heading', {level: 1, name: /harborline\.example/}).waitFor();
  await page.getByRole('heading', {name: 'Why', exact: true}).waitFor();
  const why = await page.getByText(/confirmed, because/).first().innerText();
  assert.match(why, /evidence: .*signins-harborline\.json/);
  // Which secret it was, and where it lay, by message and line.
  assert.match(why, /password .* lies in helen\.marsh@northwind\.example/);
  assert.match(why, /evidence: .*helen\.marsh\.mbox!.*line/);
  await picture('why');
  // Back along the drawing: the mailbox it lay in, and who read that.
  await page.getByRole('link', {name: /helen\.marsh@northwind/}).first().click();
  await page.getByRole('heading', {level: 1, name: 'helen.marsh@northwind.example'}).waitFor();
  assert.match(await page.getByText(/confirmed, because/).first().innerText(), /the application MAIL SYNC HELPER read 3 mailboxes/);
  await picture('mailbox');
});

test('the first wave is ticked off, and the plan follows', async () => {
  await view('Plan');
  await page.getByRole('link', {name: /^Wave 1 / }).click();
  await press('Pick this wave');
  await picture('wave');
  await press(/^Record what was done \(\d+\)/);
  await page.getByRole('dialog').waitFor();
  await fill('Who did or saw it', 'Ana Ortiz');
  await press('Record it');
  await shows('in effect needs evidence');
  await fill('Evidence', 'change ticket CHG-1187; sign-in log of 2025-11-12');
  await picture('tick');
  await press('Record it');
  await page.getByRole('link', {name: /^Done .*17 in effect/}).waitFor({timeout: 30000});
  await page.getByRole('dialog').waitFor({state: 'detached'});
  await picture('done');
  await view('Overview');
  await shows(/^1?\d of 3\d actions? in effect/);
});

test('a party gets its package', async () => {
  // They have a case of their own, whose public key they gave by telephone.
  theirs = {caseFolder: join(folder, 'theirs.case'), key: join(folder, 'theirs.key')};
  dislodge('new', theirs.caseFolder, '--key-file', theirs.key);
  const publicKey = Buffer.from(readFileSync(join(theirs.caseFolder, 'case.pub'), 'utf8').trim(), 'base64').toString('hex');
  await view('Parties');
  await row('harborline.example').click();
  await page.getByRole('complementary', {name: 'Details'}).getByText('replace the password').first().waitFor();
  await picture('party');
  await press('Make their package');
  await fill('Released by', 'Ana Ortiz');
  await fill('and by', 'Bo Lindqvist');
  await fill('Whom they reach', 'Ana Ortiz');
  await fill('How', '+44 20 7946 0000');
  await fill('Their public key', publicKey);
  await page.getByLabel('The messages themselves').selectOption('yes');
  await picture('package');
  await press('Make the package');
  await shows(/package for harborline\.example is done/, 60);
  await page.getByRole('status').filter({hasText: 'verification code'}).first().waitFor();
  await picture('package-done');
  const made = readdirSync(join(folder, 'northwind.packages'));
  assert.equal(made.length, 1);
  const files = readdirSync(join(folder, 'northwind.packages', made[0]));
  for (const name of ['manifest.jsonl.sealed', 'manifest.sig', 'messages.jsonl.sealed', 'notice.txt.sealed', 'verify.key']) assert.ok(files.includes(name), files.join(' '));
});

test('the party imports it, holds it against its own archive, and sees what of theirs was read', async () => {
  const at = join(folder, 'northwind.packages', readdirSync(join(folder, 'northwind.packages'))[0]);
  const given = join(folder, 'given'), receipt = join(folder, 'receipt.txt');
  const told = dislodge('reconcile', theirs.caseFolder, join(at, 'manifest.jsonl.sealed'), '--key-file', theirs.key, '--signature', join(at, 'manifest.sig'), '--verify-key', join(at, 'verify.key'),
    '--content', join(at, 'messages.jsonl.sealed'), '--content-out', given, '--verified-by', 'T. Lake', '--receipt', receipt, '--received-by', 'T. Lake');
  assert.match(told, /From northwind\.example: \d+ messages? listed/);
  assert.match(told, /Signature: the signature fits/);
  assert.match(told, /Confirmed out of band by T\. Lake/);
  dislodge('add', theirs.caseFolder, '--key-file', theirs.key, given);
  dislodge('add', theirs.caseFolder, '--key-file', theirs.key, '--verified-by', 'T. Lake', join(at, 'manifest.jsonl.sealed'));
  dislodge('investigate', theirs.caseFolder, '--key-file', theirs.key, '--quiet');
  const running = await served(theirs.caseFolder, theirs.key);
  const other = await opened(running.url);
  try {
    await other.page.getByRole('heading', {level: 1, name: 'Overview'}).waitFor({timeout: 60000});
    await other.page.goto(running.base + '#/evidence/tips');
    await other.page.getByRole('row').filter({hasText: 'northwind.example'}).first().click();
    await other.page.getByRole('complementary', {name: 'Details'}).getByText('out of band by T. Lake').waitFor();
    assert.match(await other.page.getByRole('complementary', {name: 'Details'}).innerText(), /fits the key/);
    await other.page.screenshot(pictures ? {path: join(pictures, `walk-${++taken}-theirs.png`)} : {});
    await other.page.goto(running.base + '#/secrets');
    await other.page.locator('main .rows tr[data-row]').first().waitFor();
    assert.deepEqual(other.seen.faults, []);
  } finally {
    await other.browser.close();
    running.server.kill();
  }
  // The receipt that came back is checked against the journal.
  assert.match(dislodge('package', join(folder, 'northwind.case'), 'harborline.example', '--key-file', join(folder, 'northwind.key'), '--receipt', receipt), /received by T\. Lake/);
});

test('which clocks run is seen, and starts with a decision', async () => {
  await view('Duties');
  await shows('Wait for a decision');
  await picture('duties');
  await press('Record a decision');
  await page.getByLabel('What was decided').selectOption({label: 'determined material'});
  await fill('When', '2025-11-12T15:00:00Z');
  await fill('By whom', 'Ana Ortiz');
  await fill('On which facts', 'executive mail was read for a month, and a customer was entered with a password from it');
  await picture('decision');
  await press('Record the decision');
  await row('8-K').getByText('2025-11-18').first().waitFor({timeout: 20000});
  await page.getByRole('link', {name: /^Running/}).click();
  await row('8-K').waitFor();
  await picture('running');
  await view('Overview');
  await shows(/Clocks/);
  await page.getByRole('link', {name: /8-K/}).first().waitFor();
  assert.deepEqual(seen.faults.filter((fault) => !/409/.test(fault)), []);
});
