// In a low window the rail is longer than its room: the entry of this page is brought to its middle.
const here = document.querySelector('.b-nav [aria-current]')
if (here) {
  const nav = here.closest('.b-nav')
  const below = here.offsetTop + here.offsetHeight - nav.offsetTop - nav.clientHeight
  if (below > -24) nav.scrollTop = below + nav.clientHeight / 2 // 24: the list fades out above its lower edge
}
