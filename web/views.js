// @ts-check
// Which views there are. Each gives its nodes for a context (web/app.js); `filters`: the search box narrows it in place;
// `key`: g and this letter goes there; `follows`: the parts of the case, besides its evidence, at whose change it is drawn
// again (web/live.js).

import {decisions, journal, marked, statements} from './record.js';
import {duties} from './duties.js';
import {evidence} from './evidence.js';
import {flow} from './flow.js';
import {overview} from './overview.js';
import {parties} from './parties.js';
import {plan} from './plan.js';
import {reach} from './reach.js';
import {searched} from './search.js';
import {secrets} from './secrets.js';
import {timeline} from './timeline.js';

export const views = {
  overview: {title: 'Overview', key: 'o', follows: ['plan', 'duties'], show: overview},
  timeline: {title: 'Timeline', key: 't', filters: true, show: timeline},
  secrets: {title: 'Secrets', key: 's', filters: true, show: secrets},
  reach: {title: 'Reach', key: 'r', follows: [], filters: true, show: reach},
  plan: {title: 'Plan', key: 'p', filters: true, show: plan},
  parties: {title: 'Parties', key: 'y', follows: ['journal'], filters: true, show: parties},
  duties: {title: 'Duties', key: 'd', follows: ['duties'], filters: true, show: duties},
  decisions: {title: 'Decisions', key: 'c', follows: ['journal', 'duties'], filters: true, show: decisions},
  statements: {title: 'Statements', key: 'n', follows: ['plan', 'duties', 'journal'], filters: true, show: statements},
  evidence: {title: 'Evidence', key: 'e', follows: [], filters: true, show: evidence},
  journal: {title: 'Journal', key: 'j', follows: ['plan', 'duties', 'journal'], filters: true, show: journal},
  marked: {title: 'Marked', key: 'm', follows: ['journal'], filters: true, show: marked},
  flow: {title: 'Flow', key: 'f', show: flow},
  search: {show: searched},
};

/** @type {[string, string[]][]} */
export const groups = [
  ['What happened', ['overview', 'timeline', 'secrets', 'reach']],
  ['What to do', ['plan', 'parties', 'duties', 'decisions']],
  ['What it rests on', ['evidence', 'statements', 'marked', 'journal', 'flow']],
];
