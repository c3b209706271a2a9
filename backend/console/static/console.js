// What the console's pages do beyond HTML: view papers, walk a queue by keyboard, put in saved replies, tick all rows,
// show how far an export is, and keep what was typed when a login has run out. Every page works without it.
'use strict';

// --- papers: zoom, turn, step through all pages --------------------------------------------------------------------

const viewer = {
  open(link) {
    this.dialog = document.getElementById('viewer');
    this.links = [...document.querySelectorAll('a[data-viewer]')];
    this.show(this.links.indexOf(link));
    this.dialog.showModal();
  },
  show(index) {
    this.index = (index + this.links.length) % this.links.length;
    this.scale = 1;
    this.turned = 0;
    const link = this.links[this.index], image = this.dialog.querySelector('img');
    image.src = link.href;
    image.alt = link.dataset.name;
    this.dialog.querySelector('[data-name]').textContent = `${link.dataset.name}（${this.index + 1}/${this.links.length}）`;
    this.draw();
  },
  draw() {
    const image = this.dialog.querySelector('img');
    image.style.transform = `rotate(${this.turned}deg) scale(${this.scale})`;
  },
  act(name) {
    const acts = {
      larger: () => { this.scale = Math.min(6, this.scale * 1.25); this.draw(); },
      smaller: () => { this.scale = Math.max(.25, this.scale / 1.25); this.draw(); },
      turn: () => { this.turned = (this.turned + 90) % 360; this.draw(); },
      next: () => this.show(this.index + 1),
      previous: () => this.show(this.index - 1),
      close: () => this.dialog.close(),
    };
    if (acts[name]) acts[name]();
  },
};

const VIEWER_KEYS = {'+': 'larger', '=': 'larger', '-': 'smaller', r: 'turn', ArrowRight: 'next', ArrowLeft: 'previous'};

// --- the queue -----------------------------------------------------------------------------------------------------

function walk(step) {
  const rows = [...document.querySelectorAll('tr[data-row]')];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains('at'));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
  rows.forEach((row) => row.classList.toggle('at', row === next));
  next.querySelector('a').focus();
  next.scrollIntoView({block: 'nearest'});
}

function tick() {
  const row = document.querySelector('tr[data-row].at'), box = row && row.querySelector('input[type=checkbox]');
  if (box) { box.checked = !box.checked; box.dispatchEvent(new Event('change', {bubbles: true})); }
}

const QUEUE_KEYS = {
  j: () => walk(1),
  k: () => walk(-1),
  x: tick,
  '/': () => { const box = document.querySelector('input[type=search]'); if (box) box.focus(); },
};

function counted(form) {
  const chosen = form.querySelectorAll('input[name=case]:checked').length;
  form.querySelectorAll('[data-chosen]').forEach((place) => { place.textContent = chosen; });
}

// --- a login that has run out keeps nothing from being saved --------------------------------------------------------

async function submitAlive(form, submitter) {
  const answer = await fetch(document.body.dataset.alive, {headers: {Accept: 'application/json'}});
  if (answer.status === 401) { document.getElementById('expired').showModal(); return; }
  if (answer.ok) {
    const token = (await answer.json()).csrf;
    document.querySelectorAll('input[name=csrf]').forEach((field) => { field.value = token; });
  }
  form.dataset.alive = 'yes';
  form.requestSubmit(submitter);
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || !document.body.dataset.alive) return;
  if (form.dataset.alive === 'yes') {
    if (form.dataset.sent) { event.preventDefault(); return; }  // a double tap sends once
    form.dataset.sent = 'yes';
    return;
  }
  event.preventDefault();
  submitAlive(form, event.submitter || undefined).catch(() => { form.dataset.alive = 'yes'; form.requestSubmit(event.submitter || undefined); });
});

window.addEventListener('pageshow', () => document.querySelectorAll('form').forEach((form) => {
  delete form.dataset.sent;
  delete form.dataset.alive;
}));

// --- tables wider than the screen can be scrolled by keyboard ---------------------------------------------------------

function reachable() {
  document.querySelectorAll('.scroll').forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute('tabindex');
  });
}

window.addEventListener('load', reachable);
window.addEventListener('resize', reachable);
document.addEventListener('toggle', reachable, true);

// --- a long export says how far it is ---------------------------------------------------------------------------------

async function download(link) {
  const place = link.parentElement.querySelector('[data-export-progress]');
  place.textContent = '正在准备…';
  const answer = await fetch(link.href);
  if (!answer.ok || answer.redirected) { place.textContent = ''; location.href = link.href; return; }
  const total = Number(answer.headers.get('X-Total-Rows')), bytes = Number(answer.headers.get('Content-Length'));
  const reader = answer.body.getReader(), parts = [];
  let rows = -1, size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    size += part.value.length;
    part.value.forEach((byte) => { if (byte === 10) rows += 1; });
    place.textContent = bytes ? `已下载 ${Math.round(size / bytes * 100)}%` : `已导出 ${Math.max(0, rows)} / ${total} 件`;
  }
  const file = document.createElement('a');
  file.href = URL.createObjectURL(new Blob(parts, {type: answer.headers.get('Content-Type')}));
  file.download = /filename="?([^";]+)/.exec(answer.headers.get('Content-Disposition'))[1];
  file.click();
  URL.revokeObjectURL(file.href);
  place.textContent = `已导出 ${total} 件`;
}

// --- clicks, changes, keys ------------------------------------------------------------------------------------------

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-viewer]');
  if (link) { event.preventDefault(); viewer.open(link); return; }
  const file = event.target.closest('a[data-export]');
  if (file) { event.preventDefault(); download(file).catch(() => { location.href = file.href; }); return; }
  const act = event.target.closest('[data-act]');
  if (act) viewer.act(act.dataset.act);
  if (event.target.closest('[data-close]')) event.target.closest('dialog').close();
  if (event.target.closest('[data-print]')) window.print();
});

document.addEventListener('change', (event) => {
  const field = event.target;
  if (field.dataset.insert) {
    const place = document.getElementById(field.dataset.insert);
    place.value = place.value ? `${place.value}\n${field.value}` : field.value;
    field.selectedIndex = 0;
    place.focus();
  }
  if (field.dataset.all) document.querySelectorAll(`input[name="${field.dataset.all}"]`).forEach((box) => { box.checked = field.checked; });
  if (field.form) counted(field.form);
  if (field.dataset.submit !== undefined) field.form.requestSubmit();
});

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select')) return;
  const viewing = viewer.dialog && viewer.dialog.open;
  if (viewing && VIEWER_KEYS[event.key]) { event.preventDefault(); viewer.act(VIEWER_KEYS[event.key]); return; }
  if (!viewing && QUEUE_KEYS[event.key]) { event.preventDefault(); QUEUE_KEYS[event.key](); }
});
