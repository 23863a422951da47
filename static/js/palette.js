// The command palette: Ctrl K (⌘ K) opens the search page's results in a dialog. Arrows walk through them, Enter goes to
// the first or the chosen one, Escape closes. Without this script the link leads to the search page.
const dialog = document.getElementById('palette')
const input = dialog?.querySelector('input') ?? document.querySelector('main form[role=search] input[name=q]')
let leaving = false
const results = () => [...document.querySelectorAll('#search-results a')]

function open() {
  if (dialog && !dialog.open) {
    dialog.showModal()
    htmx.trigger(input, 'palette') // all pages, until something is typed
  }
  input?.focus()
  input?.select()
}

document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-palette]') && !event.ctrlKey && !event.metaKey) {
    event.preventDefault()
    open()
  }
  if (event.target === dialog) dialog.close() // beside it
})

document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k' && input) {
    event.preventDefault()
    open()
  }
  if (!dialog?.open) return
  const list = results()
  const at = list.indexOf(document.activeElement)
  if (event.key === 'ArrowDown' && list.length) {
    event.preventDefault()
    list[Math.min(at + 1, list.length - 1)].focus()
  }
  if (event.key === 'ArrowUp' && at >= 0) {
    event.preventDefault()
    ;(list[at - 1] ?? input).focus()
  }
})

// Enter asks once more and goes to the first result: what is shown may still belong to fewer letters.
dialog?.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault()
  leaving = true
  htmx.trigger(input, 'palette')
})

document.addEventListener('htmx:afterSettle', (event) => {
  if (!leaving || event.detail.requestConfig?.elt !== input) return
  leaving = false
  results()[0]?.click()
})
