// The forms of documents: the file is sent once, how far it is comes back as events, and the result takes its place on the page.
const form = document.getElementById('papers')
const progress = document.getElementById('progress')
const outcome = document.getElementById('outcome')
const button = form.querySelector('button[type=submit]:not([name])') // not the one of a team that is not open
const bar = progress.querySelector('progress')
let control = null

const say = (text) => { progress.querySelector('[data-state]').textContent = text }
const problem = (text) => outcome.replaceChildren(Object.assign(document.createElement('p'), { className: 'b-error', textContent: text }))

const hear = (name, text) => {
  if (name === 'end') {
    outcome.innerHTML = text // our own page's part: the server wrote it
    return true
  }
  const [done, parts, words] = text.split('|')
  bar.max = Number(parts) || 1
  bar.value = Number(done)
  say(words)
  return false
}

const listen = async (body) => {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (let held = '', ended = false; ;) {
    const { value, done } = await reader.read()
    if (done) return ended
    const events = (held + value).split('\n\n')
    held = events.pop()
    for (const event of events) {
      const cut = event.indexOf('\ndata: ')
      if (event.startsWith('event: ') && cut > 0) ended = hear(event.slice(7, cut), JSON.parse(event.slice(cut + 7))) || ended
    }
  }
}

form.addEventListener('submit', async (event) => {
  if (event.submitter?.name === 'act') { // another team: the page comes anew, and no page can come with a file chosen
    form.addEventListener('formdata', ({ formData }) => formData.delete('file'), { once: true })
    return
  }
  event.preventDefault()
  if (control) return
  const most = Number(form.dataset.most) // in MiB: one that is refused on the way up breaks the connection in most browsers
  if (form.elements.file.files[0]?.size > most * 2 ** 20) {
    problem(`The file is larger than ${most} MiB, the most that this page takes. Choose a smaller one.`)
    return
  }
  control = new AbortController()
  outcome.replaceChildren()
  progress.hidden = false
  bar.removeAttribute('value')
  button.disabled = true
  say('Sending')
  try {
    const answer = await fetch(form.dataset.stream, { method: 'POST', body: new FormData(form), signal: control.signal, redirect: 'error' })
    if (answer.status === 422) problem((await answer.json()).says)
    else if (!answer.ok) problem(`That did not work (status ${answer.status}). Load the page again and repeat it.`)
    else if (!await listen(answer.body)) problem('The connection broke. What was asked is billed, and is in the log.')
  } catch {
    problem(control.signal.aborted ? 'Stopped. What was asked is billed, and is in the log.' : 'The server did not answer. Check your connection and try again.')
  }
  control = null
  progress.hidden = true
  button.disabled = false
  outcome.setAttribute('tabindex', '-1')
  outcome.focus()
})

progress.querySelector('[data-stop]').addEventListener('click', () => control?.abort())
