// A tooltip that follows the pointer over a chart's bars. Without it each bar still has its <title>, and the figures
// stand in the table below the chart.
const tip = document.createElement('div')
tip.className = 'b-tip'
tip.hidden = true

const word = (name, textContent) => Object.assign(document.createElement(name), { textContent })

// One figure stands alone; several of a column stand in rows with their names.
function words(lines) {
  if (lines.length === 1) return [word('strong', lines[0])]
  const rows = word('span', '')
  rows.className = 'b-tip-rows'
  for (const line of lines) {
    const cut = line.lastIndexOf(': ')
    rows.append(word('span', line.slice(0, cut)), word('strong', line.slice(cut + 2)))
  }
  return [rows]
}

document.addEventListener('pointerover', (event) => {
  const bar = event.target.closest?.('.b-chart-bar')
  if (!bar) {
    tip.hidden = true
    return
  }
  bar.querySelector('title')?.remove() // ours replaces the browser's
  const box = bar.closest('.b-chart-box')
  box.append(tip)
  tip.replaceChildren(word('span', bar.dataset.label), ...words(bar.dataset.text.split('\n')))
  tip.hidden = false
  const slot = bar.querySelector('.b-chart-slot').getBoundingClientRect()
  const frame = box.getBoundingClientRect()
  const middle = slot.left + slot.width / 2 - frame.left
  const half = tip.offsetWidth / 2
  tip.style.left = `${Math.min(Math.max(middle, half), frame.width - half)}px`
})
