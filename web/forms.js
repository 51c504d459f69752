// @ts-check
// What is asked of a person before something is recorded: a dialog with named fields, and a word in the corner when
// something went wrong or well.

import {capital, h, replace} from './dom.js';

// The name is asked once a session of the browser's.
const kWho = 'dislodge-who';
export const who = {
  get: () => sessionStorage.getItem(kWho) ?? '',
  set: (name) => sessionStorage.setItem(kWho, String(name).trim()),
};

let corner = null;
let leaving = 0;

export function told(message, good = false) {
  corner ??= document.body.appendChild(h('div', {class: 'told', role: 'alert'}));
  replace(corner, message);
  corner.classList.toggle('good', good);
  corner.hidden = false;
  clearTimeout(leaving);
  leaving = setTimeout(() => { corner.hidden = true; }, good ? 4000 : 9000);
}

/**
 * fields: [{name, label, value?, hint?, kind?: 'text' | 'area' | 'choice', choices?: [[value, text]], needed?}]
 * send(values) does it, and what it throws is shown in the dialog.
 */
export function ask({title, says, fields, button, danger = false, send}) {
  const failure = h('p', {class: 'failure', role: 'alert', hidden: true});
  const inputs = new Map();
  const rows = fields.map((field) => {
    const id = 'ask-' + field.name;
    const shared = {id, name: field.name, required: field.needed ? true : null, 'aria-describedby': field.hint ? id + '-hint' : null};
    const input = field.kind === 'area'
      ? h('textarea', {...shared, rows: 3, maxlength: 2000}, field.value ?? '')
      : field.kind === 'choice'
        ? h('select', shared, field.choices.map(([value, text]) => h('option', {value, selected: value === field.value ? true : null}, text)))
        : h('input', {...shared, type: 'text', value: field.value ?? '', maxlength: 300, autocomplete: 'off', spellcheck: 'false'});
    inputs.set(field.name, input);
    return h('div', {class: 'field'}, h('label', {for: id}, field.label), input, field.hint ? h('small', {id: id + '-hint'}, field.hint) : null);
  });
  const submit = h('button', {type: 'submit', class: danger ? 'main danger' : 'main'}, button);
  const dialog = h('dialog', {class: 'ask', 'aria-label': title}, h('form', {
    oninput: () => { failure.hidden = true; },
    onsubmit: async (event) => {
      event.preventDefault();
      submit.disabled = true;
      failure.hidden = true;
      try {
        const values = Object.fromEntries([...inputs].map(([name, input]) => [name, input.value.trim()]));
        if (values.who) who.set(values.who);
        await send(values);
        dialog.close();
      } catch (error) {
        failure.textContent = capital(error.message) + (error.message.endsWith('.') ? '' : '.');
        failure.hidden = false;
      } finally {
        submit.disabled = false;
      }
    }},
  h('h2', null, title), says ? h('div', {class: 'says'}, says) : null, rows, failure,
  h('div', {class: 'buttons'}, submit, h('button', {type: 'button', onclick: () => dialog.close()}, 'Cancel'))));
  if (corner) corner.hidden = true;
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.showModal();
  const first = fields.find((field) => !field.value);
  inputs.get((first ?? fields[0])?.name)?.focus();
  return dialog;
}

export const whoField = (label = 'Your name') => ({name: 'who', label, value: who.get(), needed: true});
