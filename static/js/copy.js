// Copy buttons: <button data-copy="#id"> copies the text of an element, <button data-copy-text="…"> that text.
// The button says whether it worked, in its label and to screen readers.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Over plain http there is no clipboard, only the old way.
    const area = Object.assign(document.createElement('textarea'), { value: text, className: 'visually-hidden' })
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy], [data-copy-text]')
  if (!button) return
  const source = button.dataset.copy && document.querySelector(button.dataset.copy)
  const label = button.querySelector('[data-copy-label]')
  const before = label?.textContent
  const done = await copy(source ? source.textContent : button.dataset.copyText)
  button.focus()
  if (done) button.dataset.copied = ''
  else if (source) getSelection().selectAllChildren(source) // one key press is left to the person
  if (label) label.textContent = done ? 'Copied' : 'Press Ctrl+C'
  setTimeout(() => {
    delete button.dataset.copied
    if (label) label.textContent = before
  }, 2000)
})
