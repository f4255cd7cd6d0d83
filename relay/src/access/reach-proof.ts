import { createHmac, timingSafeEqual } from 'node:crypto'
import { deriveKey } from './secrets.ts'

/** How a relay of this house knows that it met itself, or one that shares its secret: a question only the house can ask, answered as only the house can. */
export interface ReachProof {
  /** Shows that a nonce was asked by this house. */
  ask(nonce: string): string
  isAsked(nonce: string, shown: string): boolean
  answer(nonce: string): string
  isAnswer(nonce: string, given: string): boolean
}

export function createReachProof(authSecret: string): ReachProof {
  const key = deriveKey(authSecret, 'reach')
  const sign = (what: 'ask' | 'answer') => (nonce: string) => createHmac('sha256', key).update(`${what} ${nonce}`).digest('base64url')
  const [ask, answer] = [sign('ask'), sign('answer')]
  return {
    ask,
    answer,
    isAsked: (nonce, shown) => same(ask(nonce), shown),
    isAnswer: (nonce, given) => same(answer(nonce), given),
  }
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
