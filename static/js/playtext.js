// The text of answers that stream in: an element gets "play:text" with what is new. It is written once a frame, as a node of its
// own, into blocks that end at a line's end: however long an answer is, a frame shapes what is new and lays out its last block.
const block = 1200 // characters, from which a line's end ends it
const waiting = new Map() // element → text that is not written yet
let frame = 0

const put = (into, text) => {
  let last = into.lastElementChild
  for (let rest = text; rest;) {
    if (!last || last.dataset.full) {
      last = document.createElement('div')
      into.append(last)
    }
    const size = Number(last.dataset.size ?? 0)
    const line = size > block ? rest.indexOf('\n') : -1
    const now = line < 0 ? rest : rest.slice(0, line)
    last.append(now)
    last.dataset.size = size + now.length
    if (line < 0) return
    last.dataset.full = 'true'
    rest = rest.slice(line + 1)
  }
}

const write = () => {
  frame = 0
  for (const [into, text] of waiting) put(into, text)
  waiting.clear()
}

document.addEventListener('play:text', (event) => {
  waiting.set(event.target, (waiting.get(event.target) ?? '') + event.detail)
  frame ||= requestAnimationFrame(write)
})
