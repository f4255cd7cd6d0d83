/** The sandbox's one account. It exists nowhere else, so nothing here is a secret. */
export const OPTIMA_ACCOUNT = {
  token: 'sandbox-optima-token',
  /** What whoever is called sees, and what phones dial to reach the account. */
  phoneNumber: '+622112345678',
  /** Whose numbers are written without their country. */
  callingCode: '62',
} as const
