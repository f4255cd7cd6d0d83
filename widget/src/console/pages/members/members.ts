import { html } from 'lit'
import { look } from '../../look.ts'
import { ConsolePage } from '../../page.ts'
import { type Tab, tabStyles, tabs } from '../../parts/tabs.ts'
import './audit-trail.ts'
import './keys.ts'
import './people.ts'
import './sign-ins.ts'

const ALL: readonly Tab[] = [
  { name: 'people', label: 'Members' },
  { name: 'keys', label: 'API keys' },
  { name: 'sign-ins', label: 'Your sign-ins' },
  { name: 'audit', label: 'Audit trail' },
]
const MINE: readonly Tab[] = [{ name: 'sign-ins', label: 'Your sign-ins' }]

/** `#/members` the people · `/keys` · `/sign-ins`, which everybody has · `/audit`. */
export class MembersPage extends ConsolePage {
  static override styles = [...look, tabStyles]

  override render() {
    const { desk, route } = this
    const { t } = desk
    const all = desk.session.may('admin') ? ALL : MINE
    const here = (all.find(({ name }) => name === route.rest[0]) ?? all[0])?.name ?? 'sign-ins'
    const rooms: Record<string, unknown> = {
      people: html`<vc-people .desk=${desk}></vc-people>`,
      keys: html`<vc-api-keys .desk=${desk}></vc-api-keys>`,
      'sign-ins': html`<vc-sign-ins .desk=${desk}></vc-sign-ins>`,
      audit: html`<vc-audit-trail .desk=${desk}></vc-audit-trail>`,
    }
    return html`<div class="page"><h1>${t('Members')}</h1>${tabs(desk, t('Parts of this page'), { base: ['members'], all, here })}${rooms[here]}</div>`
  }
}

customElements.define('vc-members', MembersPage)
