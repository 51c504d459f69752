// @ts-check
// Stars, tags and comments on anything. They are entries of the journal, so that who said what stays.

import {act, getList} from './api.js';
import {h, put, replace, time} from './dom.js';
import {told, who} from './forms.js';

let marks = new Map();
let loading = null;

export function marksReady() {
  loading ??= getList('marks', {limit: 1000}).then((page) => {
    marks = new Map(page.rows.map((row) => [row.thing, row]));
  }, () => {
    loading = null;
  });
  return loading;
}

// After the case has changed.
export function forgetMarks() {
  loading = null;
}

function of(thing) {
  return marks.get(thing) ?? {thing, star: false, tags: [], comments: []};
}

async function send(thing, name, fields) {
  await act('mark', {thing, name, ...fields});
}

export function markButton(thing, name) {
  const draw = () => {
    const mark = of(thing);
    button.setAttribute('aria-pressed', String(mark.star));
    button.textContent = mark.star ? '\u2605' : '\u2606';
    button.title = mark.comments.length ? mark.comments.length + ' comments' : mark.star ? 'Starred' : 'Star this';
    button.classList.toggle('said', mark.comments.length > 0 || mark.tags.length > 0);
  };
  const button = h('button', {type: 'button', class: 'star', 'aria-label': 'Star ' + name, onclick: () => {
    const mark = of(thing);
    mark.star = !mark.star;
    marks.set(thing, mark);
    draw();
    send(thing, name, {star: mark.star}).catch((error) => {
      mark.star = !mark.star;
      draw();
      told(error.message);
    });
  }});
  draw();
  return button;
}

// What was said of a thing, and a place to say more.
export function markForm(thing, name) {
  const box = h('section', {class: 'marks', 'aria-label': 'Notes'});
  const draw = () => {
    const mark = of(thing);
    const tags = h('input', {type: 'text', value: mark.tags.join(', '), placeholder: 'tags, with commas between', maxlength: 200, 'aria-label': 'Tags'});
    const text = h('textarea', {rows: 2, maxlength: 2000, placeholder: 'A comment, for those who come after you', 'aria-label': 'Comment'});
    const name_ = h('input', {type: 'text', value: who.get(), placeholder: 'your name', maxlength: 100, 'aria-label': 'Your name', autocomplete: 'off'});
    const form = h('form', {class: 'note', onsubmit: (event) => {
      event.preventDefault();
      const list = tags.value.split(',').map((one) => one.trim()).filter(Boolean);
      const fields = {};
      if (JSON.stringify(list) !== JSON.stringify(mark.tags)) fields.tags = list;
      if (text.value.trim()) {
        fields.comment = text.value.trim();
        fields.who = name_.value.trim();
      }
      if (Object.keys(fields).length === 0) return;
      who.set(name_.value);
      send(thing, name, fields).then(() => {
        if (fields.tags) mark.tags = fields.tags;
        if (fields.comment) mark.comments.push({at: new Date().toISOString(), who: fields.who, text: fields.comment});
        marks.set(thing, mark);
        draw();
      }, (error) => told(error.message));
    }}, tags, text, h('div', {class: 'line'}, name_, h('button', {type: 'submit'}, 'Note it')));
    replace(box);
    put(box, [h('h3', null, 'Notes'),
      mark.comments.map((one) => h('p', {class: 'comment'}, h('small', null, time(one.at), ' ', one.who), one.text)), form]);
  };
  draw();
  return box;
}

export function tagsOf(thing) {
  const {tags} = of(thing);
  return tags.length ? h('span', {class: 'tags'}, tags.map((tag) => h('span', {class: 'tag'}, tag))) : null;
}
