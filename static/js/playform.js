// The buttons of the playground's form that change the form itself, without a page load. What an answer streamed in would be lost.
const form = document.getElementById('playground')
const columns = form.querySelector('.b-play-columns')
const all = () => [...columns.querySelectorAll('[data-column]')]
const most = 4

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
  if (add) add.hidden = all().length >= most
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
    column.dispatchEvent(new CustomEvent('play:stop', { bubbles: true }))
    column.remove()
    form.dispatchEvent(new CustomEvent('play:changed'))
    renumber()
  },
  continue: (column) => {
    const answer = column.querySelector('[name=answer]').value // in a template, braces of its own are only braces
    addMessage('assistant', form.elements.template.checked ? answer.replaceAll('{{', '\\{{') : answer)
    addMessage('user', '').focus()
  },
}

form.addEventListener('submit', (event) => {
  const act = event.submitter?.name === 'act' ? acts[event.submitter.value.split('.')[0]] : undefined
  if (!act) return
  event.preventDefault()
  act(event.submitter.closest('[data-column]'))
})
