/** Every table. Each row that is somebody's leads to an organisation; what a person said or is called by is sealed bytes. */

export {
  agents,
  callKeys,
  calls,
  entries,
  events,
} from './tables/calls.ts'
export {
  houseKeys,
  idempotentRequests,
  jobs,
  relays,
} from './tables/house.ts'
export {
  apiKeys,
  audit,
  invitations,
  organisations,
  refreshTokens,
  users,
} from './tables/people.ts'
export {
  callbacks,
  callingRules,
  doNotCall,
  environmentNumbers,
  expectedArrivals,
  gateDecisions,
  phoneNumbers,
} from './tables/phones.ts'
