import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadEnv } from '@voice-agent/relay/settings'
import { type Demo, startDemo } from './demo.ts'

/** `npm start`: relay, shop and sandbox on this machine, until a signal comes. */

/** A drain that hangs must not keep the process: the contract allows ten seconds. */
const CLOSE_LIMIT_MS = 9500

const leaving = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => leaving.abort())

async function main(): Promise<void> {
  if (process.env.NODE_ENV === 'production') {
    console.error('npm start is the demo and refuses NODE_ENV=production: use npm run relay.')
    process.exit(1)
  }
  const env = loadEnv(fileURLToPath(new URL('../..', import.meta.url)))
  const demo = await startDemo(env)
  const leave = () => {
    setTimeout(() => process.exit(0), CLOSE_LIMIT_MS).unref()
    demo.close().finally(() => process.exit(0))
  }
  if (leaving.signal.aborted) return leave()
  leaving.signal.addEventListener('abort', leave, { once: true })
  console.log(whatIsWhere(demo))
}

function whatIsWhere({ url, sandboxUrl, settings }: Demo): string {
  const { access, gemini, openai } = settings
  const password = access.ADMIN_PASSWORD ? 'the one in ADMIN_PASSWORD' : `in ${join(settings.dataDir, 'admin-password')}`
  const keys = [gemini.GEMINI_API_KEY && 'Gemini', openai.OPENAI_API_KEY && 'OpenAI', openai.HOMEAI_API_KEY && 'HomeAI'].filter(Boolean)
  const simulated = gemini.GEMINI_BASE_URL === sandboxUrl ? `, simulated by the sandbox on ${sandboxUrl}` : ''
  const who = keys.length
    ? `${keys.join(', then ')}, then the offline agent${simulated}`
    : 'the offline agent; for an AI model put GEMINI_API_KEY or OPENAI_API_KEY into .env.local'
  return [
    '',
    `  Shop      ${url}`,
    `  Phones    ${url}/phone`,
    `  Console   ${url}/console  (sign in as ${access.ADMIN_EMAIL})`,
    `  Password  ${password}`,
    `  API       ${url}/docs`,
    `  Answers   ${who}`,
    '',
    `  ready on ${url}`,
    '',
  ].join('\n')
}

function inOneLine(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? Number(error.port) : undefined
    return `Port ${port} is taken: stop what uses it, or choose another one, for example PORT=${(port ?? 8787) + 1} npm start.`
  }
  // Errors that already say what to do.
  return ['SettingsError', 'StoreInUse'].includes(error.name) ? error.message : undefined
}

main().catch((error: unknown) => {
  console.error(inOneLine(error) ?? error)
  process.exit(1)
})
