import { WebSocketServer } from 'ws'
import { refuse, type Upgrade } from '../upgrades.ts'
import type { Handsets } from './handsets.ts'

const LARGEST_FRAME = 64 << 10
const OWN_PAGE = /^https?:\/\/(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/

/** Takes the pages' sockets; a page of some other site is refused. */
export function handsetsUpgrade(handsets: Handsets): Upgrade {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_FRAME, perMessageDeflate: false })
  return (request, socket, head) => {
    if (request.url?.split('?', 1)[0] !== '/handsets') return false
    const { origin } = request.headers
    if (origin !== undefined && !OWN_PAGE.test(origin)) refuse(socket, 403)
    else sockets.handleUpgrade(request, socket, head, (page) => handsets.join(page))
    return true
  }
}
