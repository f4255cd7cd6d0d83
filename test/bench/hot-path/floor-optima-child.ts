import { io } from 'socket.io-client'
import { answerBench } from '../measured.ts'

/** The floor of a phone behind Optima: the same events over the same library, read and written, and nothing else. */

interface Message {
  sessionId: string
  audioData: Buffer
}

const token = `floor ${process.pid}`
const socket = io(process.env.OPTIMA_URL ?? '', { transports: ['websocket'], auth: { token } })
socket.on('newSession', ({ sessionId }: Message) => socket.emit('joinRoom', { sessionId }))
socket.on('audio', ({ audioData, sessionId }: Message) => {
  socket.emit('audio', { audioData, sessionId, audioFormat: 'pcm16' }, () => undefined)
})
answerBench(async () => void socket.disconnect())
process.send?.({ url: token })
