// Asking in the playground: each column is one request whose answer streams in (playstream.js). Without scripts the same form is
// posted, and all answers come on one page.
const form = document.getElementById('playground')
const files = form.querySelector('[name=files]')
const most = Number(files.dataset.most) // bytes
const all = (which = '') => [...form.querySelectorAll(`[data-column]${which}`)]
const tell = (column, name, detail) => column.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }))

form.addEventListener('play:changed', () => {
  const running = all('[data-running]').length > 0
  form.querySelector('[data-stop-all]').hidden = !running
  form.querySelector('[data-ask]').disabled = running
})

form.addEventListener('submit', (event) => {
  const by = event.submitter
  if (by?.matches('[data-saves]')) files.disabled = true // a prompt has none
  if (by?.matches('[data-saves]') || by?.name === 'act') return
  event.preventDefault()
  if (all('[data-running]').length > 0) return
  form.querySelectorAll('[aria-invalid]').forEach((input) => input.removeAttribute('aria-invalid'))
  const asked = all().filter((column) => column.querySelector('[name=model]').value.trim() !== '')
  if (asked.length === 0) return tell(all()[0], 'play:problem', { says: ['Choose at least one model to ask.'], fields: { 'model.0': '' } })
  if ([...files.files].reduce((sum, file) => sum + file.size, 0) > most) {
    const says = [`The files are larger than ${most >> 20} MiB together, the most that is sent here. Choose smaller ones.`]
    return asked.forEach((column) => tell(column, 'play:problem', { says, fields: { files: '' } }))
  }
  asked.forEach((column) => tell(column, 'play:ask'))
})

form.addEventListener('click', (event) => {
  const stop = event.target.closest('[data-stop], [data-stop-all]')
  if (!stop) return
  for (const column of stop.matches('[data-stop]') ? [stop.closest('[data-column]')] : all('[data-running]')) tell(column, 'play:stop')
})

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && form.contains(event.target)) form.requestSubmit()
})
