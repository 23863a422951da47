// Fills in the browser's time zone where a form asks for one and nobody has typed yet.
for (const input of document.querySelectorAll('input[data-browser-zone]')) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (zone && input.value === input.defaultValue) input.value = zone
}
