import type { Clock } from '../calls/ports.ts'
import { lastKnown } from './last-known.ts'
import type { PhoneNumbers } from './phone-numbers.ts'

/**
 * The numbers, for carriers that tell of them: a database that is away for minutes takes no number's proof with it. A change here counts
 * at once; one at another relay of the house as soon as the database answers.
 */
export function rememberNumbers(numbers: PhoneNumbers, clock: Clock): PhoneNumbers {
  const find = lastKnown(numbers.find, clock)
  const withSecret = lastKnown(numbers.withSecret, clock)
  const withStreamToken = lastKnown(numbers.withStreamToken, clock)
  const claimants = lastKnown(numbers.claimants, clock)
  const forget = () => {
    for (const each of [find, withSecret, withStreamToken, claimants]) each.forget()
  }
  const changing =
    <Args extends unknown[], T>(change: (...args: Args) => Promise<T>) =>
    (...args: Args) => {
      forget()
      return change(...args).finally(forget)
    }
  return {
    ...numbers,
    find: find.ask,
    withSecret: withSecret.ask,
    withStreamToken: withStreamToken.ask,
    claimants: claimants.ask,
    /** A call goes over it: what its carrier tells will want its proof. */
    async forCall(wanted) {
      const number = await numbers.forCall(wanted)
      if (number) claimants.learn([number], number.provider, number.phoneNumber)
      return number
    },
    create: changing(numbers.create),
    update: changing(numbers.update),
    remove: changing(numbers.remove),
    rotateSecret: changing(numbers.rotateSecret),
  }
}
