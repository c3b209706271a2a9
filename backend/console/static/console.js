// The console's own script: the paper viewer (zoom, rotate) and keyboard moves through a queue. No page needs it to work.
'use strict';

function viewer(link) {
  const dialog = document.getElementById('viewer');
  if (!dialog) return;
  const image = dialog.querySelector('img');
  let scale = 1, turn = Number(link.dataset.rotation || 0);
  const draw = () => { image.style.transform = `rotate(${turn}deg) scale(${scale})`; };
  image.src = link.href;
  image.alt = link.dataset.name || '';
  dialog.querySelector('[data-name]').textContent = link.dataset.name || '';
  dialog.onclick = (event) => {
    const act = event.target.dataset && event.target.dataset.act;
    if (act === 'in') scale = Math.min(6, scale * 1.25);
    if (act === 'out') scale = Math.max(.2, scale / 1.25);
    if (act === 'turn') turn = (turn + 90) % 360;
    if (act === 'close') dialog.close();
    draw();
  };
  draw();
  dialog.showModal();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-viewer]');
  if (link) { event.preventDefault(); viewer(link); }
});

document.addEventListener('keydown', (event) => {
  if (event.target.closest('input, textarea, select, dialog') || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...document.querySelectorAll('tr[data-href]')];
  const at = rows.findIndex((row) => row.classList.contains('at'));
  if (event.key === 'j' || event.key === 'k') {
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === 'j' ? 1 : -1)))];
    rows.forEach((row) => row.classList.toggle('at', row === next));
    if (next) { next.querySelector('a').focus(); next.scrollIntoView({block: 'nearest'}); }
  }
  if (event.key === '/') { const box = document.querySelector('input[type=search]'); if (box) { event.preventDefault(); box.focus(); } }
});
