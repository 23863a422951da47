// Logs Claude Code in to a gateway as its editors do, and confirms in the place of a person: on the dashboard.
//
//   node login.mjs CLAUDE DASHBOARD EMAIL PASSWORD
//
// The settings in HOME name the gateway. Claude Code writes its questions as lines of JSON and takes answers.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const [claude, dashboard, email, password] = process.argv.slice(2)
const form = (path, values, cookie) => fetch(dashboard + path, {
  method: 'POST', redirect: 'manual', body: new URLSearchParams(values), headers: cookie ? { cookie } : {},
})

const entered = await form('/log-in', { email, password })
const cookie = entered.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ')
if (entered.status !== 303 || !cookie) throw new Error(`the dashboard let nobody in: ${entered.status}`)

const child = spawn(claude, ['auth', 'login', '--gateway-json'], { stdio: ['pipe', 'pipe', 'inherit'] })
const late = setTimeout(() => child.kill(), 60_000)
const asked = new Set()
for await (const line of createInterface({ input: child.stdout })) {
  console.log(line)
  const said = JSON.parse(line)
  if (asked.has(said.state)) continue
  asked.add(said.state)
  if (said.shown !== undefined) child.stdin.write(JSON.stringify({ state: said.state, shown: said.shown, accept: true }) + '\n')
  if (said.state === 'polling') {
    const confirmed = await form('/device/approve', { code: said.userCode }, cookie)
    console.log(`confirmed ${said.userCode}: ${confirmed.status}`)
  }
}
clearTimeout(late)
process.exit(child.exitCode ?? 1)
