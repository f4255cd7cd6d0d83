import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSiteFolder, type SiteFile, siteFile } from '../site-files.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Reads the shop's files, drawings put into the page (so that its colours reach them). Keys are file names. */
export function readSite(): Map<string, SiteFile> {
  const site = readSiteFolder(join(here, 'site'))
  site.set(
    'fraunces.woff2',
    siteFile(
      'fraunces.woff2',
      new Uint8Array(
        readFileSync(fileURLToPath(import.meta.resolve('@fontsource-variable/fraunces/files/fraunces-latin-opsz-normal.woff2'))),
      ),
    ),
  )
  const page = site.get('index.html')
  if (page) site.set('index.html', siteFile('index.html', withDrawings(String(page.body))))
  return site
}

function withDrawings(html: string): string {
  return html.replace(/<!-- art:([a-z-]+) -->/g, (_, name: string) => readFileSync(join(here, 'art', `${name}.svg`), 'utf8').trim())
}
