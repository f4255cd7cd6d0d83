/** The sandbox's one account at Exotel. It exists nowhere else, so nothing here is a secret. */
export const EXOTEL_ACCOUNT = {
  /** The account's name. */
  sid: 'sandboxshop1',
  apiKey: 'sandbox-exotel-api-key',
  apiToken: 'sandbox-exotel-api-token',
  /** The shop's ExoPhone, in E.164. */
  phoneNumber: '+918040550199',
  /** What stands behind the ExoPhone: webhooks tell it as `To`. */
  behind: '09513550199',
  /** The flow that calls from `Url` run. */
  appId: '550199',
} as const
