import { generateKeyPairSync, sign } from 'node:crypto'

/** A certificate that signs itself, and its key, both PEM: for tests over TLS whose clients ask for no proof. */
export function ownCertificate(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const ecdsaWithSha256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'))
  const name = der(0x30, der(0x31, der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('localhost')))))
  const from = der(0x17, Buffer.from('200101000000Z'))
  const until = der(0x17, Buffer.from('491231235959Z'))
  const serial = der(0x02, Buffer.from([1]))
  const told = der(0x30, serial, ecdsaWithSha256, name, der(0x30, from, until), name, publicKey.export({ type: 'spki', format: 'der' }))
  const signature = der(0x03, Buffer.from([0]), sign('sha256', told, privateKey))
  const whole = der(0x30, told, ecdsaWithSha256, signature)
  const cert = `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, cert }
}

/** One element of ASN.1, at most 65,535 bytes long. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
