import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { esbuildPlugin } from '@web/dev-server-esbuild'
import { defaultReporter } from '@web/test-runner'
import { chromeLauncher } from '@web/test-runner-chrome'
import { startFakeRelay } from './test-kit/fake-relay.ts'

const here = dirname(fileURLToPath(import.meta.url))
const paths = [process.env.CHROME_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium']
const executablePath = paths.find((path) => path && existsSync(path))

let relay

/** The fake relay stands for one run; pages learn its address from /fake-relay.json. */
function fakeRelay() {
  return {
    name: 'fake-relay',
    async serverStart() {
      relay = await startFakeRelay({ dist: join(here, 'dist') })
    },
    serverStop: () => relay?.close(),
    serve: (context) => (context.path === '/fake-relay.json' ? { body: JSON.stringify({ url: relay.url }), type: 'json' } : undefined),
  }
}

/** What the tests ask of the built files: their bytes as sent, and what Node says to importing the shell. */
function builtFiles() {
  const dist = join(here, 'dist')
  return {
    name: 'built-files',
    serverStart() {
      const built = spawnSync(process.execPath, [join(here, 'build.ts'), '--if-changed'], { stdio: 'inherit' })
      if (built.status !== 0) throw new Error('the widget could not be built')
    },
    serve(context) {
      if (context.path === '/built-sizes.json') {
        const { files } = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'))
        const sizes = files.map((file) => [file, readFileSync(join(dist, `${file}.br`)).length])
        return { body: JSON.stringify(Object.fromEntries(sizes)), type: 'json' }
      }
      if (context.path === '/imported-by-node.json') {
        const script = `const before = Object.getOwnPropertyNames(globalThis).length
          await import(${JSON.stringify(join(dist, 'voice-agent.js'))})
          console.log(Object.getOwnPropertyNames(globalThis).length - before)`
        const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
        return { body: JSON.stringify({ status, newGlobals: Number(stdout), stderr }), type: 'json' }
      }
      return undefined
    },
  }
}

/** A page under the strictest policy a site may have, with the tag on it. */
function strictPage(relayOf) {
  return {
    name: 'strict-page',
    serve(context) {
      if (context.path !== '/strict.html') return undefined
      const relay = relayOf()
      const policy = [
        "default-src 'none'",
        `script-src ${relay}`,
        "style-src 'self'",
        `connect-src ${relay} ${relay.replace('http', 'ws')}`,
        "require-trusted-types-for 'script'",
      ].join('; ')
      const body = `<!doctype html><html lang="en"><head><title>Strict</title><script type="module" src="${relay}/voice-agent.js"></script></head>
        <body><voice-agent agent-id="demo-strict"></voice-agent></body></html>`
      return { body, type: 'html', headers: { 'Content-Security-Policy': policy } }
    },
  }
}

/** `results.json` for whoever adds up all runners. */
function resultsFile() {
  return {
    onTestRunFinished({ sessions }) {
      const files = sessions.map(({ testFile, testResults, passed }) => {
        const count = { file: testFile, passed: 0, skipped: 0, failures: [] }
        const add = (suite) => {
          for (const test of suite?.tests ?? []) {
            if (test.skipped) count.skipped += 1
            else if (test.passed) count.passed += 1
            else count.failures.push(`${test.name}: ${test.error?.message?.split('\n')[0]?.slice(0, 300) ?? ''}`)
          }
          for (const inner of suite?.suites ?? []) add(inner)
        }
        add(testResults)
        // A file that could not run counts, too.
        if (!passed && count.failures.length === 0) count.failures.push('it did not run')
        return count
      })
      writeFileSync(join(here, 'results.json'), `${JSON.stringify(files)}\n`)
      const all = (what) => files.reduce((sum, each) => sum + what(each), 0)
      process.stdout.write(`widget: ${all(({ passed }) => passed)} passed, ${all(({ failures }) => failures.length)} failed\n`)
    },
  }
}

export default {
  files: 'src/**/*.test.ts',
  nodeResolve: { browser: true, exportConditions: ['production', 'browser', 'default'] },
  // Hidden tabs draw no frames: one at a time.
  concurrency: 1,
  browsers: [
    chromeLauncher({
      launchOptions: {
        executablePath,
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          // A microphone that beeps, allowed without a question.
          '--use-fake-device-for-media-stream',
          '--use-fake-ui-for-media-stream',
        ],
      },
    }),
  ],
  plugins: [
    esbuildPlugin({ ts: true, target: 'es2022', tsconfig: join(here, 'tsconfig.json') }),
    builtFiles(),
    fakeRelay(),
    strictPage(() => relay.url),
  ],
  reporters: [defaultReporter({ reportTestResults: true, reportTestProgress: false }), resultsFile()],
  testFramework: { config: { ui: 'bdd', timeout: 20_000 } },
  testsFinishTimeout: 180_000,
}
