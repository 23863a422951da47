// Copy buttons: <button data-copy="#id"> copies the text of an element, <button data-copy-text="…"> that text.
// The button says that it worked, in its label and to screen readers.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy], [data-copy-text]')
  if (!button) return
  const source = button.dataset.copy && document.querySelector(button.dataset.copy)
  const text = source ? source.textContent : button.dataset.copyText
  const label = button.querySelector('[data-copy-label]')
  const before = label?.textContent
  try {
    await navigator.clipboard.writeText(text)
    button.dataset.copied = ''
    if (label) label.textContent = 'Copied'
  } catch {
    // No clipboard (plain http, or refused): select the text, so that one key press does it.
    if (source) getSelection().selectAllChildren(source)
    if (label) label.textContent = 'Press Ctrl+C'
  }
  setTimeout(() => {
    delete button.dataset.copied
    if (label) label.textContent = before
  }, 2000)
})
