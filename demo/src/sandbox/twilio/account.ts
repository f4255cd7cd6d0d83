/** The sandbox's one account. It exists nowhere else, so nothing here is a secret. */
export const TWILIO_ACCOUNT = {
  accountSid: 'AC5a4db0c05a4db0c05a4db0c05a4d0001',
  authToken: '5a4db0c05a4db0c05a4db0c05a4d0002',
  apiKeySid: 'SK5a4db0c05a4db0c05a4db0c05a4d0003',
  apiKeySecret: 'sandbox-api-key-secret',
  /** The shop's number. */
  phoneNumber: '+12025550199',
} as const
