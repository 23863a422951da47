// What htmx does not do by itself: polling rests while nobody looks, and a failed request says so.
document.addEventListener('htmx:beforeRequest', (event) => {
  const polled = event.detail.requestConfig?.triggeringEvent === undefined && event.detail.elt.matches('[data-live]')
  if (polled && document.hidden) event.preventDefault()
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

// Filters left empty stay out of the URL.
document.addEventListener('htmx:configRequest', (event) => {
  const { verb, parameters } = event.detail
  if (verb !== 'get') return
  for (const name of Object.keys(parameters)) {
    if (parameters[name] === '') delete parameters[name]
  }
})
