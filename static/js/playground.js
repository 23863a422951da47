// The playground with scripts: each column is one request whose answer streams in. Without this file the same form is posted, and
// all answers come on one page.
const form = document.getElementById('playground')
const columns = form.querySelector('.b-play-columns')
const running = new Map() // column → its AbortController
const most = Number(form.querySelector('[name=files]').dataset.most)
const part = (column, name) => column.querySelector(`[data-${name}]`)
const all = () => [...columns.querySelectorAll('[data-column]')]

// Text is written once a frame, into blocks of bounded length: however long an answer is, a frame lays out its last block alone.
const block = 1200
const waiting = new Map() // element → text that is not written yet
let frame = 0

const put = (into, text) => {
  let last = into.lastElementChild
  for (let rest = text; rest;) {
    if (!last || last.firstChild && last.firstChild.length > block && last.dataset.full) {
      last = document.createElement('div')
      into.append(last)
    }
    if (!last.firstChild) last.append('')
    const line = last.firstChild.length > block ? rest.indexOf('\n') : -1
    last.firstChild.appendData(line < 0 ? rest : rest.slice(0, line))
    if (line < 0) return
    last.dataset.full = 'true'
    rest = rest.slice(line + 1)
    if (!rest) return
  }
}

const write = () => {
  frame = 0
  for (const [into, text] of waiting) put(into, text)
  waiting.clear()
}

const later = (into, text) => {
  waiting.set(into, (waiting.get(into) ?? '') + text)
  frame ||= requestAnimationFrame(write)
}

const say = (column, text) => { part(column, 'state').textContent = text }

const marks = () => {
  form.querySelector('[data-stop-all]').hidden = running.size === 0
  form.querySelector('[data-ask]').disabled = running.size > 0
}

// What one column sends: the conversation, and itself as the only model.
const sent = (column) => {
  const data = new FormData(form)
  for (const name of ['model', 'temperature', 'max_tokens', 'answer', 'name', 'note']) data.delete(name)
  for (const name of ['model', 'temperature', 'max_tokens']) data.set(name, column.querySelector(`[name=${name}]`).value)
  data.set('column', '0')
  return data
}

const problem = (column, lines, fields = {}) => {
  say(column, 'Not asked')
  const list = lines.map((text) => Object.assign(document.createElement('p'), { className: 'b-error', textContent: text }))
  part(column, 'outcome').replaceChildren(...list)
  for (const name of Object.keys(fields)) {
    const [first, of] = name.split('.')
    const input = of === '0' ? column.querySelector(`[name=${first}]`) : form.elements.namedItem(first === 'variables' ? `var_${of}` : first)
    input?.setAttribute?.('aria-invalid', 'true')
  }
}

const hear = (column, state, name, text) => {
  if (name === 'begun') {
    state.request = text
    say(column, 'Answering')
  } else if (name === 'text') {
    later(part(column, 'text'), text)
    state.text += text
  } else if (name === 'thought') {
    part(column, 'thoughts').hidden = false
    later(part(column, 'thought'), text)
  } else if (name === 'end') {
    state.ended = true
    part(column, 'outcome').innerHTML = text // our own page's part: the server wrote it
    say(column, 'Done')
  }
}

// What came at once is read in slices: reading on from a full buffer would keep the page from drawing until it is empty.
const slice = 6 // ms
let begun = 0

const breathe = async () => {
  const now = performance.now()
  if (now - begun < slice) return
  await new Promise((done) => setTimeout(done))
  begun = performance.now()
}

const listen = async (column, state, body) => {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (let held = ''; ;) {
    const { value, done } = await reader.read()
    if (done) return
    const events = (held + value).split('\n\n')
    held = events.pop()
    for (const event of events) {
      const cut = event.indexOf('\ndata: ')
      if (event.startsWith('event: ') && cut > 0) hear(column, state, event.slice(7, cut), JSON.parse(event.slice(cut + 7)))
      await breathe()
    }
  }
}

// What a stopped answer cost stands in the log once it is booked: usually within a second.
const settle = async (column, request, tries = 10) => {
  const answer = await fetch(form.dataset.settled + request)
  const text = answer.ok ? await answer.text() : ''
  if (text && !running.has(column)) part(column, 'outcome').innerHTML = text
  else if (answer.ok && tries > 0 && !running.has(column)) setTimeout(() => settle(column, request, tries - 1), 500)
}

const clear = (column) => {
  for (const name of ['text', 'thought', 'outcome']) part(column, name).replaceChildren()
  part(column, 'thoughts').hidden = part(column, 'more').hidden = true
  for (const input of column.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid')
}

const ask = async (column) => {
  const control = new AbortController(), state = { request: '', text: '', ended: false }
  running.set(column, control)
  marks()
  clear(column)
  const text = part(column, 'text')
  text.setAttribute('aria-busy', 'true')
  part(column, 'stop').hidden = false
  say(column, 'Asking')
  try {
    const answer = await fetch(form.dataset.stream, { method: 'POST', body: sent(column), signal: control.signal, redirect: 'error' })
    if (answer.status === 422) {
      const wrong = await answer.json()
      problem(column, wrong.says, wrong.fields)
    } else if (!answer.ok) {
      problem(column, [`That did not work (status ${answer.status}). Load the page again and repeat it.`])
    } else {
      await listen(column, state, answer.body)
      if (!state.ended) problem(column, ['The connection broke. What came is billed.'])
    }
  } catch (error) {
    if (control.signal.aborted) {
      say(column, 'Stopped')
      if (state.request) settle(column, state.request)
    } else problem(column, ['The server did not answer. Check your connection and try again.'])
  }
  running.delete(column)
  text.removeAttribute('aria-busy')
  part(column, 'stop').hidden = true
  column.querySelector('[name=answer]').value = state.text
  part(column, 'more').hidden = state.text === ''
  marks()
}

// Numbers are given anew after a column came or went: labels, ids and what buttons mean go by them.
const renumber = () => {
  all().forEach((column, n) => {
    column.setAttribute('aria-label', `Model ${n + 1}`)
    for (const name of ['model', 'temperature', 'max_tokens']) {
      const input = column.querySelector(`[name=${name}]`)
      const label = column.querySelector(`label[for="${input.id}"]`)
      if (name === 'model' && label) label.firstChild.textContent = `Model ${n + 1}`
      input.id = `f-${name}-${n + 1}`
      label?.setAttribute('for', input.id)
    }
    const drop = column.querySelector('button[name=act][value^=drop]')
    if (drop) {
      drop.value = `drop.${n}`
      drop.querySelector('.visually-hidden').textContent = `Remove Model ${n + 1}`
    }
    column.querySelector('button[name=act][value^=continue]').value = `continue.${n}`
  })
  const add = form.querySelector('button[name=act][value=column]')
  if (add) add.hidden = all().length >= 4
}

const addMessage = (role, text) => {
  const copy = document.getElementById('message').content.cloneNode(true)
  const n = form.querySelectorAll('[data-message]').length + 1
  for (const name of ['role', 'text']) {
    const input = copy.querySelector(`[name=${name}]`)
    copy.querySelector(`label[for="${input.id}"]`)?.setAttribute('for', `f-${name}-${n}`)
    input.id = `f-${name}-${n}`
  }
  copy.querySelector('[name=role]').value = role
  const box = copy.querySelector('[name=text]')
  box.value = text
  document.getElementById('message').before(copy)
  return box
}

const acts = {
  message: () => addMessage('user', '').focus(),
  column: () => {
    const first = all()[0]
    columns.append(document.getElementById('column').content.cloneNode(true))
    const made = all().at(-1)
    for (const name of ['temperature', 'max_tokens']) made.querySelector(`[name=${name}]`).value = first?.querySelector(`[name=${name}]`).value ?? ''
    renumber()
    made.querySelector('[name=model]').focus()
  },
  drop: (column) => {
    if (all().length < 2) return
    running.get(column)?.abort()
    column.remove()
    renumber()
  },
  continue: (column) => {
    const answer = column.querySelector('[name=answer]').value // in a template, braces of its own are only braces
    addMessage('assistant', form.elements.template.checked ? answer.replaceAll('{{', '\\{{') : answer)
    addMessage('user', '').focus()
  },
}

const tooLarge = () => {
  let size = 0
  for (const file of form.querySelector('[name=files]').files) size += file.size
  return size > most
}

form.addEventListener('submit', (event) => {
  const by = event.submitter
  if (by?.matches('[data-saves]')) {
    form.querySelector('[name=files]').disabled = true // a prompt has none
    return
  }
  const act = by?.name === 'act' ? by.value.split('.')[0] : 'ask'
  if (act === 'variables') return
  event.preventDefault()
  if (acts[act]) return acts[act](by.closest('[data-column]'))
  const asked = all().filter((column) => column.querySelector('[name=model]').value.trim() !== '')
  if (asked.length === 0) return problem(all()[0], ['Choose at least one model to ask.'], { 'model.0': '' })
  if (tooLarge()) return asked.forEach((column) => problem(column, [`The files are larger than ${most >> 20} MiB together, the most that is sent here. Choose smaller ones.`], { files: '' }))
  form.querySelectorAll('[aria-invalid]').forEach((input) => input.removeAttribute('aria-invalid'))
  asked.forEach(ask)
})

form.addEventListener('click', (event) => {
  const stop = event.target.closest('[data-stop], [data-stop-all]')
  if (!stop) return
  if (stop.matches('[data-stop]')) running.get(stop.closest('[data-column]'))?.abort()
  else for (const control of [...running.values()]) control.abort()
})

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && form.contains(event.target) && running.size === 0) form.requestSubmit()
})
