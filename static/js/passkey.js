// Passkeys: <form data-passkey="get|create" data-options="…"> asks the browser before it is sent, and carries the answer
// in its field "response". Errors are said in the form, with what to do.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
const ids = (list) => (list ?? []).map((c) => ({ ...c, id: bytes(c.id) }))

function read(options) {
  const o = JSON.parse(options)
  o.challenge = bytes(o.challenge)
  if (o.user) o.user.id = bytes(o.user.id)
  if (o.excludeCredentials) o.excludeCredentials = ids(o.excludeCredentials)
  if (o.allowCredentials) o.allowCredentials = ids(o.allowCredentials)
  return o
}

function write(credential) {
  const out = { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: {} }
  out.authenticatorAttachment = credential.authenticatorAttachment ?? undefined
  out.clientExtensionResults = credential.getClientExtensionResults()
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    const value = credential.response[name]
    if (value) out.response[name] = text(value)
  }
  out.response.transports = credential.response.getTransports?.()
  return JSON.stringify(out)
}

function say(form, message) {
  const box = form.querySelector('[data-passkey-error]')
  box.querySelector('[data-text]').textContent = message
  box.hidden = false
}

const reasons = {
  NotAllowedError: 'Nothing was chosen, or it took too long. Try again.',
  InvalidStateError: 'This device is registered already.',
  SecurityError: 'This address cannot use passkeys. Ask your administrator.',
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  form.addEventListener('submit', async (event) => {
    if (form.elements.response.value) return // asked already: send
    event.preventDefault()
    if (!navigator.credentials || !window.PublicKeyCredential) {
      say(form, 'This browser has no passkeys.')
      return
    }
    try {
      const publicKey = read(form.dataset.options)
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey })
      form.elements.response.value = write(credential)
      form.submit()
    } catch (error) {
      say(form, reasons[error.name] ?? 'That did not work. Try again.')
    }
  })
}
