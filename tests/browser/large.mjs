// A large case for the page: the sample breach, beside a mailbox with 100,000 secrets and a directory with a million
// memberships. Made evidence, read by the program itself; the same for the same sizes.
//
//   node large.mjs DIR [SECRETS] [EDGES]      DIR/mail, DIR/directory: hand them in beside examples/northwind/evidence

import {createWriteStream, mkdirSync} from 'node:fs';
import {join} from 'node:path';

const [folder, secretsGiven, edgesGiven] = process.argv.slice(2);
const kSecrets = Number(secretsGiven ?? 100_000);
const kEdges = Number(edgesGiven ?? 1_000_000);
const kPerMessage = 10, kGroupSize = 500, kTenant = '5B1F0C6A-77B5-4E0E-9D2B-1C4D5E6F7A8B';

// A small generator of numbers (xorshift), so that the case is the same every time.
let seed = 0x2545f491;
function random(most) {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % most;
}
const kLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const word = (length) => Array.from({length}, () => kLetters[random(kLetters.length)]).join('');
const id = (kind, number) => kind + number.toString(16).padStart(7, '0').toUpperCase() + '-0000-4000-8000-000000000000';

const users = Math.max(Math.ceil(kEdges / 25), 1000);
const user = (number) => ({id: id('A', number), name: 'user' + number + '@big.example'});

mkdirSync(join(folder, 'mail'), {recursive: true});
mkdirSync(join(folder, 'directory'), {recursive: true});

// One secret in ten opens an account of the directory; the others are keys that open nobody we know.
const mbox = createWriteStream(join(folder, 'mail', 'helen.marsh.archive.mbox'));
for (let made = 0, message = 0; made < kSecrets; ++message) {
  const at = new Date(Date.UTC(2025, 8, 1) + message * 300_000);
  const lines = [];
  for (let i = 0; i < kPerMessage && made < kSecrets; ++i, ++made)
    lines.push(made % 10 === 0
      ? `login for ${user(random(users)).name} password: ${word(5)}-${random(9000) + 1000}-${word(6)}`
      : `the key of shop ${made} is sk_live_${word(24)}`);
  mbox.write(`From helen.marsh@northwind.example ${at.toUTCString()}\nFrom: Helen Marsh <helen.marsh@northwind.example>\n` +
    `To: <ops${message % 300}@partner${message % 300}.example>\nSubject: Access list ${message}\nDate: ${at.toUTCString()}\n` +
    `Message-ID: <big-${message}@northwind.example>\nContent-Type: text/plain; charset=utf-8\n\n${lines.join('\n')}\n\n`);
}
mbox.end();

const directory = createWriteStream(join(folder, 'directory', 'azurehound-big.json'));
let first = true;
function put(kind, data) {
  directory.write((first ? '{"data":[\n' : ',\n') + JSON.stringify({kind, data}));
  first = false;
}
put('AZTenant', {id: '/TENANTS/' + kTenant, tenantId: kTenant, displayName: 'BIG', defaultDomain: 'big.example', domains: ['big.example'], tenantType: 'AAD', tenantCategory: 'Home', collected: true});
for (let number = 0; number < users; ++number)
  put('AZUser', {id: user(number).id, accountEnabled: true, createdDateTime: '2020-01-01T00:00:00Z', displayName: 'USER ' + number, userPrincipalName: user(number).name, mail: user(number).name, userType: 'Member', tenantId: kTenant, tenantName: 'BIG'});
const groups = Math.ceil(kEdges / kGroupSize);
for (let number = 0; number < groups; ++number) {
  const group = id('B', number);
  put('AZGroup', {id: group, createdDateTime: '2020-01-01T00:00:00Z', displayName: 'GROUP ' + number, mailEnabled: false, securityEnabled: true, tenantId: kTenant, tenantName: 'BIG'});
  put('AZGroupMember', {members: Array.from({length: kGroupSize}, () => ({member: {'@odata.type': '#microsoft.graph.user', id: user(random(users)).id}, groupId: group})), groupId: group});
  if (!directory.write('')) await new Promise((done) => directory.once('drain', done));
}
directory.end('\n],"meta":{"type":"azure","version":5,"count":' + (1 + users + 2 * groups) + '}}\n');
