/** The sandbox's one account at JioCX. It exists nowhere else, so nothing here is a secret. */
export const JIOCX_ACCOUNT = {
  organization: 'Sandbox Shop',
  username: 'sandbox-shop',
  password: 'sandbox-jiocx-password',
  apiKey: 'sandbox-jiocx-api-key',
  senderId: 'SBXSHP',
  dltEntityId: '1101550000000019',
  /** What called phones see. */
  phoneNumber: '+911140550199',
} as const
