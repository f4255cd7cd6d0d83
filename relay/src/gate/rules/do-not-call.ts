import { type Finding, passed, refused } from '../rule.ts'

/** `listed`: on whose list the number stands now. */
export function doNotCall(listed: 'house' | 'organisation' | undefined): Finding {
  if (listed === undefined) return passed({ doNotCall: false })
  const message = 'This number asked not to be called. Only its owner can change that: write to us, or talk with us here on the page.'
  return refused('do_not_call', 'number_blocked', message, { inputs: { doNotCall: listed } })
}
