/** Opens a call as a page of the relay's own; resolves with where its media goes. */
export async function askForCall(url: string): Promise<{ callId: string; mediaUrl: string }> {
  const answer = await fetch(`${url}/api/web-calls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url.replace('127.0.0.1', 'localhost') },
    body: JSON.stringify({ agentId: 'demo' }),
  })
  if (answer.status !== 201) throw new Error(`The relay answered ${answer.status}: ${await answer.text()}`)
  const { callId, mediaUrl } = (await answer.json()) as { callId: string; mediaUrl: string }
  return { callId, mediaUrl: mediaUrl.replace('localhost', '127.0.0.1') }
}

/** Runs a task so many times, some at once. */
export async function many<T>(count: number, task: (index: number) => Promise<T>, atOnce: number): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    while (next < count) results.push(await task(next++))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
