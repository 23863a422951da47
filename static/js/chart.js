// A tooltip that follows the pointer over a chart's bars. Without it each bar still has its <title>, and the figures
// stand in the table below the chart.
const tip = document.createElement('div')
tip.className = 'b-tip'
tip.hidden = true

document.addEventListener('pointerover', (event) => {
  const bar = event.target.closest?.('.b-chart-bar')
  if (!bar) {
    tip.hidden = true
    return
  }
  bar.querySelector('title')?.remove() // ours replaces the browser's
  const box = bar.closest('.b-chart-box')
  box.append(tip)
  tip.replaceChildren(
    Object.assign(document.createElement('span'), { textContent: bar.dataset.label }),
    Object.assign(document.createElement('strong'), { textContent: bar.dataset.text }),
  )
  tip.hidden = false
  const slot = bar.querySelector('.b-chart-slot').getBoundingClientRect()
  const frame = box.getBoundingClientRect()
  const middle = slot.left + slot.width / 2 - frame.left
  const half = tip.offsetWidth / 2
  tip.style.left = `${Math.min(Math.max(middle, half), frame.width - half)}px`
})
