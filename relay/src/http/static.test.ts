import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { createLogger } from '../logger.ts'
import { createMetrics } from '../metrics.ts'
import { createApp } from './app.ts'
import { ownPages } from './pages.ts'
import { readFolder, widgetFiles } from './static.ts'

const dir = mkdtempSync(join(tmpdir(), 'widget-'))
afterAll(() => rmSync(dir, { recursive: true }))
const shell = 'export const widget = 1\n'.repeat(50)
mkdirSync(join(dir, 'assets'))
writeFileSync(join(dir, 'voice-agent.js'), shell)
writeFileSync(join(dir, 'voice-agent.js.br'), brotliCompressSync(shell))
writeFileSync(join(dir, 'voice-agent.js.gz'), gzipSync(shell))
writeFileSync(join(dir, 'assets', 'call-AbC1.js'), 'export {}')
mkdirSync(join(dir, 'console'))
writeFileSync(join(dir, 'voice-console.js'), 'import("./console/console-AbCdEfG1.js")')
writeFileSync(join(dir, 'console', 'console-AbCdEfG1.js'), 'export {}')
for (const name of ['index.html', 'console.css']) {
  writeFileSync(join(dir, 'console', name), readFileSync(new URL(`../../../widget/src/console/${name}`, import.meta.url)))
}
writeFileSync(join(dir, 'manifest.json'), JSON.stringify({ version: '1.2.3', files: {} }))
writeFileSync(join(dir, '..', 'outside.js'), 'secret')

const rooms = {
  logger: createLogger({ level: 'silent' }),
  metrics: createMetrics({ activeCalls: () => 0, sockets: () => 0, logDepth: () => 0 }),
  trustProxy: { kind: 'none' } as const,
  audit: { write: async () => undefined },
  consoleOrigins: () => [],
  gate: {
    identify: () => Promise.reject(new Error('not asked')),
    metricsToken: () => false,
  },
}
const { app } = createApp([...widgetFiles(readFolder(dir)), ...ownPages({ framedBy: [], widget: readFolder(dir) })], rooms)
const raw = { headers: { 'accept-encoding': 'identity' } }

describe('static files', () => {
  it('gives the widget to pages of any origin', async () => {
    for (const path of [
      '/voice-agent.js',
      '/voice-agent@1.2.3.js',
      '/assets/call-AbC1.js',
      '/voice-console.js',
      '/console/console-AbCdEfG1.js',
    ]) {
      const answer = await app.request(path, raw)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    }
    expect(await (await app.request('/voice-agent.js', raw)).text()).toBe(shell)
  })

  it('keeps named versions for ever and asks again for the plain name', async () => {
    const plain = await app.request('/voice-agent.js', raw)
    expect(plain.headers.get('cache-control')).toContain('no-cache')
    for (const path of ['/voice-agent@1.2.3.js', '/assets/call-AbC1.js', '/console/console-AbCdEfG1.js'])
      expect((await app.request(path, raw)).headers.get('cache-control')).toContain('immutable')
    expect((await app.request('/voice-agent@9.9.9.js', raw)).status).toBe(404)
    for (const path of ['/voice-console.js', '/console/console.css'])
      expect((await app.request(path, raw)).headers.get('cache-control')).toContain('no-cache')
    const again = await app.request('/voice-agent.js', { headers: { 'if-none-match': plain.headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
    expect(again.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
  })

  it('sends the smallest form the reader takes', async () => {
    const ask = async (encoding: string) => app.request('/voice-agent.js', { headers: { 'accept-encoding': encoding } })
    const brotli = await ask('gzip, deflate, br')
    expect(brotli.headers.get('content-encoding')).toBe('br')
    expect(brotliDecompressSync(Buffer.from(await brotli.arrayBuffer())).toString()).toBe(shell)
    expect((await ask('gzip')).headers.get('content-encoding')).toBe('gzip')
    expect((await ask('br;q=0')).headers.get('content-encoding')).toBeNull()
    expect((await ask('')).headers.get('vary')).toContain('Accept-Encoding')
  })

  it('knows nothing outside its folder', async () => {
    for (const path of [
      '/assets/..%2f..%2foutside.js',
      '/assets/%2e%2e/outside.js',
      '/assets/../outside.js',
      '/console/..%2fapp.ts',
      '/console/../app.ts',
      '/assets/',
    ]) {
      const answer = await app.request(path, raw)
      expect(answer.status).toBe(404)
      expect(await answer.text()).not.toContain('secret')
    }
  })

  it('says so when the widget is not built', async () => {
    const { app: bare } = createApp(widgetFiles(readFolder(join(dir, 'nowhere'))), rooms)
    const answer = await bare.request('/voice-agent.js')
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('npm run build')
  })

  it('serves the console and the reference under a policy that allows nothing inline and nothing foreign', async () => {
    for (const path of ['/console', '/docs']) {
      const answer = await app.request(path, raw)
      const html = await answer.text()
      const policy = answer.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('unsafe')
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|https?:\/\//)
      for (const [, file] of html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g))
        expect((await app.request(file ?? '')).status).toBe(200)
    }
    for (const path of ['/ai-calls', '/ai-calls/live/7']) {
      const answer = await app.request(path)
      expect(answer.status).toBe(302)
      expect(answer.headers.get('location')).toBe('/console')
    }
    expect((await app.request('/ai-calls/active')).headers.get('location')).toBe('/console#/active')
  })
})
