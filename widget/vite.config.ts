import { join } from 'node:path'
import type { InlineConfig, Plugin } from 'vite'

const WORKLET = /new URL\('\.\.\/worklets\/(\w+)\.ts', import\.meta\.url\)\.href/g

/** How dist/ is made. The call code and the words of other languages are chunks of their own; the worklets are files, never blobs. */
export function builtConfig(root: string): InlineConfig {
  return {
    root,
    base: './',
    configFile: false,
    logLevel: 'warn',
    plugins: [workletFile(root), tightTemplates(), onlyInBrowsers()],
    build: {
      outDir: 'dist',
      target: 'es2022',
      modulePreload: false,
      reportCompressedSize: false,
      // As a library: without vite's preload helper, which a page's own <link> elements would be made by.
      lib: { entry: { 'voice-agent': join(root, 'src/voice-agent.ts') }, formats: ['es'] },
      minify: 'oxc',
      rolldownOptions: {
        output: {
          minify: true,
          entryFileNames: '[name].js',
          chunkFileNames: ({ facadeModuleId, name }) => `assets/${chunkName(facadeModuleId ?? name)}-[hash].js`,
        },
      },
    },
  }
}

/** How the operators' console is made, beside the widget: a loader at `voice-console.js`, everything else under `console/`, a chunk a page. */
export function consoleConfig(root: string): InlineConfig {
  return {
    ...builtConfig(root),
    plugins: [workletFile(root), tightTemplates()],
    build: {
      outDir: 'dist',
      emptyOutDir: false,
      target: 'es2022',
      modulePreload: false,
      reportCompressedSize: false,
      lib: { entry: { 'voice-console': join(root, 'src/console/voice-console.ts') }, formats: ['es'] },
      minify: 'oxc',
      rolldownOptions: {
        output: {
          minify: true,
          entryFileNames: '[name].js',
          chunkFileNames: ({ facadeModuleId, name }) => `console/${/([\w-]+)\.ts$/.exec(facadeModuleId ?? '')?.[1] ?? name}-[hash].js`,
        },
      },
    },
  }
}

function chunkName(module: string): string {
  if (module.endsWith('/call/index.ts')) return 'call'
  if (module.endsWith('/voice/index.ts')) return 'voice'
  if (module.endsWith('/twilio/index.ts')) return 'twilio'
  if (module.endsWith('/callback/index.ts')) return 'callback'
  if (module.endsWith('/form-view.ts')) return 'callback-form'
  const lazy = /\/(keypad|client-tools|messages|terms|turnstile)\.ts$/.exec(module)?.[1]
  if (lazy) return lazy
  const worklet = /\/worklets\/(\w+)\.ts$/.exec(module)?.[1]
  if (worklet) return worklet
  const language = /\/strings\/(\w+)\.ts$/.exec(module)?.[1]
  if (module.endsWith('/words-hi.ts')) return 'callback-hi'
  return language ? `strings-${language}` : 'chunk'
}

/** `new URL('../worklets/NAME.ts', import.meta.url).href` becomes the address of that worklet's own file. */
function workletFile(root: string): Plugin {
  return {
    name: 'worklet-file',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/widget\/src\/.*\.ts$/.test(id)) return null
      const served = code.replace(WORKLET, (_call, name: string) => {
        const ref = this.emitFile({ type: 'chunk', id: join(root, `src/worklets/${name}.ts`), name })
        return `import.meta.ROLLUP_FILE_URL_${ref}`
      })
      return served === code ? null : { code: served, map: null }
    },
  }
}

/** Spaces that only format styles and templates are not sent. */
function tightTemplates(): Plugin {
  return {
    name: 'tight-templates',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/widget\/src\/.*\.ts$/.test(id)) return null
      const tight = id.endsWith('-styles.ts') ? tightStyles(code) : tightMarkup(code)
      return { code: tight, map: null }
    },
  }
}

/** Line breaks between tags and values of templates; nowhere else do `>` and `<` meet over a line break. */
const tightMarkup = (code: string): string =>
  code
    .replace(/>\n\s*(?=<|\$\{)/g, '>')
    .replace(/\}\n\s*(?=<)/g, '}')
    // Attributes on lines of their own: code has a space before its `=`.
    .replace(/\n\s+(?=[?@.]?[a-z-]+=[$"])/g, ' ')
    .replace(/(?<=["}])\n\s*(?=\/?>)/g, '')

/** Inside template literals of a styles file. */
const tightStyles = (code: string): string =>
  code.replace(/`[^`]*`/g, (styles) =>
    styles
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/\s+/g, ' ')
      .replace(/ ?([{};]) ?/g, '$1')
      .replace(/([:,]) /g, '$1')
      .replace(/;}/g, '}'),
  )

/** Importing the shell on a server does nothing. */
function onlyInBrowsers(): Plugin {
  return {
    name: 'only-in-browsers',
    generateBundle(_options, bundle) {
      const shell = bundle['voice-agent.js']
      if (shell?.type !== 'chunk') throw new Error('the shell is missing')
      if (shell.exports.length > 0 || shell.imports.length > 0) throw new Error('the shell must be one file without imports and exports')
      shell.code = `if(globalThis.HTMLElement){${shell.code.trim()}}\n`
      for (const chunk of Object.values(bundle)) {
        // What is loaded later may use what was loaded before it, but for the shell: that one stands under any address.
        const imports = chunk.type === 'chunk' ? chunk.imports.filter((each) => !/^assets\/call(back)?-/.test(each)) : []
        if (imports.length > 0) throw new Error(`${chunk.fileName} imports ${imports}: call code shares nothing with the shell but types`)
      }
    },
  }
}
