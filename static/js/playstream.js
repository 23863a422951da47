// One column of the playground: "play:ask" asks its model and streams the answer in, "play:stop" ends that, "play:problem" says why
// nothing was asked. It tells of itself by "play:changed", and by data-running while it is asked.
const form = document.getElementById('playground')
const controls = new WeakMap()
const part = (column, name) => column.querySelector(`[data-${name}]`)
const say = (column, text) => { part(column, 'state').textContent = text }
const add = (to, text) => to.dispatchEvent(new CustomEvent('play:text', { bubbles: true, detail: text }))

// What it sends: the conversation, and itself as the only model.
const sent = (column) => {
  const data = new FormData(form)
  for (const name of ['answer', 'name', 'note']) data.delete(name)
  for (const name of ['model', 'temperature', 'max_tokens']) data.set(name, column.querySelector(`[name=${name}]`).value)
  data.set('column', '0')
  return data
}

const problem = (column, says, fields = {}) => {
  say(column, 'Not asked')
  part(column, 'outcome').replaceChildren(...says.map((text) => Object.assign(document.createElement('p'), { className: 'b-error', textContent: text })))
  for (const name of Object.keys(fields)) {
    const [first, of] = name.split('.')
    const input = of === '0' ? column.querySelector(`[name=${first}]`) : form.elements.namedItem(first === 'variables' ? `var_${of}` : first)
    input?.setAttribute?.('aria-invalid', 'true')
  }
}

const hear = (column, state, name, text) => {
  if (name === 'begun') say(column, 'Answering')
  if (name === 'begun') state.request = text
  if (name === 'thought') part(column, 'thoughts').hidden = false
  if (name === 'thought' || name === 'text') add(part(column, name), text)
  if (name === 'text') state.text += text
  if (name !== 'end') return
  state.ended = true
  part(column, 'outcome').innerHTML = text // our own page's part: the server wrote it
  say(column, 'Done')
}

// What came at once is read in slices: reading on from a full buffer would keep the page from drawing until it is empty.
const listen = async (column, state, body, slice = 6) => {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (let held = '', begun = performance.now(); ;) {
    const { value, done } = await reader.read()
    if (done) return
    const events = (held + value).split('\n\n')
    held = events.pop()
    for (const event of events) {
      const cut = event.indexOf('\ndata: ')
      if (event.startsWith('event: ') && cut > 0) hear(column, state, event.slice(7, cut), JSON.parse(event.slice(cut + 7)))
      if (performance.now() - begun < slice) continue
      await new Promise((next) => setTimeout(next))
      begun = performance.now()
    }
  }
}

// What a stopped answer cost stands in the log once it is booked: usually within a second.
const settle = async (column, request, tries = 20) => {
  const answer = await fetch(form.dataset.settled + request)
  const text = answer.ok ? await answer.text() : ''
  if ('running' in column.dataset) return
  if (text) part(column, 'outcome').innerHTML = text
  else if (answer.ok && tries > 0) setTimeout(() => settle(column, request, tries - 1), 500)
}

const mark = (column, running) => {
  column.toggleAttribute('data-running', running)
  part(column, 'text').toggleAttribute('aria-busy', running)
  part(column, 'stop').hidden = !running
  column.dispatchEvent(new CustomEvent('play:changed', { bubbles: true }))
}

const ask = async (column) => {
  const control = new AbortController(), state = { request: '', text: '', ended: false }
  controls.set(column, control)
  for (const name of ['text', 'thought', 'outcome']) part(column, name).replaceChildren()
  part(column, 'thoughts').hidden = part(column, 'more').hidden = true
  for (const input of column.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid')
  say(column, 'Asking')
  mark(column, true)
  try {
    const answer = await fetch(form.dataset.stream, { method: 'POST', body: sent(column), signal: control.signal, redirect: 'error' })
    const wrong = answer.status === 422 ? await answer.json() : answer.ok ? null : { says: [`That did not work (status ${answer.status}). Load the page again and repeat it.`] }
    if (wrong) problem(column, wrong.says, wrong.fields)
    else await listen(column, state, answer.body)
    if (!wrong && !state.ended) problem(column, ['The connection broke. What came is billed.'])
  } catch (error) {
    if (!control.signal.aborted) problem(column, ['The server did not answer. Check your connection and try again.'])
    else say(column, 'Stopped')
  }
  column.querySelector('[name=answer]').value = state.text
  part(column, 'more').hidden = state.text === ''
  mark(column, false)
  if (control.signal.aborted && state.request) settle(column, state.request)
}

form.addEventListener('play:ask', (event) => ask(event.target))
form.addEventListener('play:stop', (event) => controls.get(event.target)?.abort())
form.addEventListener('play:problem', (event) => problem(event.target, event.detail.says, event.detail.fields))
