// What htmx does not do by itself: polling rests while nobody looks, and while a question is open in the part, or the answer would shut
// it and empty what is being typed; a failed request says so.
const asking = (part) => part.querySelector('.b-confirm[open]') !== null
const polled = (config, part) => config?.triggeringEvent === undefined && part.matches('[data-live]')

document.addEventListener('htmx:beforeRequest', (event) => {
  const { requestConfig, elt } = event.detail
  if (polled(requestConfig, elt) && (document.hidden || asking(elt))) event.preventDefault()
})

document.addEventListener('htmx:beforeSwap', (event) => { // the question was opened while the answer was on its way
  const { requestConfig, target } = event.detail
  if (polled(requestConfig, target) && asking(target)) event.detail.shouldSwap = false
})

const say = (text) => {
  const slot = document.getElementById('flash')
  const template = document.getElementById('flash-failure')
  if (!slot || !template) return
  const note = template.content.cloneNode(true)
  note.querySelector('[data-text]').textContent = text
  slot.replaceChildren(note)
}

document.addEventListener('htmx:sendError', (event) => {
  if (!event.detail.elt.matches('[data-live]')) say('The server did not answer. Check your connection and try again.')
})

document.addEventListener('htmx:responseError', (event) => {
  const { elt, xhr } = event.detail
  if (elt.matches('[data-live]')) {
    if (xhr.status === 401) location.reload() // logged out meanwhile: show the log-in page
    return
  }
  say(`That did not work (status ${xhr.status}). Nothing was changed; try again.`)
})

// A form that is posted twice does twice what it does, and a double click posts twice: what is on its way goes once. htmx and scripts of
// ours prevent the browser's own submit and see to themselves. A download leaves the page as it is, and so does a connection that
// fails: after ten seconds the form may be sent again.
const again = 10_000 // milliseconds
let posted = new WeakMap()
document.addEventListener('submit', (event) => {
  const form = event.target
  const method = event.submitter?.getAttribute('formmethod') || form.getAttribute('method') || 'get'
  if (event.defaultPrevented || method.toLowerCase() !== 'post' || form.target === '_blank') return
  if (event.timeStamp - (posted.get(form) ?? -again) < again) event.preventDefault()
  else posted.set(form, event.timeStamp)
})
addEventListener('pageshow', () => { posted = new WeakMap() }) // as one comes back to it

// What a page asks by itself is no use of the session: it ends while nobody does anything.
document.addEventListener('htmx:configRequest', (event) => {
  const { elt, headers } = event.detail
  if (polled(event.detail, elt)) headers['Bodhi-Poll'] = 'true'
})

// Filters left empty stay out of the URL.
document.addEventListener('htmx:configRequest', (event) => {
  const { verb, parameters } = event.detail
  if (verb !== 'get') return
  for (const name of Object.keys(parameters)) {
    if (parameters[name] === '') delete parameters[name]
  }
})
