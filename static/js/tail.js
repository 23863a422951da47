// Live rows of /requests: an element with data-tail, its button, and the table's body. Rows come ready from the server; this
// only puts them on top, and rests while nobody looks.
const most = 200 // rows in the table
let source, counted = 0, on = false

const part = () => document.querySelector('[data-tail]')

const say = (text) => {
  const slot = part()?.querySelector('[data-tail-says]')
  if (slot && slot.textContent !== text) slot.textContent = text
}

const stop = () => {
  source?.close()
  source = undefined
}

const mark = () => {
  const button = part()?.querySelector('button')
  if (!button) return
  button.setAttribute('aria-pressed', String(on))
  button.querySelector('[data-tail-label]').textContent = on ? 'Pause' : 'Follow live'
}

const add = (html) => {
  const body = document.getElementById('rows')
  if (!body) { // the list was empty: now it is not
    htmx.ajax('GET', location.href, { target: '#requests', swap: 'outerHTML' })
    return
  }
  const template = document.createElement('template')
  template.innerHTML = html
  const rows = [...template.content.children].filter((row) => !document.getElementById(row.id))
  counted += rows.length
  body.prepend(...rows)
  while (body.children.length > most) body.lastElementChild.remove()
  say(`Following. ${counted} new.`)
}

const start = () => {
  stop()
  const slot = part()
  mark()
  if (!slot || !on || document.hidden) return
  source = new EventSource(slot.dataset.tail)
  source.addEventListener('open', () => say(counted ? `Following. ${counted} new.` : 'Following. Waiting for requests.'))
  source.addEventListener('rows', (event) => add(event.data))
  source.addEventListener('skipped', (event) => say(`Following. ${event.data} more came faster than they can be shown.`))
  source.addEventListener('error', () => {
    if (source?.readyState !== EventSource.CLOSED) return say('Connecting again.')
    on = false
    stop()
    mark()
    say('Following has ended. Load the page again.')
  })
}

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-tail] button')) return
  on = !on
  counted = 0
  start()
  if (!on) say('Paused.')
})

// Other filters are another list; a tab that nobody sees follows nothing, and catches up when it is looked at again.
document.addEventListener('htmx:afterSettle', () => { if (on || source) start(); else mark() })
document.addEventListener('visibilitychange', () => {
  if (!on) return
  if (document.hidden) stop()
  else if (part()) htmx.ajax('GET', location.href, { target: '#requests', swap: 'outerHTML' })
})
