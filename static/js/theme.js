// Sets the theme before the first paint, so it never flashes: this is the one script that blocks. The choice is a
// cookie, because the server prints it into the page; without a choice the system decides, also when it changes.
;(() => {
  const root = document.documentElement
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const chosen = () => root.dataset.theme || ''
  const apply = () => {
    root.dataset.bsTheme = chosen() || (dark.matches ? 'dark' : 'light')
    for (const b of document.querySelectorAll('[data-set-theme]')) {
      b.setAttribute('aria-pressed', String(b.dataset.setTheme === chosen()))
    }
  }
  root.dataset.scripts = ''
  apply()
  dark.addEventListener('change', apply)
  document.addEventListener('DOMContentLoaded', apply)
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-set-theme]')
    if (!button) return
    const age = button.dataset.setTheme ? 31536000 : 0
    root.dataset.theme = button.dataset.setTheme
    document.cookie = `bodhi_theme=${button.dataset.setTheme}; path=/; max-age=${age}; samesite=lax`
    apply()
  })
})()
